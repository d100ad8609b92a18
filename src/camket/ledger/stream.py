"""Reads a whole log in order, in pieces: memory does not grow with the log."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from camket.ledger import entry, places, sql
from camket.ledger.sql import id_bytes

PIECE = 2_048
# First bytes of bodies of version 2 that end before the rows: CBOR arrays of none to five parts.
NO_ROWS = (b"\x80", b"\x85")
ENTRIES = """
SELECT id, subject_id, body, mac FROM camket_entry WHERE shop_id = %s AND substr(body, 1, 1) NOT BETWEEN %s AND %s
"""
_FIRST = bytes(16)


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
    for start in range(0, places.size_of(shop_id), PIECE):
        taken = list(places.between(shop_id, start, start + PIECE))
        found = places.entries(shop_id, [name for _, name in taken])
        for seq, name in taken:
            yield _line(shop_id, seq, found.get(name, (name, None, None, None)))


def with_rows(shop_id: int) -> Iterator[Line]:
    """Every entry that may tell of rows or members, whether it has a place or not, as the database hands them out."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(ENTRIES, [shop_id, *NO_ROWS])
        while found := cursor.fetchmany(PIECE):
            for row in found:
                yield _line(shop_id, None, row)


def waiting(shop_id: int) -> Iterator[Line]:
    """Entries that have no place yet, found by absence."""
    after = _FIRST
    read = sql.reader()
    while True:
        text, parameters = places.waiting(
            "e.id, e.subject_id, e.body, e.mac", shop_id, after, " AND e.id > %s ORDER BY e.id LIMIT %s"
        )
        found = read(text, [*parameters, after, PIECE])
        for row in found:
            yield _line(shop_id, None, row)
        if len(found) < PIECE:
            return
        after = found[-1][0]


def _line(shop_id: int, seq: int | None, row: Any) -> Line:
    entry_id, subject_id, body, mac = row
    if body is None:
        return Line(shop_id, seq, id_bytes(entry_id), b"", None, b"")
    return Line(shop_id, seq, id_bytes(entry_id), id_bytes(subject_id), bytes(body), bytes(mac))
