"""No row that deeds write can be changed, added or removed behind their back: every table, every column."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from camket.ledger import places
from camket.ledger.actions import deed, refuse
from camket.ledger.compare import tables
from camket.ledger.left_out import LEFT_OUT
from camket.ledger.models import Entry, EntrySubject, Position
from camket.ledger.queries import verify_database
from camket.project.columns import BORROWED
from camket.store import secrets
from camket.store.columns import Record
from camket.store.models import ShopSecret
from tests.ledger.setting import LAN, MINH, NOW, STAFF, after, message, messages, open_shop, sign, unwritten
from tests.world import World, world
from tests.worlds import attacker
from tests.worlds.builders import build_all

SHOP = "comet"


@pytest.fixture
def built(db: Any) -> World:
    made = world(NOW)
    build_all(made, NOW)
    sign(made.shops[SHOP], now=NOW)
    return made


def _found(shop_id: int, statement: str, *parameters: object) -> set[tuple[str, str]]:
    """Kinds and tables of the problems that a statement leads to. The statement is undone."""
    with transaction.atomic():
        assert attacker.sql(statement, *parameters) > 0
        seen = {(problem.kind, problem.table) for problem in verify_database(shop_id)}
        transaction.set_rollback(True)
    return seen


def _rows(model: type[Record], shop_id: int) -> list[Record]:
    return list(model._base_manager.filter(**{model.shop_column: shop_id}))


def _other(value: Any) -> Any:
    """Another value that the column can hold."""
    match value:
        case list():
            return [*value, "x"]
        case int():
            return value + 1000 if value < 30_000 else value - 1
        case str():
            return ("y" if value.startswith("x") else "x") + value[1:]
        case UUID():
            return UUID(int=value.int ^ 1)
        case dt.date():
            return value + dt.timedelta(days=1)
    content = bytes(value) or b"\0"
    return content[:-1] + bytes([content[-1] ^ 1])


def _changed(field: models.Field, row: Record) -> Any:
    value = getattr(row, field.attname)
    if value is None:
        return _first(field)
    return not value if isinstance(value, bool) else _other(value)


def _stored(field: models.Field, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _first(field: models.Field) -> Any:
    kind = {"IdField": UUID(int=7), "CharField": "x", "TextField": "x", "BinaryField": b"x", "DateField": "2026-01-01"}
    return kind.get(field.get_internal_type(), 7)


def _where(row: Record) -> tuple[str, list[Any]]:
    key = row._meta.pk
    fields = key.fields if isinstance(key, models.CompositePrimaryKey) else [key]
    return " AND ".join(f"{_name(field.column)} = %s" for field in fields), [getattr(row, f.attname) for f in fields]


def _name(column: str) -> str:
    return connection.ops.quote_name(column)


def test_the_untouched_world_verifies(built: World) -> None:
    assert verify_database() == []


def test_every_table_of_deeds_is_in_a_world(built: World) -> None:
    empty = {model._meta.db_table for model in tables().values() if not _rows(model, built.shops[SHOP])}
    assert empty == set(), "make a row of it by a real deed in tests/worlds/"


def test_every_table_is_compared_or_left_out_with_a_reason() -> None:
    ours = {model._meta.db_table: model for model in apps.get_models()}
    compared = {name for name, model in ours.items() if model.ledgered}
    assert compared | set(LEFT_OUT) == set(ours) | set(BORROWED)
    assert compared & set(LEFT_OUT) == set()
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())


def test_a_row_removed_from_any_table_is_found(built: World) -> None:
    shop_id, chance = built.shops[SHOP], random.Random(1)
    for model in tables().values():
        table = model._meta.db_table
        where, key = _where(chance.choice(_rows(model, shop_id)))
        seen = (
            _found(shop_id, f"DELETE FROM {table} WHERE {where}", *key)
            if table != "camket_log"
            else {("removed", table)}
        )
        assert ("removed", table) in seen or ("secret", table) in seen, table


def test_a_changed_column_of_any_table_is_found(built: World) -> None:
    shop_id, chance = built.shops[SHOP], random.Random(2)
    refused = set()
    for model in tables().values():
        for field, row in _cells(model, shop_id, chance):
            where, key = _where(row)
            statement = f"UPDATE {model._meta.db_table} SET {_name(field.column)} = %s WHERE {where}"
            try:
                seen = _found(shop_id, statement, _stored(field, _changed(field, row)), *key)
            except IntegrityError:
                refused.add((model._meta.db_table, field.attname))
                continue
            assert {kind for kind, table in seen if table == model._meta.db_table}, (model.__name__, field.attname)
    assert refused == {("camket_api_key", "staff_id")}  # a key has one holder: the database itself refuses a second


def _cells(model: type[Record], shop_id: int, chance: random.Random) -> Iterator[tuple[models.Field, Record]]:
    """Each column with a row; of the log's own row the shop cannot change, or there is no log to ask about."""
    rows = _rows(model, shop_id)
    for field in model._meta.concrete_fields:
        if field.column and (model._meta.db_table, field.attname) != ("camket_log", "shop_id"):
            yield field, chance.choice(rows)


