"""The file format of backups, the same for both databases (docs/reference/backup-format.md).

A magic line, then frames: four bytes of length (big-endian) and a body. The first frame is the head, a clear CBOR map;
then a frame per piece; the last frame is the SHA-256 of every byte before it. A piece is CBOR, compressed, and in a
keys file sealed (AES-256-GCM) under the file's own key, bound to the head and to its number, so that pieces can be
neither moved, nor dropped, nor taken from another file. Pieces: `["table", name, [[column, kind] …]]`,
`["rows", [[value …] …]]`, and last of all `["end", {table: rows}]`.

Memory: one piece at a time, both ways.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple

import cbor2

from camket.crypto import SealError, aad, seal, unseal
from camket.vault.backup.errors import BackupError, damaged, newer, wrong_kind

Kind = Literal["data", "keys"]
MAGIC: Final = b"camket backup 1\n"
_ANY_MAGIC: Final = b"camket backup "
FORMAT: Final = 1
# One policy text with its questions is far below; more is not a file of ours.
MOST_BYTES: Final = 64 * 1024 * 1024
_LENGTH: Final = 4
_DIGEST: Final = 32
_PLACE: Final = "backup-piece-1"


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself: `id` is the snapshot's (both files of one backup share it), `at` its moment (ms)."""

    kind: Kind
    id: bytes
    at: int
    migrations: tuple[str, ...]
    shops: tuple[str, ...]
    database: str
    key: bytes = b""
    ends_at: int = 0


class Rows(NamedTuple):
    """Some rows of one table: `columns` are names with their kinds (tables.py)."""

    table: str
    columns: tuple[tuple[str, str], ...]
    rows: list[list[Any]]


class Writer:
    """Writes one file. `finish` ends it; without that the file is refused by whoever reads it."""

    def __init__(self, file: BinaryIO, head: Head, key: bytes | None) -> None:
        self._file = file
        self._key = key
        self._digest = hashlib.sha256()
        self._number = 0
        self._counts: dict[str, int] = {}
        self._table = ""
        self._put(MAGIC)
        packed = cbor2.dumps(_head_map(head), canonical=True)
        self._bound = hashlib.sha256(packed).digest()
        self._frame(packed)

    def table(self, name: str, columns: Sequence[tuple[str, str]]) -> None:
        """Begin a table; its rows follow."""
        self._table = name
        self._counts[name] = 0
        self._piece(["table", name, [list(column) for column in columns]])

    def rows(self, rows: Sequence[Sequence[Any]]) -> None:
        self._counts[self._table] += len(rows)
        self._piece(["rows", rows])

    def finish(self) -> dict[str, int]:
        """Write the counts and the digest; gives the counts."""
        self._piece(["end", self._counts])
        self._frame(self._digest.digest(), counted=False)
        return self._counts

    def _piece(self, content: Any) -> None:
        packed = zlib.compress(cbor2.dumps(content), 1)
        if self._key is not None:
            packed = seal(self._key, packed, _place(self._bound, self._number))
        self._number += 1
        self._frame(packed)

    def _frame(self, body: bytes, *, counted: bool = True) -> None:
        if len(body) > MOST_BYTES:
            raise ValueError("a piece of a backup is larger than any reader takes")
        framed = len(body).to_bytes(_LENGTH, "big") + body
        if counted:
            self._put(framed)
        else:
            self._file.write(framed)

    def _put(self, content: bytes) -> None:
        self._digest.update(content)
        self._file.write(content)


