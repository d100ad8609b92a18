"""Each part's work at toy size, on the database of the tests: it runs, and its check sees a wrong answer."""

import json

import pytest
from django.db import connection
from django.test import Client

from bench import load as client
from bench import people
from bench.bare import Bare
from bench.drive import drive
from bench.gdpr import Model, Size, operations
from bench.ground import POLICIES
from bench.jobs import gdpr, inprocess, load, volume, world
from bench.oracle import Oracle
from camket.base.clock import utc_now
from camket.ledger.queries import verify_database
from camket.shops import queries
from camket.shops.actions import load_shops
from camket.vault.models import Item

SIZE = Size(1000)


@pytest.fixture
def shop(db):
    queries.forget()
    load_shops(directory=POLICIES, actor=world.OWNER, now=utc_now())
    return world.open_shop()


class Elsewhere(Model):
    """An oracle that expects something else of every answer."""

    def apply(self, op):
        return [("nobody",)] if isinstance(super().apply(op), list) else -1


def _drive(mix, model, *, reread=False):
    return drive(gdpr.Ours(SIZE, reread=reread), operations(mix, SIZE, 16, 2), model, lane=0, lanes=1, start_at=0)


@pytest.mark.parametrize("mix", ["p_customer", "u_controller"])
def test_every_change_gives_the_right_answer(shop, mix):
    gdpr.fill(records=SIZE.records, log=0)
    told = _drive(mix, Model(SIZE), reread=mix == "p_customer")
    assert (told["wrong"], told["ops"], told["first"]) == (0, 16, [])
    assert verify_database(shop.id) == []


def test_every_question_gives_the_right_answer_and_another_is_seen(shop):
    gdpr.fill(records=SIZE.records, log=1000)
    assert _drive("p_regulator", Model(SIZE))["first"] == []
    assert _drive("p_regulator", Elsewhere(SIZE))["wrong"] == 16
    mine = Item.objects.filter(purposes__in=gdpr.selecting("OBJ", 7))
    assert mine.count() == SIZE.records // 100
    assert {item.subject_id for item in mine} == {gdpr.Ours(SIZE, reread=False)._people[7]}
    # Selecting by a set of purposes is written for PostgreSQL, where it is measured.
    if connection.vendor == "postgresql":
        assert _drive("p_processor", Model(SIZE))["first"] == []


def test_looks_and_puts_beside_the_bare_side(shop, tmp_path):
    oracle, numbers = Oracle(), range(1000, 1006)
    subjects = world.create_many(shop, numbers, people.PUT)
    known = dict(zip(subjects, numbers, strict=True))
    inprocess._looks(known, shop, oracle)
    inprocess._puts(5000, 3, shop)
    with Bare(f"sqlite:///{tmp_path}/bare.sqlite3") as bare:
        bare.tables()
        plain = {bare.put(inprocess._fields(number), "lan"): number for number in numbers}
        inprocess._bare_looks(bare, plain, shop, oracle)
    assert (oracle.right, oracle.wrong) == (12, 0)
    inprocess._looks({subjects[0]: 1001}, shop, oracle)
    assert oracle.wrong == 1


def test_the_load_is_answered_and_ledgered(shop, tmp_path):
    load.seed(first=1000, count=12, answers=True)
    tokens, plan = load.keys(), tmp_path / "plan.json"
    for op in ("look", "update", "consent", "create", "erase"):
        token = tokens["director" if op == "erase" else "customer_service"]
        given = {"connections": 3, "count": 6, "fresh": 20_000_000, "target": str(plan), "token": token}
        before = load.plan(op=op, **given)["entries"]
        told = _served(json.loads(plan.read_text()))
        assert (told["good"], told["failed"], told["wrong"]) == (6, 0, 0), (op, told)
        plan.write_text(json.dumps(told["entries"]))
        assert load.ledgered(file=str(plan)) == {"missing": 0, "entries": before + 6}
    plan.write_text(json.dumps(["00000000-0000-7000-8000-000000000000"]))
    assert load.ledgered(file=str(plan))["missing"] == 1


def _served(plan):
    """Answer a plan by the application itself, and judge the answers as the load does."""
    run, numbers = client.Run(), []
    for place, one in enumerate(plan["requests"]):
        numbers.append(one["person"])
        headers = {"Authorization": f"Bearer {plan['token']}"}
        said = Client().post(one["path"], data=one["body"], content_type="application/json", headers=headers)
        data = f"HTTP/1.1 {said.status_code} X\r\n\r\n".encode() + said.content
        run.answered.append(client.Answered(place, 0.0, data))
    return client.judge(run, numbers, looked=plan["op"] == "look")


def test_growth_is_measured_by_looks_that_are_right(shop):
    told = volume.growth(looks=6, bulk=4, times=2)
    assert (told["right"], told["wrong"]) == (6 + 8, 0)


def test_people_among_planted_ones_are_looked_at(shop):
    if connection.vendor == "postgresql":
        volume.plant_people(count=30)
        assert volume.people_there()["people"] == 1030
        told = volume.among(database_pid=None, count=3, fresh=30_000_000, repeats=1)
        assert (told["right"], told["wrong"]) == (6, 0)
        assert set(told["spent"]) == {"look", "create", "consent"}


def test_bytes_are_compared_with_the_same_rows_unsealed(shop):
    if connection.vendor == "postgresql":
        told = volume.disk(count=2)
        assert Item.objects.filter(category="order").count() == 6
        assert {"camket_item", "camket_order"} < set(told["plain"])
        assert min(told["plain"].values()) > 0