def test_a_row_planted_in_any_table_is_found(built: World) -> None:
    shop_id, chance = built.shops[SHOP], random.Random(3)
    for model in tables().values():
        if model._meta.db_table in {"camket_log", "camket_shop"}:
            continue  # one row a shop: a second is another shop, found by the whole verification below
        row = chance.choice(_rows(model, shop_id))
        fields = [field for field in model._meta.concrete_fields if field.column]
        new = {field.column: _stored(field, _planted(field, row)) for field in fields}
        columns, marks = ", ".join(map(_name, new)), ", ".join(["%s"] * len(new))
        seen = _found(shop_id, f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})", *new.values())
        assert ("added", model._meta.db_table) in seen, model.__name__


def _planted(field: models.Field, row: Record) -> Any:
    """A copy with another key, and others for what must be unique; the shop stays."""
    value = getattr(row, field.attname)
    key = row._meta.pk
    keys = key.field_names if isinstance(key, models.CompositePrimaryKey) else (key.attname,)
    keys = {*keys, *(constraint.fields[-1] for constraint in row._meta.total_unique_constraints)}
    if field.attname != row.shop_column and (field.attname in keys or field.unique or field.attname == "digest"):
        return _other(value)
    return value


@pytest.mark.django_db
def test_a_planted_shop_is_found() -> None:
    open_shop()
    sign()
    planted = unwritten(shop_id=99)
    planted.save(force_insert=True)
    assert verify_database(1) == []
    assert [(problem.kind, problem.table, problem.key) for problem in verify_database()] == [
        ("added", "camket_outbox", "99")
    ]


@pytest.mark.django_db
def test_every_change_of_an_entry_is_found() -> None:
    open_shop()
    messages(4)
    sign(now=after(4))
    ((_, name),) = places.between(1, 2, 3)
    entry_id = UUID(bytes=name)
    body = Entry.objects.get(id=entry_id).body
    for statement, kinds in {
        "UPDATE camket_entry SET body = %s WHERE id = %s": {"mac", "tile", "checkpoint", "outside"},
        "UPDATE camket_entry SET mac = %s WHERE id = %s": {"mac"},
    }.items():
        seen = _found(1, statement, body[:-1] + bytes([body[-1] ^ 1]), entry_id)
        assert kinds <= {kind for kind, _ in seen}
    seen = _found(1, "DELETE FROM camket_entry WHERE id = %s", entry_id)
    assert {("removed", "camket_entry"), ("added", "camket_outbox")} <= seen
    ids = Position.objects.get(seq=0).ids
    for change in (ids[16:], ids[:16], ids[16:] + ids[:16]):
        assert {("tile", "camket_tile"), ("checkpoint", "camket_checkpoint")} <= _found(
            1, "UPDATE camket_position SET ids = %s WHERE seq = %s", change, 0
        )
    seen = _found(1, "UPDATE camket_position SET seq = %s WHERE seq = %s", 9, 0)
    assert ("position", "camket_position") in seen
    seen = _found(1, "UPDATE camket_position SET ids = %s WHERE seq = %s", ids[:20], 0)
    assert ("checkpoint", "camket_checkpoint") in seen
    seen = _found(1, "DELETE FROM camket_position WHERE seq = %s", 0)
    assert ("outside", "") in seen
    seen = _found(1, "UPDATE camket_tile SET hashes = %s", b"x" * 32)
    assert ("tile", "camket_tile") in seen
    seen = _found(1, "UPDATE camket_checkpoint SET note = %s", "camket/comet\n5\nAAAA\n\n— camket/comet AAAA\n")
    assert ("checkpoint", "camket_checkpoint") in seen
    seen = _found(1, "DELETE FROM camket_checkpoint WHERE size = %s", 5)
    assert ("checkpoint", "camket_checkpoint") in seen


