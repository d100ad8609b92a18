"""Which rows the entries of a log wrote and removed, entry by entry, without regard to their order."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from camket.ledger import entry, members
from camket.ledger.sql import id_bytes

_ENTRIES = "SELECT subject_id, id, body FROM camket_entry WHERE shop_id = %s"
_MEMBERS = "SELECT subject_id, entry_id, rows FROM camket_entry_subject WHERE shop_id = %s"
_PIECE = 2_000


class Touched(NamedTuple):
    """One row of one deed: its digest before (None: it was not there) and after (None: it was removed)."""

    code: int
    key: list[Any]
    subject: bytes
    before: bytes | None
    after: bytes | None


def rows(shop_id: int) -> Iterator[Touched]:
    """Every row that any deed of the shop wrote or removed, bulk deeds by their members; memory stays small."""
    for subject, entry_id, body in _pieces(_ENTRIES, shop_id):
        said = entry.read(body, subject_id=subject, entry_id=entry_id)
        yield from of(said.get("r", []), said.get("x", []), subject)
    for subject, entry_id, packed in _pieces(_MEMBERS, shop_id):
        written, removed = members.read(packed, entry_id)
        yield from of(written, removed, subject)


def of(written: list[entry.Row], removed: list[entry.Row], subject: bytes) -> Iterator[Touched]:
    """Spell out the rows as an entry or a member writes them."""
    for code, short, digest, *before in written:
        yield Touched(code, entry.long_key(subject, short), subject, before[0] if before else None, digest)
    for code, short, digest in removed:
        yield Touched(code, entry.long_key(subject, short), subject, digest, None)


def _pieces(query: str, shop_id: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [shop_id])
        while found := cursor.fetchmany(_PIECE):
            for subject, entry_id, content in found:
                yield id_bytes(subject), id_bytes(entry_id), bytes(content)
