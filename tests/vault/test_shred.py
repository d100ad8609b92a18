"""Erasure: keys destroyed, rows gone, tombstone left, and a dump of everything that stays holds no trace."""

import json
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.consent.actions import restrain
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.shops.errors import NotAllowedError
from camket.store.columns import Column
from camket.store.db import is_sqlite, raw_id
from camket.subjects.actions import create, propose
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.models import Identifier
from camket.vault import erasure, shredlist
from camket.vault.actions import Value, put, request_code, rescan, shred
from camket.vault.errors import ErasedError, RefusedError
from camket.vault.models import Erasure, Item, ItemKey, Tombstone
from tests import kept
from tests.bodies import body_of as entry_body
from tests.cast import KHOI, MINH


@pytest.fixture(autouse=True)
def _own_shred_list(settings, tmp_path):
    settings.CAMKET_CHECKPOINTS = tmp_path


@pytest.fixture
def minh(world, now):
    """Minh with something in every table that can hold him: consents, restraint, work, a code, a proposal."""
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    shop_id, customer = world.shops["comet"], Actor(kind="customer", id=str(subject_id))
    restrain(
        shop_id=shop_id,
        subject_id=subject_id,
        kind="object",
        purpose="marketing",
        how="portal",
        actor=customer,
        now=now,
    )
    request_code(shop_id=shop_id, kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    return subject_id


def _shred(world, subject_id, now, *, slug="comet", actor=None):
    return shred(
        shop_id=world.shops[slug], subject_id=subject_id, actor=actor or world.hanh(slug), now=now, reason="request"
    )


def _rows_of(subject_id):
    """Tables that name the subject in any declared column."""
    found = set()
    for model in apps.get_app_config("camket").get_models():
        for column, kind in model.columns.items():
            names = kind is Column.PSEUDONYMOUS and column.endswith("subject_id")
            if names and model._base_manager.filter(**{column: subject_id}).exists():
                found.add(model._meta.db_table)
    return found


def _dump():
    """Every row of every table as text and as bytes."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                parts += [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]
    return parts


def test_nothing_of_the_person_is_left_but_the_ledger(world, now, minh):
    assert _rows_of(minh) == {
        "camket_assignment",
        "camket_consent_event",
        "camket_contact_code",
        "camket_entry",
        "camket_identifier",
        "camket_item",
        "camket_item_key",
        "camket_name_token",
        "camket_outbox",
        "camket_restraint",
        "camket_subject",
    }
    done = _shred(world, minh, now)
    assert (done.items, done.keys) == (4, 2)
    assert _rows_of(minh) == {"camket_entry", "camket_erasure"}
    assert rescan(subject_id=minh) == []
    assert Tombstone.objects.count() == 2
    assert verify_database(world.shops["comet"]) == []


def test_the_other_customers_are_untouched(world, now, minh):
    khoi = kept.keep(world, "comet", KHOI, now)
    before = {model: list(model.objects.filter(subject_id=khoi).values()) for model in (Item, ItemKey)}
    _shred(world, minh, now)
    assert before == {model: list(model.objects.filter(subject_id=khoi).values()) for model in (Item, ItemKey)}


def test_no_canary_stands_anywhere_before_or_after(world, now, minh):
    """Nothing of a person is in the database in clear; the names of the staff show that the search works."""
    for moment in ("kept", "shredded"):
        if moment == "shredded":
            _shred(world, minh, now)
        cells = _dump()
        text = "\n".join(cell if isinstance(cell, str) else repr(cell) for cell in cells)
        blob = b"\n".join(cell for cell in cells if isinstance(cell, bytes))
        assert "Vũ Thị Lan" in text
        assert [one for one in MINH.canaries if one in text or one.encode() in blob] == []


def test_rescan_finds_a_row_that_somebody_put_back(world, now, minh):
    row = Identifier.objects.get(subject_id=minh, kind="phone")
    _shred(world, minh, now)
    row.save(force_insert=True)
    left = rescan(subject_id=minh)
    assert [(one.table, one.column, one.rows) for one in left] == [("camket_identifier", "subject_id", 1)]


def test_rescan_searches_tables_that_nobody_declared(world, now, minh):
    _shred(world, minh, now)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE side_sheet (subject_id {'blob' if is_sqlite() else 'uuid'})")
        cursor.execute("INSERT INTO side_sheet VALUES (%s)", [raw_id(minh)])
    assert [one.table for one in rescan(subject_id=minh)] == ["side_sheet"]


def test_the_shred_list_outside_the_database_names_the_subject(world, now, minh):
    done = _shred(world, minh, now)
    (line,) = shredlist.path().read_text().splitlines()
    said = json.loads(line)
    assert len(bytes.fromhex(said.pop("mark"))) == 16
    assert said == {
        "shop": world.shops["comet"],
        "subject": str(minh),
        "entry": str(done.entry_id),
        "at": Erasure.objects.get().at,
        "tombs": sorted([bytes(one.digest).hex(), one.kind] for one in Tombstone.objects.all()),
        "ends": Tombstone.objects.first().ends_at,
    }
    assert shredlist.path().stat().st_mode & 0o777 == 0o600


def test_a_restored_person_is_shredded_again(world, now, minh):
    """A backup from before the erasure is put back; the list is replayed before the system serves."""
    for one in (minh, uuid4()):
        shredlist.append(shredlist.Line(world.shops["comet"], one, uuid4(), to_ms(now)))
    assert erasure.replay_shred_list(actor=Actor.worker(), now=now) == 2
    assert rescan(subject_id=minh) == []
    assert erasure.replay_shred_list(actor=Actor.worker(), now=now) == 0
    assert verify_database(world.shops["comet"]) == []


def test_an_import_does_not_bring_an_erased_person_back(world, now, minh, clock):
    _shred(world, minh, now)
    shop_id, owner = world.shops["comet"], world.hanh("comet")

    def sheet(moment):
        return put(
            shop_id=shop_id,
            subject_id=create(shop_id=shop_id, origin="legacy", actor=owner, now=moment, legacy="bảng tính"),
            values=[Value("phone", MINH.phone, ("order",))],
            source="legacy",
            actor=owner,
            now=moment,
            legacy="bảng tính",
            basis="contract",
        )

    with pytest.raises(ErasedError):
        sheet(now)
    assert len(sheet(clock.forward(days=5 * 366))) == 1


def test_an_erased_customer_may_come_back_by_themselves(world, now, minh):
    _shred(world, minh, now)
    again = kept.keep(world, "comet", MINH, now)
    assert Item.objects.filter(subject_id=again).count() == 4


def test_who_may_shred(world, now, minh):
    with pytest.raises(NotAllowedError):
        _shred(world, minh, now, actor=world.lan("comet"))
    with pytest.raises(UnknownSubjectError):
        _shred(world, minh, now, slug="1stwatch")
    with pytest.raises(UnknownSubjectError):
        _shred(world, minh, now, actor=Actor(kind="customer", id=str(uuid4())))
    _shred(world, minh, now, actor=Actor(kind="customer", id=str(minh)))
    assert rescan(subject_id=minh) == []
    with pytest.raises(UnknownSubjectError):
        _shred(world, minh, now)


def test_a_shop_without_self_erasure_refuses_it_in_the_portal(world, now):
    """khatra-6: deletion on request by email; no self-erase button."""
    minh = kept.keep(world, "khatra", MINH, now)
    with pytest.raises(RefusedError) as refused:
        _shred(world, minh, now, slug="khatra", actor=Actor(kind="customer", id=str(minh)))
    assert entry_body(Entry.objects.get(id=refused.value.entry_id))["d"]["action"] == "erase"
    assert Item.objects.filter(subject_id=minh).exists()


def test_proposals_that_name_the_person_go_with_them(world, now, minh):
    from camket.ledger.actions import deed
    from camket.subjects.models import Proposal

    khoi = kept.keep(world, "comet", KHOI, now)
    with deed(
        shop_id=world.shops["comet"], event="proposal.made", actor=Actor.public(), subject_id=khoi, now=now
    ) as made:
        propose(shop_id=made.shop_id, subject_id=khoi, known_subject_id=minh, kind="phone", now=now, within=made)
    _shred(world, minh, now)
    assert not Proposal.objects.exists()


def test_somebody_who_gave_one_phone_twice_can_be_erased(world, now, minh):
    """Found by the kill campaign: each order of a customer brings the phone again."""
    again = Value("phone", MINH.phone, ("order",))
    place = {"shop_id": world.shops["comet"], "subject_id": minh, "actor": world.hanh("comet"), "now": now}
    put(**place, values=[again], source="purchase", proven=frozenset({"order"}))
    assert Identifier.objects.filter(subject_id=minh, kind="phone").count() == 2
    _shred(world, minh, now)
    assert list(rescan(subject_id=minh)) == []
    assert Tombstone.objects.filter(kind="phone").count() == 1
    assert verify_database(world.shops["comet"]) == []
