"""Which entry stands at which place of a log.

Entries that are sequenced together share a row of `camket_position`: their ids one after another, as long as they were
made in the same `span` of 2**14 milliseconds, so that the place of an id is found by an index over the spans. A row
never reaches over a multiple of 64 places.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from camket.ledger.ranges import ENTRIES, ID_BYTES, MOST_IN_ROW, SPAN_BITS, ranges
from camket.ledger.sql import id_bytes, parameter
from camket.store.db import is_sqlite

MOST = MOST_IN_ROW
_MOMENT_BYTES = 6

LAST = "SELECT seq, length(ids) FROM camket_position WHERE shop_id = %s ORDER BY seq DESC LIMIT 1"
RUNS = "SELECT seq, ids FROM camket_position WHERE shop_id = %s AND seq >= %s AND seq < %s ORDER BY seq"
OF_SPAN = "SELECT seq, ids FROM camket_position WHERE shop_id = %s AND span = %s ORDER BY seq"
INSERT = "INSERT INTO camket_position (seq, span, shop_id, ids) VALUES "
_ROWS_AT_ONCE = 100


class Run(NamedTuple):
    """Ids in a row, the first at `seq`."""

    seq: int
    ids: bytes


def span_of(entry_id: bytes) -> int:
    """Tell in which span of 16.4 seconds a version 7 id was made."""
    return int.from_bytes(entry_id[:_MOMENT_BYTES], "big") >> SPAN_BITS


def size_of(shop_id: int) -> int:
    """Count the places given so far, from the highest."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [shop_id])
        row = cursor.fetchone()
    return 0 if row is None else row[0] + row[1] // ID_BYTES


def place_of(shop_id: int, entry_id: bytes) -> int | None:
    """Give the place of an entry, None while it waits for one."""
    with connection.cursor() as cursor:
        cursor.execute(OF_SPAN, [shop_id, span_of(entry_id)])
        for seq, ids in cursor.fetchall():
            at = _index(bytes(ids), entry_id)
            if at is not None:
                return int(seq) + at
    return None


def _index(ids: bytes, entry_id: bytes) -> int | None:
    at = ids.find(entry_id)
    while at > 0 and at % ID_BYTES:
        at = ids.find(entry_id, at + 1)
    return None if at < 0 else at // ID_BYTES


def between(shop_id: int, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
    """Give the places from `start` to `stop` that are taken, with their ids, in order."""
    with connection.cursor() as cursor:
        # A run that begins before `start` may reach over it.
        cursor.execute(RUNS, [shop_id, start - start % MOST, stop])
        for seq, ids in cursor.fetchall():
            for at, name in enumerate(split(bytes(ids)), seq):
                if start <= at < stop:
                    yield at, name


def split(ids: bytes) -> Iterator[bytes]:
    """Part ids that stand one after another; a piece at the end that is no id is left out."""
    for at in range(0, len(ids) - ID_BYTES + 1, ID_BYTES):
        yield ids[at : at + ID_BYTES]


def runs(size: int, ids: Sequence[bytes]) -> Iterator[Run]:
    """Part ids that take the places from `size` on into rows."""
    start = 0
    while start < len(ids):
        stop = min(len(ids), start + MOST - (size + start) % MOST)
        span = span_of(ids[start])
        stop = next((at for at in range(start + 1, stop) if span_of(ids[at]) != span), stop)
        yield Run(size + start, b"".join(ids[start:stop]))
        start = stop


def insert(shop_id: int, found: Iterable[Run]) -> None:
    """Write rows, many to a statement."""
    rows = [(run.seq, span_of(run.ids), shop_id, run.ids) for run in found]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            values = [part for row in some for part in row]
            cursor.execute(INSERT + ", ".join(["(%s, %s, %s, %s)"] * len(some)), values)


def entries(shop_id: int, wanted: Iterable[bytes]) -> dict[bytes, Any]:
    """Read the entries of some ids, as rows `(id, subject, body, mac)` by id; others between them are passed over."""
    names = set(wanted)
    found: dict[bytes, Any] = {}
    with connection.cursor() as cursor:
        for low, high in ranges(names):
            cursor.execute(ENTRIES, [shop_id, parameter(low), parameter(high)])
            while rows := cursor.fetchmany(1000):
                found.update((name, row) for row in rows if (name := id_bytes(row[0])) in names)
    return found


# The ids that have a place, one to a row; `{since}` narrows it to the spans from one on.
_PLACED_POSTGRESQL = f"""
WITH placed AS MATERIALIZED (
  SELECT encode(substr(p.ids, at * {ID_BYTES} + 1, {ID_BYTES}), 'hex')::uuid AS id
  FROM camket_position p, generate_series(0, length(p.ids) / {ID_BYTES} - 1) AS at
  WHERE p.shop_id = %s AND p.span >= %s)
"""  # noqa: S608 (numbers of ours)
_PLACED_SQLITE = f"""
WITH RECURSIVE step(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM step WHERE at < {MOST - 1}),
placed(id) AS (
  SELECT substr(p.ids, step.at * {ID_BYTES} + 1, {ID_BYTES})
  FROM camket_position p JOIN step ON step.at * {ID_BYTES} < length(p.ids)
  WHERE p.shop_id = %s AND p.span >= %s)
"""  # noqa: S608 (numbers of ours)
# PostgreSQL takes the newest entries for none, as its statistics are older, and would look through all places for each
# of them. A full join is hashed or merged, whatever it believes; conditions on `e` must let NULL pass, or it is none.
_WAITING_POSTGRESQL = """
SELECT {columns} FROM (SELECT * FROM camket_entry WHERE shop_id = %s AND id >= %s) e
FULL JOIN placed ON placed.id = e.id WHERE placed.id IS NULL
"""
_WAITING_SQLITE = """
SELECT {columns} FROM camket_entry e WHERE e.shop_id = %s AND e.id >= %s AND e.id NOT IN (SELECT id FROM placed)
"""


def waiting(columns: str, shop_id: int, since: bytes, tail: str = "") -> tuple[str, list[int | bytes]]:
    """Make the query, for `sql.reader`, for entries from an id on that have no place: found by absence (INVARIANT 4).

    It reads the places of the spans from `since` on, and the entries from `since` on, and nothing else.
    """
    placed, left = (_PLACED_SQLITE, _WAITING_SQLITE) if is_sqlite() else (_PLACED_POSTGRESQL, _WAITING_POSTGRESQL)
    text = placed + left.format(columns=columns) + tail
    return text, [shop_id, span_of(since), shop_id, since]
