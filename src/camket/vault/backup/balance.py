"""Which rows of some tables must exist, and with which digest, by the ledger that is in the database.

The same count as the ledger's own replay (every digest is left as often as it is found, but for the present one), for
a few tables only and over all shops at once. The state lives in a temporary file: memory does not grow with the log.
"""

import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import cbor2

from camket.ledger import touched
from camket.ledger.models import Log
from camket.store import canonical

_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE state (
    shop INTEGER, code INTEGER, key BLOB, digest BLOB, balance INTEGER, subject BLOB, PRIMARY KEY (code, key, digest)
) WITHOUT ROWID;
"""
_COUNT = """
INSERT INTO state VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (code, key, digest) DO UPDATE SET balance = balance + excluded.balance
"""
_BATCH = 5_000


class Standing(NamedTuple):
    """A row that must exist: its table, its key, and the digest that the last deed on it left."""

    shop_id: int
    code: int
    key: list[Any]
    digest: bytes
    subject: bytes


class Balance:
    """Counts over the tables of these codes."""

    def __init__(self, codes: Collection[int]) -> None:
        self._codes = frozenset(codes)
        self._folder = tempfile.TemporaryDirectory(prefix="camket-balance-")
        self._database = sqlite3.connect(Path(self._folder.name) / "state.sqlite3", isolation_level=None)
        self._database.executescript(_TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def read(self) -> None:
        """Count over every shop's log as it is now."""
        lines = self._lines()
        while batch := list(islice(lines, _BATCH)):
            self._database.execute("BEGIN")
            self._database.executemany(_COUNT, batch)
            self._database.execute("COMMIT")

    def there(self, code: int, key: list[Any]) -> bytes | None:
        """Give the digest of a row that must exist; None when it must not."""
        query = "SELECT digest FROM state WHERE code = ? AND key = ? AND balance > 0"
        found = self._database.execute(query, [code, canonical.dumps(key)]).fetchone()
        return None if found is None else bytes(found[0])

    def standing(self, shop_id: int) -> Iterator[Standing]:
        """Give every row of a shop that must exist, those of one person together."""
        query = (
            "SELECT code, key, digest, subject FROM state WHERE shop = ? AND balance > 0 ORDER BY subject, code, key"
        )
        for code, key, digest, subject in self._database.execute(query, [shop_id]):
            yield Standing(shop_id, code, cbor2.loads(key), digest, subject)

    def _lines(self) -> Iterator[tuple[Any, ...]]:
        for shop_id in Log.objects.order_by("shop_id").values_list("shop_id", flat=True):
            for row in touched.rows(shop_id):
                if row.code not in self._codes:
                    continue
                key = canonical.dumps(row.key)
                if row.before is not None:
                    yield shop_id, row.code, key, row.before, -1, row.subject
                if row.after is not None:
                    yield shop_id, row.code, key, row.after, 1, row.subject
