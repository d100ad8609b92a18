"""The attacker orders through the shop's own form, with the victim's phone and his own email."""

import re

import pytest

from camket.base.actor import Actor
from camket.intake.actions import receive
from camket.outbox.models import Outbox
from camket.store.rows import values_of
from camket.subjects.models import Identifier, Proposal
from camket.vault import messages
from camket.vault.actions import look, request_code, show, verify_contact
from camket.vault.errors import RefusedError
from camket.vault.models import Item
from tests import kept
from tests.cast import KHOI, MINH

PUBLIC = Actor.public()
EVERYTHING = ["name", "phone", "email", "postal_address"]


@pytest.fixture
def victim(world, now):
    return kept.keep(world, "comet", MINH, now, verified=("phone", "email"))


@pytest.fixture
def attacker(world, now, victim):
    """Khôi's order: it takes the victim's phone as "his", and his own email to sign in with."""
    return receive(
        shop_id=world.shops["comet"],
        source="purchase",
        fields={"name": KHOI.name, "phone": MINH.phone, "email": KHOI.email, "postal_address": KHOI.address},
        lines=[{"description": "Gạch lát nền", "quantity": "1", "unit": "viên", "price": "85.000 ₫"}],
        declared=["truthful_data"],
        actor=PUBLIC,
        now=now,
    ).subject_id


def _look(world, now, subject_id, who):
    return look(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        categories=EVERYTHING,
        purpose="rights_fulfilment",
        work=None,
        actor=Actor(kind="customer", id=str(who)),
        now=now,
    )


def test_the_order_is_a_person_of_its_own_and_the_match_a_question(world, now, victim, attacker):
    assert attacker != victim
    assert {(row.known_subject_id, row.kind, row.state) for row in Proposal.objects.filter(subject_id=attacker)} == {
        (victim, "phone", "open")
    }


def test_signing_in_by_the_attackers_email_opens_nothing_of_the_victim(world, now, victim, attacker):
    before = [values_of(item) for item in Item.objects.filter(subject_id=victim).order_by("id")]
    request_code(shop_id=world.shops["comet"], kind="email", text=KHOI.email, actor=PUBLIC, now=now)
    sent = Outbox.objects.get(subject_id=attacker, kind="one_time_code")
    code = re.search(r"\d{6}", messages.opened(sent).reveal()[2])[0]
    verify_contact(
        shop_id=world.shops["comet"],
        subject_id=attacker,
        item_id=Item.objects.get(subject_id=attacker, category="email").id,
        code=code,
        actor=Actor(kind="customer", id=str(attacker)),
        now=now,
    )
    shown = {show(value) for value in _look(world, now, attacker, attacker).values}
    assert {KHOI.name, KHOI.email} <= shown
    assert MINH.name not in shown
    assert MINH.email not in shown
    with pytest.raises(RefusedError):
        _look(world, now, victim, attacker)
    assert [values_of(item) for item in Item.objects.filter(subject_id=victim).order_by("id")] == before


def test_the_attacker_adds_no_sign_in_contact_to_the_victim(world, now, victim, attacker):
    theirs = Identifier.objects.filter(subject_id=victim)
    assert sorted((row.kind, row.verified) for row in theirs) == [("email", True), ("phone", True)]
    assert not Identifier.objects.get(subject_id=attacker, kind="phone").verified


def test_a_code_for_the_shared_phone_proves_nothing_for_the_attacker(world, now, victim, attacker):
    request_code(shop_id=world.shops["comet"], kind="phone", text=MINH.phone, actor=PUBLIC, now=now)
    assert [row.subject_id for row in Outbox.objects.filter(kind="one_time_code")] == [victim]
