"""Tests 9 to 12 of the twelve that a vault must pass: dates and numbers, codes and GET, nothing lost, few bytes.

11 and 12 have two halves. Here: no call fails and none is without its entry, with many at once; and what a look adds to
the database. How fast it is, and what it costs at a hundred thousand people, is measured by `./bench/run`.
"""

import re
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client

from camket.base import phone
from camket.base.actor import Actor
from camket.base.clock import Period, from_ms, to_ms
from camket.base.errors import BadValueError
from camket.ledger.actions import sequence
from camket.ledger.models import Entry
from camket.ledger.queries import read_entry, verify_database
from camket.outbox.models import Outbox
from camket.policy import PolicyError, load_text
from camket.shops.actions import issue_api_key
from camket.store.db import is_sqlite
from camket.subjects.codes import MOST_ATTEMPTS, MOST_IN_WINDOW
from camket.subjects.errors import CodeError, TooManyCodesError
from camket.subjects.models import ContactCode
from camket.vault import messages
from camket.vault.actions import find, request_code, verify_contact
from camket.vault.models import Item
from tests import kept
from tests import world as worlds
from tests.cast import LAN, MINH
from tests.world import OWNER

SLUG = "comet"


@pytest.fixture
def minh(world, now):
    subject_id = kept.keep(world, SLUG, MINH, now)
    kept.assign(world, SLUG, subject_id, now)
    return subject_id


# --- 9: dates and numbers


def test_09_moments_after_2038_are_moments(world):
    then = datetime(2107, 3, 2, 2, 0, tzinfo=UTC)
    assert from_ms(to_ms(then)) == then
    assert Period.parse("P100Y").after(datetime(2026, 3, 2, tzinfo=UTC)).year == 2126
    subject_id = kept.keep(world, SLUG, MINH, then)
    kept.assign(world, SLUG, subject_id, then)
    (item,) = Item.objects.filter(subject_id=subject_id, category="phone")
    assert item.collected_at == to_ms(then) > 2**31 * 1000
    assert kept.lan_looks(world, SLUG, subject_id, then).values[0].collected_at == to_ms(then)
    sequence(shop_id=world.shops[SLUG], now=then, full=True)
    assert verify_database(world.shops[SLUG]) == []


@pytest.mark.parametrize("period", ["3 năm", "P", "P0D", "36", "P36", "PT5M", "P1.5Y", "P-1Y", "forever", ""])
def test_09_an_unknown_period_is_an_error(period):
    with pytest.raises(ValueError, match="period"):
        Period.parse(period)
    file = (
        "camket: 1\nshop: a\ntitle: {text: A}\nclauses:\n"
        f"  - {{id: '1', text: Giữ dữ liệu., promises: [{{keep: {{for: '{period}', after: collected}}}}]}}\n"
    )
    with pytest.raises(PolicyError):
        load_text(file)


def test_09_one_number_in_every_spelling_is_one_person_and_the_old_eleven_digits_too(world, now, minh):
    spellings = ("0912345678", "+84912345678", "84912345678", "0084 912 345 678", "(+84) 912.345.678", "0912-345-678")
    assert {phone.normalise(text) for text in spellings} == {"+84912345678"}
    assert phone.normalise("01681234567") == phone.normalise("0381234567") == phone.normalise("+841681234567")
    for text in spellings:
        found = find(
            shop_id=world.shops[SLUG], kind="phone", text=text, purpose="order", work=kept.WORK,
            actor=world.lan(SLUG), now=now,
        )  # fmt: skip
        assert [one.subject_id for one in found] == [minh]


@pytest.mark.parametrize("text", ["", "không có", "12345", "0912", "09123456789012", "0912345678 0987654321"])
def test_09_what_is_no_number_is_an_error(text):
    with pytest.raises(BadValueError) as refused:
        phone.normalise(text)
    assert refused.value.code == "value.phone"


# --- 10: codes, and GET


