"""The attacker knows the victim's phone number, or holds a dump, or may write to the database by SQL."""

import re

import pytest
from django.db import connection

from camket.base.actor import Actor
from camket.crypto.errors import SealError
from camket.ledger.queries import verify_database
from camket.shops.actions import issue_api_key
from camket.store.secrets import secret
from camket.subjects.errors import CodeError
from camket.subjects.models import ContactCode, Identifier
from camket.vault import messages
from camket.vault.actions import change, find, look, request_code, show, verify_contact
from camket.vault.errors import RefusedError
from camket.vault.models import Item, ItemKey
from tests import kept
from tests.cast import KHOI, MINH, Person

# An order with the victim's phone and the attacker's own email.
MIXED = Person(MINH.name, MINH.phone, KHOI.email, KHOI.address)


@pytest.fixture
def victim(world, now):
    return kept.keep(world, "comet", MINH, now, verified=("phone", "email"))


def test_an_order_with_the_victims_phone_opens_nothing_of_the_victim(world, now, victim):
    """INVARIANT 13: the attacker's order makes a person of its own; his sign-in shows that one and no other."""
    attacker = kept.keep(world, "comet", MIXED, now, verified=("email",))
    assert attacker != victim
    seen = look(
        shop_id=world.shops["comet"],
        subject_id=attacker,
        categories=["name", "phone", "email", "postal_address"],
        purpose="rights_fulfilment",
        work=None,
        actor=Actor(kind="customer", id=str(attacker)),
        now=now,
    )
    assert MINH.email not in {show(value) for value in seen.values}
    assert {value.item_id for value in seen.values}.isdisjoint(
        Item.objects.filter(subject_id=victim).values_list("id", flat=True)
    )
    assert Identifier.objects.get(subject_id=victim, kind="phone").verified
    assert not Identifier.objects.get(subject_id=attacker, kind="phone").verified


def test_a_code_for_the_shared_phone_goes_to_the_one_who_proved_it(world, now, victim):
    from camket.outbox.models import Outbox

    kept.keep(world, "comet", MIXED, now, verified=("email",))
    request_code(shop_id=world.shops["comet"], kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    (row,) = Outbox.objects.all()
    assert row.subject_id == victim
    to, _, _ = messages.opened(row).reveal()
    assert to == "+84912345678"


def test_the_attacker_neither_reads_nor_changes_the_victim(world, now, victim):
    attacker = Actor(kind="customer", id=str(kept.keep(world, "comet", KHOI, now, verified=("email",))))
    item = Item.objects.get(subject_id=victim, category="email")
    with pytest.raises(RefusedError):
        change(
            shop_id=world.shops["comet"],
            subject_id=victim,
            item_id=item.id,
            text=KHOI.email,
            version=1,
            actor=attacker,
            now=now,
            purpose="rights_fulfilment",
        )
    with pytest.raises(RefusedError):
        find(
            shop_id=world.shops["comet"],
            kind="phone",
            text=MINH.phone,
            purpose="order",
            work=None,
            actor=attacker,
            now=now,
        )
    assert Item.objects.get(pk=item.pk).sealed == item.sealed


def test_a_planted_identifier_leads_to_nothing_that_opens(world, now, victim):
    """By SQL the attacker points his own phone's digest at the victim, marks it proven, and signs in with it."""
    khoi = kept.keep(world, "comet", KHOI, now)
    own = Identifier.objects.get(subject_id=khoi, kind="phone")
    Identifier(
        digest=own.digest,
        subject_id=victim,
        item_id=Item.objects.get(subject_id=victim, category="phone").id,
        shop_id=own.shop_id,
        kind="phone",
        verified=True,
    ).save(force_insert=True)
    request_code(shop_id=world.shops["comet"], kind="phone", text=KHOI.phone, actor=Actor.public(), now=now)
    assert ContactCode.objects.get().subject_id == khoi
    assert [problem.table for problem in verify_database(world.shops["comet"])] == ["camket_identifier"]


def test_a_code_that_is_pointed_at_somebody_else_is_wrong(world, now, victim):
    khoi = kept.keep(world, "comet", KHOI, now)
    request_code(shop_id=world.shops["comet"], kind="phone", text=KHOI.phone, actor=Actor.public(), now=now)
    code = re.search(r"\d{6}", messages.opened(_message()).reveal()[2])[0]
    ContactCode.objects.update(subject_id=victim)
    with pytest.raises(CodeError):
        verify_contact(
            shop_id=world.shops["comet"],
            subject_id=khoi,
            item_id=Item.objects.get(subject_id=khoi, category="phone").id,
            code=code,
            actor=Actor(kind="customer", id=str(khoi)),
            now=now,
        )


def test_a_planted_verified_mark_breaks_the_seal_and_the_ledger(world, now):
    victim = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", victim, now)
    Item.objects.filter(subject_id=victim, category="email").update(verified=True)
    with pytest.raises(SealError):
        kept.lan_looks(world, "comet", victim, now, ("email",))
    assert [problem.table for problem in verify_database(world.shops["comet"])] == ["camket_item"]


def _dump():
    cells = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            cells += [
                bytes(cell) if isinstance(cell, memoryview) else cell for row in cursor.fetchall() for cell in row
            ]
    return cells


def test_a_dump_without_keys_gives_no_value_key_code_or_token(world, now, victim):
    shop_id = world.shops["comet"]
    token = issue_api_key(
        shop_id=shop_id, role="system", purposes=["order"], system="webshop", actor=Actor(kind="owner"), now=now
    ).token
    request_code(shop_id=shop_id, kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    row = ContactCode.objects.get()
    code = re.search(r"\d{6}", messages.opened(_message()).reveal()[2])[0]
    secrets = [secret(shop_id, name) for name in ("row", "mac", "index", "checkpoint", "tombstone", "token")]
    cells = _dump()
    text = "\n".join(cell for cell in cells if isinstance(cell, str))
    blob = b"\n".join(cell for cell in cells if isinstance(cell, bytes))
    assert [key for key in secrets if key in blob] == []
    assert [one for one in MINH.canaries if one in text or one.encode() in blob] == []
    assert token.removeprefix("comet_") not in text
    assert code.encode() not in row.code_digest
    assert "Vũ Thị Lan" in text


def _message():
    from camket.outbox.models import Outbox

    return Outbox.objects.get()


def test_a_code_cannot_be_searched_through_without_the_shops_secret(world, now, victim):
    """A million codes are quickly tried against a plain digest; against a keyed one nothing matches."""
    import hashlib

    request_code(shop_id=world.shops["comet"], kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    row = ContactCode.objects.get()
    guesses = (f"{number:06d}".encode() for number in range(1_000_000))
    assert not any(hashlib.sha256(guess).digest() == row.code_digest for guess in guesses)


def test_keys_of_two_people_are_not_exchangeable(world, now, victim):
    khoi = kept.keep(world, "comet", KHOI, now)
    kept.assign(world, "comet", khoi, now)
    key = ItemKey.objects.get(subject_id=victim, retention=ItemKey.objects.get(subject_id=khoi).retention)
    ItemKey.objects.filter(subject_id=khoi).update(wrapped=key.wrapped)
    with pytest.raises(SealError):
        kept.lan_looks(world, "comet", khoi, now)
