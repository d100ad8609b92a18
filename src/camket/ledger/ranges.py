"""Checks a range of places of a log: that each names an entry, that the entry is ours, and what the tree becomes.

Ranges do not need each other, so that each processor takes one at a time (`check`, in a process of its own, which
knows nothing of Django). What joins them is in audit.py.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

import psycopg
from psycopg.types.string import ByteaBinaryLoader

from camket.ledger import tree

WIDTH = 256  # places whose root is a hash of level 1
MOST_IN_ROW = 64
ID_BYTES = 16
SPAN_BITS = 14  # a span is 2**14 milliseconds
_MAC_BYTES = 16
_ID_HEAD = b"\x50"  # CBOR: byte string of 16
_FIRST_MAP = 0xA0  # CBOR: bodies of version 1 are maps, of version 2 arrays
_MOMENT_BYTES = 6
_NEAR_MS = 65_536
_NOTHING = bytes(tree.HASH_BYTES)
_BLOCK = 64
_INNER = bytes(value ^ 0x36 for value in range(256))
_OUTER = bytes(value ^ 0x5C for value in range(256))

RUNS = "SELECT seq, span, ids FROM camket_position WHERE shop_id = %s AND seq >= %s AND seq < %s ORDER BY seq"
# A join would look each entry up in the block range index, a megabyte at a time; a range of ids is read once.
ENTRIES = "SELECT id, subject_id, body, mac FROM camket_entry WHERE shop_id = %s AND id >= %s AND id <= %s"

Fault = Literal["position", "removed", "mac", "doubled"]
Entry = tuple[bytes, bytes, bytes, bytes]


class Source(NamedTuple):
    """Where the database is, for a process that has no settings: a SQLite file or PostgreSQL's parameters."""

    file: str
    server: dict[str, Any]


class Shop(NamedTuple):
    """What every range of a log shares: records of either version begin with a head of their own."""

    shop_id: int
    heads: tuple[bytes, bytes]
    key: bytes


class Range(NamedTuple):
    """Places from `start`, a multiple of 256, to `stop`; `sizes` are those in it that a note was signed at."""

    shop: Shop
    start: int
    stop: int
    sizes: tuple[int, ...]


class Found(NamedTuple):
    """What a range is: roots of its blocks of 256, peaks of the begun block at each wanted size, and faults.

    `tail` are the leaf hashes of the last block, when it is not full.
    """

    roots: list[bytes]
    tail: list[bytes]
    peaks: dict[int, list[bytes]]
    faults: list[tuple[Fault, int, bytes]]


class Reader(Protocol):
    """Runs a query whose holes take integers and ids in 16 bytes; ids come back in 16 bytes."""

    def __call__(self, text: str, parameters: Sequence[int | bytes]) -> Sequence[tuple[Any, ...]]: ...


def literal(value: int | bytes) -> str:
    """Write an integer or an id into a statement of PostgreSQL, so that it is planned for this very value."""
    return f"'{UUID(bytes=value)}'::uuid" if isinstance(value, bytes) else str(int(value))


def on_postgresql(connection: "psycopg.Connection[Any]") -> Reader:
    """Read on a connection of the driver."""

    def read(text: str, parameters: Sequence[int | bytes]) -> Sequence[tuple[Any, ...]]:
        with psycopg.Cursor(connection) as cursor:
            cursor.format = psycopg.pq.Format.BINARY
            cursor.adapters.register_loader("uuid", ByteaBinaryLoader)
            return cursor.execute(text % tuple(map(literal, parameters)), prepare=False).fetchall()

    return read


def on_sqlite(connection: sqlite3.Connection) -> Reader:
    """Read on a connection of the driver."""

    def read(text: str, parameters: Sequence[int | bytes]) -> Sequence[tuple[Any, ...]]:
        return connection.execute(text.replace("%s", "?"), parameters).fetchall()

    return read


_reader: Reader | None = None


def open_source(source: Source) -> None:
    """Open the connection of this process, which reads only."""
    global _reader  # noqa: PLW0603 (one connection for each process of the pool)
    if source.file:
        _reader = on_sqlite(sqlite3.connect(f"{source.file}?mode=ro", uri=True, timeout=30))
        return
    connection = psycopg.connect(**source.server, autocommit=True)
    connection.execute("SET default_transaction_read_only = on")
    connection.execute("SET camket.shop = '0'")  # the whole installation: store/wall.py
    _reader = on_postgresql(connection)


def check_here(asked: Range) -> Found:
    """Check a range in a process of the pool."""
    if _reader is None:
        raise RuntimeError("open_source comes first")
    return check(asked, _reader)


