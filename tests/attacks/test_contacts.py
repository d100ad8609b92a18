"""The attacker wants the victim's phone or email to count as his, or to be sent codes without end."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from camket.base.actor import Actor
from camket.outbox.models import Outbox
from camket.subjects.codes import MOST_IN_WINDOW
from camket.subjects.errors import CodeError, TooManyCodesError
from camket.subjects.models import ContactCode, Identifier
from camket.vault import changing, messages
from camket.vault.actions import change, find, request_code, verify_contact
from camket.vault.models import Item
from tests import kept
from tests import world as worlds
from tests.cast import KHOI, MINH, Person

PUBLIC = Actor.public()


def _code(shop_id, kind, text, now):
    request_code(shop_id=shop_id, kind=kind, text=text, actor=PUBLIC, now=now)
    sent = Outbox.objects.filter(kind="one_time_code").latest("id")
    return re.search(r"\d{6}", messages.opened(sent).reveal()[2])[0]


def test_a_contact_changed_between_code_and_mark_is_not_proven(world, now, monkeypatch):
    """He proves his own phone and, while the code is being tried, corrects the item to the victim's."""
    shop_id = world.shops["comet"]
    khoi = kept.keep(world, "comet", KHOI, now)
    himself = Actor(kind="customer", id=str(khoi))
    item = Item.objects.get(subject_id=khoi, category="phone")
    place = {"shop_id": shop_id, "subject_id": khoi, "item_id": item.id, "actor": himself, "now": now}
    code = _code(shop_id, "phone", KHOI.phone, now)
    name = "try_code" if hasattr(changing, "try_code") else "_try_code"
    tried = getattr(changing, name)

    def meanwhile(**given):
        right = tried(**given)
        change(**place, text=MINH.phone, version=1, purpose="rights_fulfilment")
        return right

    monkeypatch.setattr(changing, name, meanwhile)
    with pytest.raises(CodeError):
        verify_contact(**place, code=code)
    assert not Item.objects.get(subject_id=khoi, category="phone").verified
    assert not Identifier.objects.filter(verified=True).exists()


def test_a_look_up_row_moved_by_sql_proves_no_other_contact(world, now):
    """He ordered with the victim's email beside his own phone, and points the email's look-up row at his phone."""
    shop_id = world.shops["comet"]
    khoi = kept.keep(world, "comet", Person(KHOI.name, KHOI.phone, MINH.email, KHOI.address), now)
    victims = Item.objects.get(subject_id=khoi, category="email")
    own = Identifier.objects.get(subject_id=khoi, kind="phone")
    Identifier.objects.filter(subject_id=khoi, item_id=victims.id).update(digest=own.digest)
    code = _code(shop_id, "phone", KHOI.phone, now)
    with pytest.raises(CodeError):
        verify_contact(
            shop_id=shop_id,
            subject_id=khoi,
            item_id=victims.id,
            code=code,
            actor=Actor(kind="customer", id=str(khoi)),
            now=now,
        )
    assert not Item.objects.get(subject_id=khoi, category="email").verified


def test_a_planted_look_up_row_finds_nobody(world, now):
    """He points his phone's digest at the victim and rings the shop: staff who search for it find him alone."""
    victim, khoi = (kept.keep(world, "comet", person, now) for person in (MINH, KHOI))
    own = Identifier.objects.get(subject_id=khoi, kind="phone")
    Identifier(
        digest=own.digest,
        subject_id=victim,
        item_id=Item.objects.get(subject_id=victim, category="phone").id,
        shop_id=own.shop_id,
        kind="phone",
        verified=True,
    ).save(force_insert=True)
    found = find(
        shop_id=own.shop_id,
        kind="phone",
        text=KHOI.phone,
        purpose="order",
        work=kept.WORK,
        actor=world.lan("comet"),
        now=now,
    )
    assert [(one.subject_id, one.verified) for one in found] == [(khoi, False)]


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_at_once_are_limited_like_those_one_by_one(now):
    world = worlds.world(now)
    shop_id = world.shops["comet"]
    kept.keep(world, "comet", MINH, now)
    start = Barrier(12)

    def ask(_):
        try:
            start.wait()
            request_code(shop_id=shop_id, kind="phone", text=MINH.phone, actor=PUBLIC, now=now)
        except TooManyCodesError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(ask, range(12)))
    assert sum(outcomes) == MOST_IN_WINDOW
    assert ContactCode.objects.count() == Outbox.objects.count() == MOST_IN_WINDOW
