"""Which rows the entries of a log wrote and removed, entry by entry, without regard to their order."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from camket.ledger import entry, members, places
from camket.ledger.packing import Row
from camket.ledger.sql import id_bytes

_ENTRIES = "SELECT subject_id, id, body FROM camket_entry WHERE shop_id = %s"
_MEMBERS = "SELECT subject_id, entry_id, rows FROM camket_entry_subject WHERE shop_id = %s AND rows IS NOT NULL"
_PIECE = 2_000


class Touched(NamedTuple):
    """One row of one deed: its digest before (None: it was not there) and after (None: it was removed)."""

    code: int
    key: list[Any]
    subject: bytes
    before: bytes | None
    after: bytes | None


class Did(NamedTuple):
    """One entry in its place: its event, its detail, and the rows it touched. Members of bulk deeds are not in it."""

    seq: int
    entry_id: bytes
    subject: bytes
    event: str
    detail: dict[str, Any]
    bulk: bool
    rows: list[Touched]


def rows(shop_id: int) -> Iterator[Touched]:
    """Every row that any deed of the shop wrote or removed, bulk deeds by their members; memory stays small."""
    for subject, entry_id, body in _all(_ENTRIES, [shop_id]):
        said = entry.read(body, subject_id=subject, entry_id=entry_id)
        yield from _of(said.get("r", []), said.get("x", []), subject)
    yield from member_rows(shop_id)


def member_rows(shop_id: int, entries: frozenset[bytes] | None = None) -> Iterator[Touched]:
    """Every row that bulk deeds of the shop touched, all of them or those of some entries (reads the whole table)."""
    for subject, entry_id, packed in _all(_MEMBERS, [shop_id]):
        if entries is None or entry_id in entries:
            written, removed = members.read(packed, entry_id)
            yield from _of(written, removed, subject)


def since(shop_id: int, seq: int) -> list[Did]:
    """Give the entries of the places from `seq` on, 2,000 at most, in order."""
    taken = list(places.between(shop_id, seq, seq + _PIECE))
    found = places.entries(shop_id, [name for _, name in taken])
    return [
        _did(place, id_bytes(row[1]), name, bytes(row[2]))
        for place, name in taken
        if (row := found.get(name)) is not None
    ]


def _did(seq: int, subject: bytes, entry_id: bytes, body: bytes) -> Did:
    said = entry.read(body, subject_id=subject, entry_id=entry_id)
    touched = list(_of(said.get("r", []), said.get("x", []), subject))
    return Did(seq, entry_id, subject, said["e"], said.get("d", {}), "m" in said, touched)


def _of(written: list[Row], removed: list[Row], subject: bytes) -> Iterator[Touched]:
    for code, short, digest, *before in written:
        yield Touched(code, entry.long_key(subject, short), subject, before[0] if before else None, digest)
    for code, short, digest in removed:
        yield Touched(code, entry.long_key(subject, short), subject, digest, None)


def _all(query: str, parameters: list[Any]) -> Iterator[tuple[bytes, bytes, bytes]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while found := cursor.fetchmany(_PIECE):
            for first, second, content in found:
                yield id_bytes(first), id_bytes(second), bytes(content)
