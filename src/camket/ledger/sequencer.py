"""Gives committed entries their places in the log. One sequencer holds a log at a time.

INVARIANT 4: unsequenced entries are found by absence (no position names them), never by a watermark: an entry whose
transaction was slow carries an older id than entries already sequenced, and is found all the same. The quick path
looks at the last seconds only, `wide` at the last hour; `full` looks at everything and is run at start, every day and
before a verification.

What waits is read and hashed before the log is held, so that on SQLite, where holding it holds up every deed, only
the places themselves are written meanwhile. Whoever finds that another sequencer was faster begins again.
"""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from camket.base.clock import to_ms
from camket.ledger import entry, places, sql
from camket.ledger.errors import NoSuchLogError
from camket.ledger.models import Log
from camket.ledger.places import size_of
from camket.ledger.tiles import Tiles
from camket.store.db import transaction

__all__ = ["Sequenced", "hold", "sequence", "size_of"]

QUICK_WINDOW_MS = 30_000
WIDE_WINDOW_MS = 3_600_000
BATCH = 10_000
_FIRST = bytes(16)


class Sequenced(NamedTuple):
    """How many entries got a place, and how long the log is now."""

    placed: int
    size: int


def sequence(*, shop_id: int, now: datetime, full: bool = False, wide: bool = False) -> Sequenced:
    """Give every waiting entry of the shop a place, oldest id first, in batches of one transaction each.

    Errors: `NoSuchLogError`.
    """
    since = _FIRST if full else _moment(to_ms(now) - (WIDE_WINDOW_MS if wide else QUICK_WINDOW_MS))
    total = 0
    while True:
        size = size_of(shop_id)
        found = _waiting(shop_id, since)
        if found and not _placed(shop_id, size, found):
            continue
        if not size and not found and not Log.objects.filter(shop_id=shop_id).exists():
            raise NoSuchLogError
        total += len(found)
        if len(found) < BATCH:
            return Sequenced(total, size + len(found))
        # Everything that waited up to here has its place now; who commits an older id meanwhile is found next time.
        since = found[-1][0]


def hold(shop_id: int) -> Log:
    """Lock the log until the transaction ends, so that there is one sequencer and one signer."""
    log = Log.objects.select_for_update().filter(shop_id=shop_id).first()
    if log is None:
        raise NoSuchLogError
    return log


def _moment(ms: int) -> bytes:
    """Give the lowest id of a moment."""
    return max(ms, 0).to_bytes(6, "big") + bytes(10)


def _waiting(shop_id: int, since: bytes) -> list[tuple[bytes, bytes]]:
    """Read what waits, oldest first, as id and leaf hash."""
    text, parameters = places.waiting("e.id, e.subject_id, e.body", shop_id, since, " ORDER BY e.id LIMIT %s")
    record = entry.record
    return [
        (name, sha256(b"\0" + record(shop_id, subject_id, name, body)).digest())
        for name, subject_id, body in sql.reader()(text, [*parameters, BATCH])
    ]


def _placed(shop_id: int, size: int, found: list[tuple[bytes, bytes]]) -> bool:
    """Write the places; False when another sequencer was there first."""
    with transaction():
        hold(shop_id)
        if size_of(shop_id) != size:
            return False
        places.insert(shop_id, places.runs(size, [name for name, _ in found]))
        Tiles(shop_id).append(size, [hashed for _, hashed in found])
    return True