class Archive:
    """A file that is read, as often as wanted. Every fault is one `BackupError` that names the file."""

    def __init__(self, path: Path, kind: Kind) -> None:
        self.path = path
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
            if magic != MAGIC:
                raise newer(path.name) if magic.startswith(_ANY_MAGIC) else damaged(path.name)
            packed = self._frame(file)
        self._bound = hashlib.sha256(packed).digest()
        self.head = self._head(packed)
        if self.head.kind != kind:
            raise wrong_kind(path.name, kind)

    def check(self, key: bytes | None = None) -> dict[str, int]:
        """Read the whole file once: lengths, digest, seals and counts. Gives the rows of each table."""
        counts: dict[str, int] = {}
        for found in self.rows(key):
            counts[found.table] = counts.get(found.table, 0) + len(found.rows)
        return counts

    def whole(self) -> bool:
        """Tell, without any key, whether the file is as it was written: lengths and digest."""
        try:
            for _ in self._frames():
                pass
        except BackupError:
            return False
        return True

    def rows(self, key: bytes | None = None) -> Iterator[Rows]:
        """Give the rows in the order they were written; a table without rows is given once, empty.

        Raises at the fault, which may be the last byte: whoever writes what this gives commits only after the end.
        """
        table = ""
        columns: tuple[tuple[str, str], ...] = ()
        counts: dict[str, int] = {}
        ended = False
        for number, body in enumerate(self._frames()):
            match [ended, self._opened(body, number, key)]:
                case [False, ["table", str(table), [*named]]]:
                    columns = tuple((name, kind) for name, kind in named)
                    counts[table] = 0
                    yield Rows(table, columns, [])
                case [False, ["rows", [*rows]]] if table in counts:
                    counts[table] += len(rows)
                    yield Rows(table, columns, rows)
                case [False, ["end", told]] if told == counts:
                    ended = True
                case _:
                    raise damaged(self.path.name)
        if not ended:
            raise damaged(self.path.name)

    def _frames(self) -> Iterator[bytes]:
        """Give the pieces as they stand, and check the digest at the end."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            digest.update(file.read(len(MAGIC)))
            packed = self._frame(file)
            if hashlib.sha256(packed).digest() != self._bound:
                raise damaged(self.path.name)
            digest.update(len(packed).to_bytes(_LENGTH, "big") + packed)
            held = self._frame(file)
            while following := file.read(_LENGTH):
                yield held
                digest.update(len(held).to_bytes(_LENGTH, "big") + held)
                held = self._body(file, following)
        if held != digest.digest():
            raise damaged(self.path.name)

    def _frame(self, file: BinaryIO) -> bytes:
        return self._body(file, file.read(_LENGTH))

    def _body(self, file: BinaryIO, length: bytes) -> bytes:
        size = int.from_bytes(length, "big")
        if len(length) != _LENGTH or not 0 < size <= MOST_BYTES:
            raise damaged(self.path.name)
        body = file.read(size)
        if len(body) != size:
            raise damaged(self.path.name)
        return body

    def _opened(self, body: bytes, number: int, key: bytes | None) -> Any:
        try:
            packed = body if key is None else unseal(key, body, _place(self._bound, number))
            inflater = zlib.decompressobj()
            content = inflater.decompress(packed, 4 * MOST_BYTES)
            if not inflater.eof:
                raise damaged(self.path.name)
            return cbor2.loads(content)
        except (SealError, zlib.error, cbor2.CBORDecodeError):
            raise damaged(self.path.name) from None

    def _head(self, packed: bytes) -> Head:
        try:
            found = cbor2.loads(packed)
            return Head(
                kind=found["kind"],
                id=bytes(found["id"]),
                at=int(found["at"]),
                migrations=tuple(found["migrations"]),
                shops=tuple(found["shops"]),
                database=str(found["database"]),
                key=bytes(found["key"]),
                ends_at=int(found["ends_at"]),
            )
        except (cbor2.CBORDecodeError, KeyError, TypeError, ValueError):
            raise damaged(self.path.name) from None


def _head_map(head: Head) -> dict[str, Any]:
    return {
        "kind": head.kind,
        "id": head.id,
        "at": head.at,
        "migrations": list(head.migrations),
        "shops": list(head.shops),
        "database": head.database,
        "key": head.key,
        "ends_at": head.ends_at,
    }


def _place(bound: bytes, number: int) -> bytes:
    return aad(_PLACE, bound, number)
