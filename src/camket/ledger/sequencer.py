"""Gives committed entries their places in the log. One sequencer holds a log at a time.

INVARIANT 4: unsequenced entries are found by absence (no position names them), never by a watermark: an entry whose
transaction was slow carries an older id than entries already sequenced, and is found all the same. The quick path
looks at the last seconds only; `full` looks at everything and is run at start, every minute and before a verification.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from camket.base.clock import to_ms
from camket.ledger import entry, tree
from camket.ledger.errors import NoSuchLogError
from camket.ledger.models import Log, Position
from camket.ledger.sql import id_bytes, parameter
from camket.ledger.tiles import Tiles
from camket.store.db import transaction

QUICK_WINDOW_MS = 30_000
BATCH = 5_000
WAITING = """
SELECT e.id, e.subject_id, e.body FROM camket_entry e
WHERE e.shop_id = %s AND e.id >= %s
  AND NOT EXISTS (SELECT 1 FROM camket_position p WHERE p.entry_id = e.id)
ORDER BY e.id LIMIT %s
"""
_ZERO = UUID(int=0)


class Sequenced(NamedTuple):
    """How many entries got a place, and how long the log is now."""

    placed: int
    size: int


def sequence(*, shop_id: int, now: datetime, full: bool = False) -> Sequenced:
    """Give every waiting entry of the shop a place, oldest id first, in batches of one transaction each.

    Errors: `NoSuchLogError`.
    """
    since = _ZERO if full else UUID(int=max(to_ms(now) - QUICK_WINDOW_MS, 0) << 80)
    total = 0
    while True:
        with transaction():
            hold(shop_id)
            size = size_of(shop_id)
            found = _waiting(shop_id, since)
            _place(shop_id, size, found)
        total += len(found)
        if len(found) < BATCH:
            return Sequenced(total, size + len(found))


def hold(shop_id: int) -> Log:
    """Lock the log until the transaction ends, so that there is one sequencer and one signer."""
    log = Log.objects.select_for_update().filter(shop_id=shop_id).first()
    if log is None:
        raise NoSuchLogError
    return log


def size_of(shop_id: int) -> int:
    """Count the places given so far, from the highest."""
    last = Position.objects.filter(shop_id=shop_id).order_by("-seq").values_list("seq", flat=True).first()
    return 0 if last is None else last + 1


def _waiting(shop_id: int, since: UUID) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [shop_id, parameter(since), BATCH])
        return list(cursor.fetchall())


def _place(shop_id: int, size: int, found: list[tuple[Any, ...]]) -> None:
    if not found:
        return
    leaves = []
    positions = []
    for offset, (entry_id, subject_id, body) in enumerate(found):
        name = id_bytes(entry_id)
        leaves.append(tree.leaf(entry.record(shop_id, id_bytes(subject_id), name, bytes(body))))
        positions.append(Position(shop_id=shop_id, seq=size + offset, entry_id=UUID(bytes=name)))
    Position.objects.bulk_create(positions, batch_size=250)
    Tiles(shop_id).append(size, leaves)
