"""Whoever may only write to the database grants himself nothing: no work, role, consent, lifted objection or policy."""

import pytest
from django.db import connection

from camket.consent.actions import restrain, withdraw
from camket.intake.actions import receive
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.shops import queries
from camket.shops.actions import add_staff, adopt_policy, assign_work
from camket.store.db import raw_id
from camket.store.errors import ForgedRowError
from camket.vault.actions import look, show
from camket.vault.errors import RefusedError
from camket.vault.models import Item
from tests import kept
from tests.cast import MINH, THAO
from tests.world import OWNER

WORK = "order:1042"


def _sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        assert cursor.rowcount == 1


def _copy(table, where, **changed):
    """Put a second row in, like the one found, with some columns changed: what a forger would do."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {where[0]}", where[1])
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True)) | changed
        holes = ", ".join(["%s"] * len(names))
        cursor.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({holes})", [row[name] for name in names])


def _look(world, subject_id, now, actor=None):
    return look(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        categories=["phone"],
        purpose="order",
        work=WORK,
        actor=actor or world.lan("comet"),
        now=now,
    )


@pytest.fixture
def minh(world, now):
    return kept.keep(world, "comet", MINH, now)


@pytest.fixture
def assigned(world, now, minh):
    staff_id = world.staff["comet", "Vũ Thị Lan"]
    assign_work(shop_id=world.shops["comet"], subject_id=minh, staff_id=staff_id, work=WORK, actor=OWNER, now=now)
    return minh


def _denied(world, subject_id, now, actor=None):
    with pytest.raises(RefusedError) as caught:
        _look(world, subject_id, now, actor)
    assert caught.value.entry_id is not None
    assert verify_database(world.shops["comet"]) != []


def test_the_way_it_is_meant(world, now, assigned):
    (seen,) = _look(world, assigned, now).values
    assert show(seen) == "+84912345678"
    assert verify_database(world.shops["comet"]) == []


def test_work_copied_to_another_customer_opens_nothing(world, now, assigned):
    thao = kept.keep(world, "comet", THAO, now)
    _copy("camket_assignment", ("subject_id = %s", [raw_id(assigned)]), subject_id=raw_id(thao))
    _denied(world, thao, now)


def test_work_that_is_over_cannot_be_prolonged(world, now, assigned):
    _sql("UPDATE camket_assignment SET until = %s", 4102444800000)
    _denied(world, assigned, now)


def test_a_role_and_an_undertaking_copied_to_a_stranger_open_nothing(world, now, assigned):
    khoi = add_staff(shop_id=world.shops["comet"], name="Lê Đăng Khôi", actor=OWNER, now=now)
    lan = raw_id(world.staff["comet", "Vũ Thị Lan"])
    stranger = type(world.lan("comet"))(kind="staff", id=str(khoi.id))
    for table in ("camket_staff_role", "camket_undertaking"):
        _copy(table, ("staff_id = %s", [lan]), staff_id=raw_id(khoi.id))
    _denied(world, assigned, now, stranger)


def test_a_role_that_was_widened_makes_no_director(world, now, minh):
    lan = world.staff["comet", "Vũ Thị Lan"]
    _copy("camket_staff_role", ("staff_id = %s", [raw_id(lan)]), role="director")
    with pytest.raises(ForgedRowError):
        assign_work(
            shop_id=world.shops["comet"], subject_id=minh, staff_id=lan, work=WORK, actor=world.lan("comet"), now=now
        )


def test_a_consent_copied_after_its_withdrawal_opens_nothing(world, now, assigned):
    shop_id = world.shops["comet"]
    withdraw(shop_id=shop_id, subject_id=assigned, purpose="order", how="portal", actor=world.hanh("comet"), now=now)
    _copy("camket_consent_event", ("subject_id = %s AND number = 1", [raw_id(assigned)]), number=99)
    _denied(world, assigned, now)


def test_a_restriction_lifted_by_sql_still_holds(world, now, assigned):
    restrain(
        shop_id=world.shops["comet"],
        subject_id=assigned,
        kind="restrict",
        how="portal",
        actor=world.hanh("comet"),
        now=now,
    )
    _copy("camket_restraint", ("subject_id = %s", [raw_id(assigned)]), number=2, lifted=True)
    _denied(world, assigned, now)


def test_a_setting_planted_by_sql_stops_the_intake_and_is_ledgered(world, now):
    shop_id = world.shops["comet"]
    planted = "INSERT INTO camket_setting (shop_id, name, value, mark) VALUES (%s, 'own_server', 'yes', %s)"
    _sql(planted, shop_id, b"0" * 16)
    with pytest.raises(RefusedError, match="not written by the software") as caught:
        receive(
            shop_id=shop_id,
            source="purchase",
            fields={"name": MINH.name, "phone": MINH.phone, "postal_address": MINH.address},
            actor=world.lan("comet"),
            now=now,
        )
    assert Entry.objects.filter(id=caught.value.entry_id, shop_id=shop_id).exists()
    assert not Item.objects.filter(shop_id=shop_id).exists()


def test_a_policy_planted_with_its_digest_does_not_run(world, now, assigned):
    shop_id = world.shops["khatra"]
    _copy("camket_policy_version", ("shop_id = %s", [shop_id]), version=2)
    queries.forget()
    with pytest.raises(ForgedRowError):
        queries.rulebook(shop_id)
    assert {problem.kind for problem in verify_database(shop_id)} == {"added"}


def test_a_policy_adopted_by_a_deed_runs(world, now):
    shop_id = world.shops["khatra"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM camket_policy_version WHERE shop_id = %s", [shop_id])
        (text,) = cursor.fetchone()
    adopt_policy(shop_id=shop_id, text=f"{text}\n# again\n", actor=OWNER, now=now)
    assert queries.rulebook(shop_id).purposes_open()
    assert verify_database(shop_id) == []
