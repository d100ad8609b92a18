"""What stands in each database after all migrations: keys of several columns, frozen rows, and the plans of hot SQL."""

import re
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from camket.consent.models import ConsentEvent, Restraint
from camket.ledger.models import Entry
from camket.store.db import is_sqlite, raw_id
from camket.vault import facts
from camket.vault.models import Item
from tests import kept
from tests.cast import MINH

LINKS = (
    "assignment_staff",
    "assignment_subject",
    "consent_subject",
    "consent_text",
    "item_key",
    "item_key_subject",
    "item_subject",
    "order_subject",
    "proposal_subject",
    "restraint_subject",
    "role_staff",
    "sign_up_subject",
    "subject_shop",
    "undertaking_staff",
)
FROZEN = (
    "camket_consent_event",
    "camket_consent_text",
    "camket_entry",
    "camket_entry_group",
    "camket_entry_subject",
    "camket_erasure",
    "camket_policy_version",
    "camket_position",
    "camket_restraint",
)


def _names(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def test_every_constraint_stands_after_all_migrations(db):
    if is_sqlite():
        found = _names("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        links = {f"camket_fk_{link}_{moment}" for link in LINKS for moment in ("insert", "update", "delete")}
        frozen = {f"{table}_{moment}" for table in FROZEN for moment in ("update", "delete")}
        assert found == links | frozen
    else:
        assert _names("SELECT conname FROM pg_constraint WHERE contype = 'f' AND conname LIKE 'camket_fk_%'") == {
            f"camket_fk_{link}" for link in LINKS
        }
        assert _names("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == {f"{table}_frozen" for table in FROZEN}


def test_one_verified_contact_is_held_by_a_unique_index(db):
    query = (
        "SELECT sql FROM sqlite_master WHERE name = 'camket_identifier_verified'"
        if is_sqlite()
        else "SELECT indexdef FROM pg_indexes WHERE indexname = 'camket_identifier_verified'"
    )
    (made,) = _names(query)
    assert re.search(r'UNIQUE INDEX .*\("?digest"?\) WHERE', made)


def test_an_item_needs_its_person_and_its_key(world, now):
    item = Item.objects.get(subject_id=kept.keep(world, "comet", MINH, now), category="phone")
    for column in ("subject_id", "key_id"):
        stranger = Item(**{field.attname: getattr(item, field.attname) for field in Item._meta.concrete_fields})
        stranger.id = uuid4()
        setattr(stranger, column, uuid4())
        with pytest.raises(IntegrityError), transaction.atomic():
            _save_at_once(stranger)


def _save_at_once(row):
    row.save(force_insert=True)
    connection.check_constraints()


@pytest.mark.parametrize("model", [ConsentEvent, Restraint, Entry])
def test_frozen_rows_are_neither_changed_nor_removed(world, now, model):
    from camket.base.actor import Actor
    from camket.consent.actions import restrain

    subject_id = kept.keep(world, "comet", MINH, now)
    customer = Actor(kind="customer", id=str(subject_id))
    restrain(
        shop_id=world.shops["comet"], subject_id=subject_id, kind="restrict", how="portal", actor=customer, now=now
    )
    rows = model.objects.filter(subject_id=subject_id)
    assert rows.exists()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(shop_id=2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.delete()


def _plan(query, parameters):
    with connection.cursor() as cursor:
        if not is_sqlite():
            # A table of a test has a few rows: without this the planner reads it whole, whatever the index.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(("EXPLAIN QUERY PLAN " if is_sqlite() else "EXPLAIN ") + query, parameters)
        return [str(row[-1]) for row in cursor.fetchall()]


def _scans(plan):
    return [line for line in plan if re.search(r"\bSCAN (?!CONSTANT|\d|f$)|Seq Scan", line)]


def test_the_gates_facts_come_by_primary_keys(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    query = facts.statement(person=True, key=True, subject=True)
    plan = _plan(
        query,
        {
            "shop": world.shops["comet"],
            "now": 0,
            "person": raw_id(uuid4()),
            "key": raw_id(uuid4()),
            "subject": raw_id(subject_id),
        },
    )
    assert len(plan) > 9
    assert _scans(plan) == []


def test_a_look_comes_by_primary_keys(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    query = facts.statement(person=True, key=False, subject=True, categories=2)
    parameters = {
        "shop": world.shops["comet"],
        "now": 0,
        "person": raw_id(uuid4()),
        "subject": raw_id(subject_id),
        "c0": "phone",
        "c1": "name",
    }
    plan = _plan(query, parameters)
    assert _scans(plan) == []
    assert any("camket_item" in line or "INDEX" in line for line in plan)
