"""A log of the first release is read, proven and verified on; its places move into the compact rows."""

import importlib
import io
import json
from uuid import UUID

import cbor2
import pytest
from django.apps import apps
from django.db import connection

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger import entry, members, places, sql, verifier
from camket.ledger.actions import sequence
from camket.ledger.models import EntrySubject, Position, Tile
from camket.ledger.queries import entries_of, export, receipt, verify_database
from camket.store import secrets, statements
from camket.store.db import is_sqlite, raw_id
from tests.ledger.setting import LAN, MINH, STAFF, after, message, open_shop, sign
from tests.worlds import attacker

pytestmark = pytest.mark.django_db
migration = importlib.import_module("camket.project.migrations.0007_compact_ledger")


def _written(body: dict[str, object], seconds: float, subject: UUID = LAN, name: UUID | None = None) -> UUID:
    """An entry as the first release wrote it."""
    content = cbor2.dumps(body, canonical=True)
    name = name or uuid7(to_ms(after(seconds)))
    record = b"\x85\x01" + cbor2.dumps(1) + b"\x50" + subject.bytes + b"\x50" + name.bytes + content
    mac = entry.mac(secrets.secret(1, "mac"), record)
    statements.execute(sql.INSERT_ENTRY, sql.entry_values(1, subject, name, content, mac))
    return name


def _look(seconds: float) -> UUID:
    actor = ["staff", UUID(STAFF.id).bytes]
    return _written({"e": "item.looked", "a": actor, "p": "order", "d": {"items": [MINH.bytes]}}, seconds)


def test_entries_of_the_first_release_stand_beside_those_of_today() -> None:
    open_shop()
    old = _look(1)
    message(now=after(2))
    older = _look(3)
    sign(now=after(4))
    assert verify_database() == []
    said = {one.id: one for one in entries_of(LAN)}
    assert (said[old].event, said[old].actor, said[old].detail) == ("item.looked", STAFF, {"items": [MINH.bytes]})
    for name in (old, older, *said):
        assert verifier.check_receipt(json.dumps(receipt(name, with_entry=True))) == []
    file = io.StringIO()
    export(shop_id=1, file=file)
    assert verifier.check_log(file.getvalue().splitlines()).findings == []


def test_a_bulk_deed_of_the_first_release_proves_its_members() -> None:
    open_shop()
    row = cbor2.dumps([[[250, [None, MINH.bytes], b"d" * 16]], [[250, [None, MINH.bytes], b"d" * 16]]], canonical=True)
    lines = sorted([(LAN.bytes, row), (MINH.bytes, b"")])
    body = {"e": "import.run", "a": ["owner", ""], "n": 2, "m": members.root_of_lines(lines)}
    name = _written(body, 1, subject=UUID(int=1))
    for subject, content in lines:
        EntrySubject.objects.create(subject_id=UUID(bytes=subject), entry_id=name, shop_id=1, rows=content)
    sign(now=after(2))
    assert verify_database() == []
    assert [one.id for one in entries_of(MINH)] == [name]
    for subject_id in (LAN, MINH):
        given = receipt(name, member=subject_id)
        assert verifier.check_receipt(json.dumps(given)) == []
        assert verifier.check_receipt(json.dumps({**given, "member": {**given["member"], "index": 7}})) != []


class _Editor:
    """What a migration does with its editor, in the test's own transaction."""

    connection = connection

    @staticmethod
    def execute(statement: str, parameters: list[object] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)


def _as_before() -> None:
    """Put the places one to a row, and all hashes of level 0, as the first release had them."""
    kind = "blob" if is_sqlite() else "uuid"
    _Editor.execute(f"CREATE TABLE camket_position_old (seq bigint, entry_id {kind}, shop_id smallint)")
    for seq, name in places.between(1, 0, 1 << 30):
        _Editor.execute("INSERT INTO camket_position_old VALUES (%s, %s, 1)", [seq, raw_id(UUID(bytes=name))])
    attacker.sql("DELETE FROM camket_position")
    kept = Tile.objects.get(shop_id=1, level=0, number=1).hashes
    Tile.objects.create(shop_id=1, level=0, number=0, hashes=kept)


def test_places_move_into_rows_of_64_and_back() -> None:
    open_shop()
    for number in range(640):
        _look(number / 20)
    for seconds in (40, 80):  # a batch of its own each, one of them late
        _look(seconds)
        sequence(shop_id=1, now=after(90), full=True)
    _look(5)
    sign(now=after(91))
    rows = list(Position.objects.order_by("seq").values_list("seq", "span", "ids"))
    tiles = sorted(Tile.objects.values_list("level", "number"))
    _as_before()
    migration.move(apps, _Editor)
    moved = list(Position.objects.order_by("seq").values_list("seq", "span", "ids"))
    assert b"".join(ids for *_, ids in moved) == b"".join(ids for *_, ids in rows)
    assert all(
        len(ids) <= 64 * 16 and len({places.span_of(name) for name in places.split(ids)}) == 1 for *_, ids in moved
    )
    assert sorted(Tile.objects.values_list("level", "number")) == tiles
    assert verify_database() == []
    migration.move_back(apps, _Editor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(seq) FROM camket_position_old")
        assert cursor.fetchone() == (644, 643)
