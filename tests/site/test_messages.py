"""Under `./run` messages land on a page that says so, on this machine only; with its subject a message is gone."""

import pytest
from django.test import Client

from camket.outbox.actions import deliver
from camket.outbox.configured import providers
from camket.subjects import actions as subjects
from camket.vault import actions as vault
from camket.vault.messages import opened
from tests.cast import MINH
from tests.pages.judge import open_page
from tests.world import OWNER


@pytest.fixture
def minh(five, now, settings):
    """Minh is known to comet and has asked for a code; the message was taken by the local page."""
    settings.CAMKET_LOCAL_MESSAGES = True
    shop_id = five.shops["comet"]
    subject = subjects.create(shop_id=shop_id, origin="purchase", actor=OWNER, now=now)
    vault.put(
        shop_id=shop_id,
        subject_id=subject,
        values=[vault.Value("phone", MINH.phone, ("order",))],
        source="purchase",
        actor=OWNER,
        now=now,
    )
    vault.request_code(shop_id=shop_id, kind="phone", text=MINH.phone, actor=OWNER, now=now)
    assert deliver(now=now, opener=opened, providers=providers()).sent == 1
    return subject


def test_a_message_lands_on_the_page_with_the_one_it_is_for(minh, client: Client) -> None:
    page = open_page(client, "/_messages")
    assert "Không có gì được gửi đi" in page.text
    assert "+84" + MINH.phone[1:] in page.text
    assert page.response["Cache-Control"] == "no-store"


def test_an_erased_person_has_no_message_left(minh, five, now, client: Client) -> None:
    vault.shred(shop_id=five.shops["comet"], subject_id=minh, actor=five.hanh("comet"), now=now, reason="request")
    assert "Chưa có tin nào" in open_page(client, "/_messages").text


@pytest.mark.parametrize(
    "where",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=192.0.2.7"},
    ],
)
def test_nobody_else_finds_the_page(minh, client: Client, where: dict[str, str]) -> None:
    response = client.get("/_messages", **where)
    assert response.status_code == 404
    assert MINH.phone[1:] not in response.content.decode()


def test_an_installation_that_sends_has_no_such_page(minh, client: Client, settings) -> None:
    settings.CAMKET_LOCAL_MESSAGES = False
    assert client.get("/_messages").status_code == 404