def _code(world, now):
    request_code(shop_id=world.shops[SLUG], kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    row = Outbox.objects.order_by("-id").first()
    _, _, text = messages.opened(row).reveal()
    return re.findall(r"\b\d{6}\b", text)[0]


def _try(world, subject_id, code, now):
    item = Item.objects.get(subject_id=subject_id, category="phone")
    verify_contact(
        shop_id=world.shops[SLUG], subject_id=subject_id, item_id=item.id, code=code,
        actor=Actor(kind="customer", id=str(subject_id)), now=now,
    )  # fmt: skip


def test_10_a_code_dies_of_wrong_tries_and_is_kept_as_a_digest(world, clock, minh, all_bytes):
    code = _code(world, clock.now)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert code.encode() not in all_bytes()
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(CodeError):
            _try(world, minh, wrong, clock.now)
    with pytest.raises(CodeError):
        _try(world, minh, code, clock.now)  # the right one, too late
    assert ContactCode.objects.get().attempts == MOST_ATTEMPTS
    assert not Item.objects.get(subject_id=minh, category="phone").verified
    _try(world, minh, _code(world, clock.forward(minutes=1)), clock.now)
    assert Item.objects.get(subject_id=minh, category="phone").verified


def test_10_codes_are_few_short_lived_and_used_once(world, clock, minh):
    code = _code(world, clock.now)
    with pytest.raises(CodeError):
        _try(world, minh, code, clock.forward(minutes=10, seconds=1))
    code = _code(world, clock.now)
    _try(world, minh, code, clock.now)
    with pytest.raises(CodeError):
        _try(world, minh, code, clock.now)
    with pytest.raises(TooManyCodesError):  # noqa: PT012 (the one too many is one of them)
        for _ in range(MOST_IN_WINDOW):
            _code(world, clock.now)


def test_10_no_get_changes_anything(doors, minh_at_the_door, all_bytes):
    """Every address of the API and of the pages, asked by GET and HEAD with a good key."""
    paths = _paths(doors, minh_at_the_door)
    doors.director.get("words")  # the first use of a key notes its place
    Client().get("/")
    before = all_bytes()
    for path in paths:
        for method in ("get", "head"):
            answer = getattr(doors.director.client, method)(
                path, headers={"Authorization": f"Bearer {doors.director.token}"}
            )  # fmt: skip
            assert answer.status_code < 500, path
    assert all_bytes() == before
    assert len(paths) > 25


def _paths(doors, subject_id):
    document = doors.director.get("openapi.json").json()
    filled = {"subject_id": str(subject_id), "source": "purchase", "number": "1"}

    def fill(path):
        return re.sub(r"{(\w+)}", lambda found: filled.get(found[1], str(subject_id)), path)

    pages = ["/", "/en", "/healthz", "/comet", "/en/comet", "/comet/policy.yaml", "/comet/policy.json", "/messages"]
    return [*(fill(path) for path in document["paths"]), *pages, "/api/v1/", "/api/v1/en", "/api/v1/openapi.json"]


# --- 11: nothing fails, nothing is unledgered


@pytest.mark.django_db(transaction=True)
def test_11_of_many_creates_looks_and_consents_at_once_none_fails_and_none_is_without_its_entry(now):
    world = worlds.world(now)
    shop_id = world.shops[SLUG]
    token = issue_api_key(
        shop_id=shop_id, role="customer_service", purposes=["order", "marketing"], actor=OWNER, now=now,
        staff_id=world.staff[SLUG, LAN],
    ).token  # fmt: skip
    threads, rounds = 8, 5
    failed, looked = [], []

    def work(number):
        try:
            for turn in range(rounds):
                _customer(Client(), token, f"09{number}{turn}345678", failed, looked)
        finally:
            connection.close()

    crowd = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert failed == []
    said = [read_entry(row) for row in Entry.objects.filter(shop_id=shop_id)]
    counts = {event: sum(one.event == event for one in said) for event in ("intake.received", "consent.recorded")}
    assert counts == {"intake.received": threads * rounds, "consent.recorded": threads * rounds}
    # Every value that was given out names the entry of its look, and it is there.
    assert len(set(looked)) == threads * rounds
    assert set(looked) <= {str(one.id) for one in said if one.event == "item.looked"}
    sequence(shop_id=shop_id, now=now, full=True)
    assert verify_database(shop_id) == []


def _customer(client, token, number, failed, looked):
    """One customer: taken in, looked at, asked for consent."""

    def post(path, data):
        answer = client.post(
            f"/api/v1/{path}", data, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )  # fmt: skip
        if answer.status_code not in {200, 201}:
            failed.append((path, answer.status_code, answer.content))
            return {}
        return answer.json()

    made = post("intake/purchase", {"fields": [{"category": "phone", "value": number}], "lines": []})
    if made:
        subject, purpose = made["subject_id"], {"purpose": "order", "work": made["work"]}
        looked.append(post(f"subjects/{subject}/look", {"categories": ["phone"], **purpose}).get("entry"))
        post(
            f"subjects/{subject}/consents",
            {"purpose": "marketing", "value": "refused", "how": "phone", "text": kept.SHOWN, "language": "vi"},
        )


# --- 12: few bytes

LOOKS = 600
MOST_BYTES = 478  # what the densest peer writes for an audited read


def _size():
    with connection.cursor() as cursor:
        if is_sqlite():
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
            whole = cursor.fetchone()[0]
            cursor.execute("SELECT freelist_count * page_size FROM pragma_freelist_count(), pragma_page_size()")
            return whole - cursor.fetchone()[0]
        cursor.execute("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname ~ '^cam'")
        return int(cursor.fetchone()[0])


def test_12_a_look_at_three_values_adds_few_bytes_to_the_database(world, now, minh):
    for _ in range(50):
        kept.lan_looks(world, SLUG, minh, now, ("name", "phone", "email"))
    before, written = _size(), Entry.objects.count()
    for _ in range(LOOKS):
        assert len(kept.lan_looks(world, SLUG, minh, now, ("name", "phone", "email")).values) == 3
    assert Entry.objects.count() == written + LOOKS
    sequence(shop_id=world.shops[SLUG], now=now, full=True)
    grown = (_size() - before) / LOOKS
    # PostgreSQL may take pages that other tests left free: less growth tells nothing, more would.
    assert grown < MOST_BYTES
    body = Entry.objects.filter(subject_id=minh).order_by("-id").first().body
    assert len(body) < 160
