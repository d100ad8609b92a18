"""Replays the ledger: which digest every row of every table must have now.

Deeds that touch one row in parallel may be sequenced in another order than they were committed in, so the replay does
not rely on order. Each deed that changed a row names the digest it found and the digest it left; over the whole
history every digest of a row is left as often as it is found, but for the present one, which is left once more.

The state lives in a temporary SQLite file: memory does not grow with the log.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from camket.ledger import entry, members
from camket.store import canonical

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE state (
    code INTEGER, key BLOB, digest BLOB, balance INTEGER, entry BLOB, PRIMARY KEY (code, key, digest)
) WITHOUT ROWID;
CREATE TABLE present (code INTEGER, key BLOB, digest BLOB, PRIMARY KEY (code, key)) WITHOUT ROWID;
CREATE TABLE member (entry BLOB, subject BLOB, rows BLOB);
"""
_COUNT = """
INSERT INTO state (code, key, digest, balance, entry) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (code, key, digest) DO UPDATE SET balance = balance + excluded.balance, entry = excluded.entry
"""
# Rows whose digest is not the one, and only one, that is left once more than it was found.
_WRONG = """
SELECT p.code, p.key, p.digest FROM present p
WHERE NOT EXISTS (
    SELECT 1 FROM state s
    WHERE s.code = p.code AND s.key = p.key AND s.digest = p.digest AND s.balance > 0)
   OR (SELECT count(*) FROM state s WHERE s.code = p.code AND s.key = p.key AND s.balance <> 0) > 1
"""
_MISSING = """
SELECT s.code, s.key, s.entry FROM state s
WHERE s.balance <> 0 AND NOT EXISTS (SELECT 1 FROM present p WHERE p.code = s.code AND p.key = s.key)
GROUP BY s.code, s.key
"""
_BATCH = 5_000


class Expected(NamedTuple):
    """A digest that is left more or less often than found, and the last entry that named it."""

    digest: bytes
    balance: int
    entry: bytes


class Row(NamedTuple):
    code: int
    key: bytes
    digest: bytes


class Leftover(NamedTuple):
    code: int
    key: bytes
    entry: bytes


class Replay:
    """State of all rows by table code and key."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="camket-replay-")
        self._database = sqlite3.connect(Path(self._folder.name) / "state.sqlite3", isolation_level=None)
        self._database.executescript(_TABLES)
        self._batch: list[tuple[Any, ...]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def keep_members(self, found: Iterator[tuple[bytes, bytes, bytes]]) -> None:
        """Take in membership rows (entry, subject, rows), in any order, before the entries."""
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO member VALUES (?, ?, ?)", found)
        self._database.execute("CREATE INDEX member_entry ON member (entry, subject)")
        self._database.execute("COMMIT")

    def apply(self, body: dict[str, Any], *, subject_id: bytes, entry_id: bytes) -> bool:
        """Count what an entry wrote and removed; False when its members are not those it commits to."""
        self._count(body.get("r", []), body.get("x", []), subject_id, entry_id)
        if "m" not in body:
            return True
        query = "SELECT subject, rows FROM member WHERE entry = ? ORDER BY subject"
        found: list[members.Line] = self._database.execute(query, [entry_id]).fetchall()
        for subject, rows in found:
            written, removed = members.read(rows, entry_id)
            self._count(written, removed, subject, entry_id)
        self._database.execute("DELETE FROM member WHERE entry = ?", [entry_id])
        return bool(len(found) == body["n"] and members.root_of_lines(found) == body["m"])

    def stray_members(self) -> Iterator[bytes]:
        """Name entries that membership rows belong to although no such bulk entry exists."""
        for (found,) in self._database.execute("SELECT DISTINCT entry FROM member"):
            yield found

    def keep_rows(self, found: Iterable[tuple[int, bytes, bytes]]) -> None:
        """Take in rows that are there (code, key, digest), after the entries."""
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO present VALUES (?, ?, ?)", found)
        self._database.execute("COMMIT")

    def wrong(self) -> Iterator[Row]:
        """Rows that are there and are not as the entries left them."""
        self._flush()
        for row in self._database.execute(_WRONG):
            yield Row(*row)

    def expected(self, code: int, key: bytes) -> list[Expected]:
        """Give the digests that are out of balance for a row."""
        query = "SELECT digest, balance, entry FROM state WHERE code = ? AND key = ? AND balance <> 0"
        return [Expected(*row) for row in self._database.execute(query, [code, key])]

    def missing(self) -> Iterator[Leftover]:
        """Rows that must exist and are not there."""
        self._flush()
        for row in self._database.execute(_MISSING):
            yield Leftover(*row)

    def _count(self, written: Any, removed: Any, subject_id: bytes, entry_id: bytes) -> None:
        for code, short, digest, *before in written:
            key = canonical.dumps(entry.long_key(subject_id, short))
            self._batch.append((code, key, digest, 1, entry_id))
            self._batch += [(code, key, old, -1, entry_id) for old in before]
        for code, short, digest in removed:
            key = canonical.dumps(entry.long_key(subject_id, short))
            self._batch.append((code, key, digest, -1, entry_id))
        if len(self._batch) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._batch:
            self._database.execute("BEGIN")
            self._database.executemany(_COUNT, self._batch)
            self._database.execute("COMMIT")
            self._batch = []
