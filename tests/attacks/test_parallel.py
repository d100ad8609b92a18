"""Many at once, over real connections: nothing is lost, nothing is doubled (invariants 9 and 13)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from camket.base.actor import Actor
from camket.store.errors import ConflictError
from camket.subjects.actions import create
from camket.subjects.errors import TakenError
from camket.subjects.models import Identifier
from camket.vault.actions import Value, change, put
from camket.vault.models import Item
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