@pytest.mark.django_db
def test_an_unsequenced_entry_is_checked_too() -> None:
    open_shop()
    messages(2)
    assert verify_database() == []
    assert ("mac", "camket_entry") in _found(
        1, "UPDATE camket_entry SET mac = %s WHERE subject_id = %s", b"x" * 16, LAN
    )
    assert ("added", "camket_outbox") in _found(1, "DELETE FROM camket_entry WHERE subject_id = %s", MINH)


@pytest.mark.django_db
def test_members_of_a_bulk_deed_cannot_be_changed() -> None:
    open_shop()
    with deed(shop_id=1, event="import.run", actor=STAFF, now=NOW, bulk=True) as importing:
        importing.insert_many([unwritten(LAN), unwritten(MINH)])
    table = "camket_entry_subject"
    assert verify_database() == []
    assert ("changed", table) in _found(1, f"DELETE FROM {table} WHERE subject_id = %s", LAN)
    assert ("changed", table) in _found(1, f"UPDATE {table} SET rows = %s WHERE subject_id = %s", b"", MINH)
    entry_id = refuse(shop_id=1, actor=STAFF, now=NOW)
    EntrySubject.objects.create(subject_id=LAN, entry_id=entry_id, shop_id=1, rows=b"")
    assert [(problem.kind, problem.table) for problem in verify_database()] == [("added", table)]


@pytest.mark.django_db
def test_deeds_that_raced_raise_no_false_alarm() -> None:
    """Two deeds on one row whose entries were sequenced in the other order than they were committed."""
    open_shop()
    row = message()
    with deed(shop_id=1, event="outbox.tried", actor=STAFF, subject_id=LAN, now=after(50)) as second:
        second.update(row, attempts=1)
    with deed(shop_id=1, event="outbox.sent", actor=STAFF, subject_id=LAN, now=after(2)) as first:
        first.update(row, attempts=2)
    sign(now=after(51))
    places_taken = [places.place_of(1, one.entry_id.bytes) for one in (first, second)]
    assert places_taken == sorted(places_taken)
    assert verify_database() == []


@pytest.mark.django_db
def test_an_old_row_put_back_is_found() -> None:
    open_shop()
    row = message()
    with deed(shop_id=1, event="outbox.sent", actor=STAFF, subject_id=LAN, now=after(2)) as sending:
        sending.update(row, state="sent")
    assert ("changed", "camket_outbox") in _found(1, "UPDATE camket_outbox SET state = %s", "queued")


@pytest.mark.django_db
def test_keys_that_do_not_open_are_said_to() -> None:
    open_shop()
    secrets.forget()
    wrapped = ShopSecret.objects.get(name="mac").wrapped
    seen = _found(1, "UPDATE camket_shop_secret SET wrapped = %s WHERE name = %s", wrapped[:-1] + b"x", "mac")
    assert seen == {("secret", "camket_shop_secret")}
