"""Reads a whole log in order, in pieces: memory does not grow with the log."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from camket.ledger import entry
from camket.ledger.sql import id_bytes, parameter

PIECE = 2_000
PLACES = "SELECT seq, entry_id FROM camket_position WHERE shop_id = %s AND seq >= %s AND seq < %s ORDER BY seq"
# A join would look each entry up in the block range index, a megabyte at a time; a range of ids is read once.
ENTRIES = "SELECT id, subject_id, body, mac FROM camket_entry WHERE shop_id = %s AND id >= %s AND id <= %s"
NOT_IN_ORDER = """
SELECT e.id, e.subject_id, e.body, e.mac FROM camket_entry e
WHERE e.shop_id = %s AND NOT EXISTS (SELECT 1 FROM camket_position p WHERE p.entry_id = e.id)
"""
LAST = "SELECT max(seq) FROM camket_position WHERE shop_id = %s"


class Line(NamedTuple):
    """An entry as stored. `seq` is None while it waits for a place; `body` is None when only its place is left."""

    shop_id: int
    seq: int | None
    entry_id: bytes
    subject_id: bytes
    body: bytes | None
    mac: bytes

    @property
    def record(self) -> bytes:
        return entry.record(self.shop_id, self.subject_id, self.entry_id, self.body or b"")


def in_order(shop_id: int) -> Iterator[Line]:
    """Every place of the log in order; a missing place is simply not given."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [shop_id])
        row = cursor.fetchone()
        last = -1 if row is None or row[0] is None else row[0]
        for start in range(0, last + 1, PIECE):
            cursor.execute(PLACES, [shop_id, start, start + PIECE])
            places = [(seq, id_bytes(entry_id)) for seq, entry_id in cursor.fetchall()]
            found = _entries(shop_id, {entry_id for _, entry_id in places})
            for seq, entry_id in places:
                yield _line(shop_id, seq, found.get(entry_id, (entry_id, None, None, None)))


def _entries(shop_id: int, wanted: set[bytes]) -> dict[bytes, Any]:
    """Read the entries of those ids; entries between them that are not wanted are passed over."""
    found: dict[bytes, Any] = {}
    if not wanted:
        return found
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, [shop_id, parameter(min(wanted)), parameter(max(wanted))])
        while rows := cursor.fetchmany(PIECE):
            found.update((name, row) for row in rows if (name := id_bytes(row[0])) in wanted)
    return found


def waiting(shop_id: int) -> Iterator[Line]:
    """Entries that have no place yet, found by absence."""
    with connection.cursor() as cursor:
        cursor.execute(NOT_IN_ORDER, [shop_id])
        while found := cursor.fetchmany(PIECE):
            for row in found:
                yield _line(shop_id, None, row)


def _line(shop_id: int, seq: int | None, row: Any) -> Line:
    entry_id, subject_id, body, mac = row
    if body is None:
        return Line(shop_id, seq, id_bytes(entry_id), b"", None, b"")
    return Line(shop_id, seq, id_bytes(entry_id), id_bytes(subject_id), bytes(body), bytes(mac))
