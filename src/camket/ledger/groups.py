"""Members of a bulk deed of whom it wrote no row (a look at many people), many to a row: about 20 bytes each.

A deed of n members spreads them over `2**bits` cells by the last bits of their ids, some 16 to 32 to a cell; a cell's
number is `1 << bits | last bits`. Whoever looks for one person asks for the 25 cells that the person can be in, and so
reads one row of each such deed of the shop. A deed with few members has a membership row for each instead.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import connection

from camket.ledger import places
from camket.ledger.members import Line
from camket.ledger.sql import id_bytes, insert_members, parameter
from camket.store.db import is_sqlite

FEWEST = 16
_PER_CELL = 16
_MOST_BITS = 24
INSERT = "INSERT INTO camket_entry_group (entry_id, cell, shop_id, subjects) VALUES "
_OF_SUBJECT = """
SELECT entry_id, subjects FROM camket_entry_group
WHERE shop_id = %s AND cell IN ({holes}) AND {holds}
"""
_OF_ENTRY = "SELECT subjects FROM camket_entry_group WHERE shop_id = %s AND entry_id = %s"
_ALL = "SELECT entry_id, cell, subjects FROM camket_entry_group WHERE shop_id = %s"
_ROWS_AT_ONCE = 100
_PIECE = 500


def write(shop_id: int, entry_id: UUID, lines: Sequence[Line]) -> None:
    """Write the members of a bulk deed, in the way that takes less room."""
    if together(lines):
        insert(shop_id, entry_id, [subject for subject, _ in lines])
    else:
        insert_members(shop_id, entry_id, lines)


def together(lines: Sequence[Line]) -> bool:
    """Tell whether a deed's members are kept in groups."""
    return len(lines) >= FEWEST and not any(rows for _, rows in lines)


def bits_for(count: int) -> int:
    """Tell by how many bits so many members are spread."""
    return min(_MOST_BITS, max(count // _PER_CELL, 1).bit_length() - 1)


def cell(subject: bytes, bits: int) -> int:
    """Give the cell of a person: the last bits of their id behind a one."""
    return 1 << bits | int.from_bytes(subject[-4:], "big") & (1 << bits) - 1


def grouped(subjects: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Spread sorted subjects over their cells, the order kept."""
    bits = bits_for(len(subjects))
    found: dict[int, list[bytes]] = {}
    for subject in subjects:
        found.setdefault(cell(subject, bits), []).append(subject)
    for number in sorted(found):
        yield number, b"".join(found[number])


def insert(shop_id: int, entry_id: UUID, subjects: Sequence[bytes]) -> None:
    """Write a deed's groups, many to a statement."""
    name = parameter(entry_id)
    rows = [(name, number, shop_id, ids) for number, ids in grouped(subjects)]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            values = [part for row in some for part in row]
            cursor.execute(INSERT + ", ".join(["(%s, %s, %s, %s)"] * len(some)), values)


def entries_with(shop_id: int, subject: bytes) -> list[UUID]:
    """Name the bulk deeds that a person was part of, by the person's id alone."""
    cells = [cell(subject, bits) for bits in range(_MOST_BITS + 1)]
    holds = "instr(subjects, %s) > 0" if is_sqlite() else "position(%s in subjects) > 0"
    query = _OF_SUBJECT.format(holes=", ".join(["%s"] * len(cells)), holds=holds)
    with connection.cursor() as cursor:
        cursor.execute(query, [shop_id, *cells, subject])
        return [UUID(bytes=id_bytes(name)) for name, ids in cursor.fetchall() if subject in places.split(bytes(ids))]


def members_of(shop_id: int, entry_id: UUID) -> list[bytes]:
    """Give the members of a deed that are kept in groups, sorted."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ENTRY, [shop_id, parameter(entry_id)])
        return sorted(subject for (ids,) in cursor.fetchall() for subject in places.split(bytes(ids)))


def of_shop(shop_id: int) -> Iterator[tuple[bytes, bytes, bool]]:
    """Every member of every group of a shop, as entry, subject and whether they are found there, in no order."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ALL, [shop_id])
        while found := cursor.fetchmany(_PIECE):
            for name, number, ids in found:
                entry_id, bits = id_bytes(name), max(number, 0).bit_length() - 1
                for subject in places.split(bytes(ids)):
                    yield entry_id, subject, 0 <= bits <= _MOST_BITS and cell(subject, bits) == number
