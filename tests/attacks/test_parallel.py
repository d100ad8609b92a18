"""Many at once, over real connections: nothing is lost, nothing is doubled (invariants 9 and 13)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from camket.base.actor import Actor
from camket.consent.models import ConsentEvent
from camket.ledger.actions import deed
from camket.ledger.queries import verify_database
from camket.store.errors import ConflictError
from camket.subjects.actions import create
from camket.subjects.errors import TakenError
from camket.subjects.models import Identifier
from camket.vault.actions import Value, change, look, put, rescan, shred
from camket.vault.changing import mark_verified
from camket.vault.models import Item
from tests import kept
from tests import world as worlds
from tests.cast import MINH

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(count, work):
    """Run `work(number)` on `count` threads that start together; what it returned or raised, in order."""
    start = Barrier(count)

    def run(number):
        try:
            start.wait()
            return work(number)
        except (ConflictError, TakenError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_eight_creates_of_one_verified_phone_one_succeeds(now):
    world = worlds.world(now)
    shop_id, clerk = world.shops["comet"], world.lan("comet")

    def register(_):
        subject_id = create(shop_id=shop_id, origin="purchase", actor=clerk, now=now)
        return put(
            shop_id=shop_id,
            subject_id=subject_id,
            values=[Value("phone", MINH.phone, ("order",), verified=True)],
            source="purchase",
            actor=clerk,
            now=now,
            proven=frozenset({"order"}),
        )

    outcomes = _at_once(8, register)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["TakenError"] * 7 + ["list"]
    assert Identifier.objects.filter(verified=True).count() == 1
    assert Item.objects.count() == 1


def test_thirty_two_changes_each_applied_or_answered_conflict(now):
    world = worlds.world(now)
    shop_id = world.shops["shop-003"]
    clerk = world.lan("shop-003")
    subject_id = create(shop_id=shop_id, origin="feedback", actor=clerk, now=now)
    (item_id,) = put(
        shop_id=shop_id,
        subject_id=subject_id,
        values=[Value("name", MINH.name, ("answer_enquiry",))],
        source="feedback",
        actor=clerk,
        now=now,
    )
    customer = Actor(kind="customer", id=str(subject_id))

    def correct(number):
        return change(
            shop_id=shop_id,
            subject_id=subject_id,
            item_id=item_id,
            text=f"Nguyễn Văn {chr(65 + number)}",
            version=1,
            actor=customer,
            now=now,
            purpose="rights_fulfilment",
        )

    outcomes = _at_once(32, correct)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictError"] * 31 + ["int"]
    assert Item.objects.get().version == 2


def test_eight_verifications_of_one_phone_one_succeeds(now):
    world = worlds.world(now)
    shop_id = world.shops["comet"]
    people = [kept.keep(world, "comet", MINH, now) for _ in range(8)]

    def verify(number):
        item = Item.objects.get(subject_id=people[number], category="phone")
        place = {"shop_id": shop_id, "subject_id": people[number], "now": now}
        with deed(event="identifier.verified", actor=Actor.worker(), **place) as made:
            mark_verified(shop_id=shop_id, subject_id=people[number], item_id=item.id, within=made)
        return "proven"

    outcomes = _at_once(8, verify)
    assert sorted(str(outcome) for outcome in outcomes if outcome == "proven") == ["proven"]
    assert [type(outcome) for outcome in outcomes if outcome != "proven"] == [TakenError] * 7
    assert Item.objects.filter(category="phone", verified=True).count() == 1
    assert verify_database(shop_id) == []


def test_answers_given_at_once_are_all_kept_in_one_order(now):
    world = worlds.world(now)
    shop_id, subject_id = world.shops["comet"], kept.keep(world, "comet", MINH, now)
    before = ConsentEvent.objects.count()

    def answer(number):
        kept.agree(world, "comet", subject_id, "marketing", now, channel="email" if number % 2 else "sms")

    assert _at_once(8, answer) == [None] * 8
    numbers = list(ConsentEvent.objects.filter(subject_id=subject_id).values_list("number", flat=True))
    assert sorted(numbers) == list(range(1, before + 9))
    assert verify_database(shop_id) == []


def test_putting_correcting_and_shredding_at_once_loses_nothing_and_leaves_nothing(now):
    """Corrections move the class to a new key while values are put under the old one; at the end all is destroyed."""
    world = worlds.world(now)
    shop_id, clerk = world.shops["comet"], world.hanh("comet")
    subject_id = kept.keep(world, "comet", MINH, now)
    customer = Actor(kind="customer", id=str(subject_id))
    item_id = Item.objects.get(subject_id=subject_id, category="phone").id

    def work(number):
        place = {"shop_id": shop_id, "subject_id": subject_id, "now": now}
        if number % 2:
            values = [Value("email", f"minh{number}@example.com", ("order",))]
            return put(**place, values=values, source="purchase", actor=clerk)
        version = Item.objects.get(subject_id=subject_id, id=item_id).version
        asked = {"item_id": item_id, "text": MINH.phone, "version": version, "purpose": "rights_fulfilment"}
        return change(**place, **asked, actor=customer)

    outcomes = _at_once(12, work)
    assert [type(outcome).__name__ for outcome in outcomes[1::2]] == ["list"] * 6
    assert {type(outcome).__name__ for outcome in outcomes[::2]} <= {"int", "ConflictError"}
    asked = {"shop_id": shop_id, "purpose": "rights_fulfilment", "work": None, "now": now}
    seen = look(**asked, subject_id=subject_id, categories=["email", "phone"], actor=customer)
    assert len(seen.values) == 8
    assert verify_database(shop_id) == []
    shred(shop_id=shop_id, subject_id=subject_id, actor=clerk, now=now, reason="request")
    assert rescan(subject_id=subject_id) == []