def check(asked: Range, read: Reader) -> Found:
    """Read the entries of a range, check each and hash the tree up to blocks of 256."""
    faults: list[tuple[Fault, int, bytes]] = []
    names = _names(asked, read, faults)
    entries = _entries(asked.shop.shop_id, names, read, faults)
    leaves = _leaves(asked, names, entries, faults)
    full = len(leaves) - len(leaves) % WIDTH
    roots = [tree.root_of_tile(b"".join(leaves[at : at + WIDTH])) for at in range(0, full, WIDTH)]
    peaks = {}
    for size in asked.sizes:
        at = size - asked.start
        peaks[size] = _peaks(leaves[at - at % WIDTH : at])
    return Found(roots, leaves[full:], peaks, faults)


def _peaks(leaves: Iterable[bytes]) -> list[bytes]:
    stack: list[bytes] = []
    for index, hashed in enumerate(leaves):
        tree.push(stack, index, hashed)
    return stack


def _names(asked: Range, read: Reader, faults: list[tuple[Fault, int, bytes]]) -> list[bytes]:
    """Give the id at each place; an empty one where none stands."""
    names: list[bytes] = []
    start, stop = asked.start, asked.stop
    for seq, span, ids in read(RUNS, [asked.shop.shop_id, start, stop]):
        at = start + len(names)
        count, rest = divmod(len(ids), ID_BYTES)
        if seq != at or rest or not count or seq % MOST_IN_ROW + count > MOST_IN_ROW or not _in_span(span, ids):
            faults.append(("position", at, b""))
        names += [b""] * (min(seq, stop) - at)
        skip = max(at - seq, 0)
        names += [bytes(ids[place * ID_BYTES : (place + 1) * ID_BYTES]) for place in range(skip, count)]
    if len(names) != stop - start:
        faults.append(("position", start + len(names), b""))
    return [*names[: stop - start], *[b""] * (stop - start - len(names))]


def _in_span(span: int, ids: bytes) -> bool:
    """Tell whether the row is found by the time of its ids, which grow from the first to the last."""
    first, last = ids[:_MOMENT_BYTES], ids[-ID_BYTES:][:_MOMENT_BYTES]
    return int.from_bytes(first, "big") >> SPAN_BITS == span == int.from_bytes(last, "big") >> SPAN_BITS


def _entries(
    shop_id: int, names: list[bytes], read: Reader, faults: list[tuple[Fault, int, bytes]]
) -> dict[bytes, Entry]:
    wanted = set(names)
    wanted.discard(b"")
    found: dict[bytes, Entry] = {}
    for low, high in ranges(wanted):
        rows = [row for row in read(ENTRIES, [shop_id, low, high]) if row[0] in wanted]
        before = len(found)
        found.update((row[0], row) for row in rows)
        if len(found) - before < len(rows):
            faults += [("doubled", -1, name) for name in _doubled(row[0] for row in rows)]
    return found


def _doubled(names: Iterable[bytes]) -> Iterator[bytes]:
    seen: set[bytes] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)


def ranges(names: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Part ids into ranges of neighbours in time: the lowest and the highest of each.

    Ids that are far apart are not read as one range: what lies between may be another shop's whole day.
    """
    low = high = b""
    last = 0
    for name in sorted(names):
        moment = int.from_bytes(name[:_MOMENT_BYTES], "big")
        if high and moment - last > _NEAR_MS:
            yield low, high
            low = name
        low, high, last = low or name, name, moment
    if high:
        yield low, high


def _leaves(
    asked: Range, names: list[bytes], entries: dict[bytes, Entry], faults: list[tuple[Fault, int, bytes]]
) -> list[bytes]:
    """Hash each entry as a leaf and check its writer's MAC: the inner loop, spelled out for its speed."""
    first, second = asked.shop.heads
    inner, outer = _keyed(asked.shop.key)
    leaf = sha256(b"\x00")
    leaves: list[bytes] = []
    add, get, join = leaves.append, entries.get, b"".join
    for name in names:
        row = get(name)
        if row is None:
            add(_NOTHING)
            if name:
                faults.append(("removed", asked.start + len(leaves) - 1, name))
            continue
        _, subject, body, mac = row
        record = join((second if body[:1] < b"\xa0" else first, subject, _ID_HEAD, name, body))
        hashed = leaf.copy()
        hashed.update(record)
        add(hashed.digest())
        within = inner.copy()
        within.update(record)
        around = outer.copy()
        around.update(within.digest())
        if around.digest()[:_MAC_BYTES] != mac:
            faults.append(("mac", asked.start + len(leaves) - 1, name))
    return leaves


def _keyed(key: bytes) -> tuple[Any, Any]:
    """Give the two halves of HMAC-SHA256 (RFC 2104) with the key's blocks hashed already."""
    block = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return sha256(block.translate(_INNER)), sha256(block.translate(_OUTER))


Check = Callable[[Range], Found]
