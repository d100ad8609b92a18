"""When the event that a period counts from happens, its items get the day on which they end.

The day is metadata under the seal, so each item is sealed anew with it, under the key of its class; its words and its
version stay as they are.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from camket.ledger.actions import Deed
from camket.policy import Rulebook
from camket.shops import queries as shops
from camket.store.db import raw_id
from camket.store.rows import values_of
from camket.vault import classes, sealing, sql
from camket.vault.keys import lock
from camket.vault.models import Item, ItemKey


def anchor(
    *, shop_id: int, subject_id: UUID, event: str, moment: datetime, within: Deed, group: UUID | None = None
) -> int:
    """Let a person's items that wait for `event` end a period after `moment`; gives how many.

    Items of one order, review or message where `group` names it, else all. The rulebook in force gives the period. A
    day that stands already only moves on: the last such event counts. Locks the person: call it before writing other
    rows of theirs. Errors: SealError when a row was tampered with; nothing is written then.
    """
    lock(shop_id=shop_id, subject_id=subject_id)
    waiting = Item.objects.filter(subject_id=subject_id, shop_id=shop_id, retention__endswith=f":{event}")
    if group is not None:
        waiting = waiting.filter(group_id=group)
    rulebook = shops.rulebook(shop_id)
    moved: list[tuple[Item, int]] = []
    for item in waiting.order_by("id"):
        end = _end(rulebook, item, event, moment)
        if end is not None and end > (item.expires_at or 0):
            moved.append((item, end))
    if moved:
        _write(moved, within)
    return len(moved)


def _end(rulebook: Rulebook, item: Item, event: str, moment: datetime) -> int | None:
    kept = classes.retention(rulebook=rulebook, category=item.category, collected=moment, anchors={event: moment})
    # Under a newer policy the category may wait for another event.
    return kept.expires_at if kept.name.endswith(f":{event}") else None


def _write(moved: Sequence[tuple[Item, int]], within: Deed) -> None:
    """Seal and write them, each told to the ledger as it was and as it is."""
    held = ItemKey.objects.filter(subject_id=moved[0][0].subject_id, id__in={item.key_id for item, _ in moved})
    keys = {
        row.id: sealing.open_key(
            shop_id=row.shop_id,
            subject_id=row.subject_id,
            key_id=row.id,
            retention=row.retention,
            wrapped=row.wrapped,
        )
        for row in held
    }
    fresh = [_sealed(item, end, keys[item.key_id]) for item, end in moved]
    with connection.cursor() as cursor:
        cursor.executemany(
            sql.ANCHOR_ITEM,
            [(item.expires_at, item.sealed, raw_id(item.subject_id), raw_id(item.id)) for item in fresh],
        )
    for (before, _), after in zip(moved, fresh, strict=True):
        within.wrote(after, before=before)


def _sealed(item: Item, end: int, key: bytes) -> Item:
    text = sealing.open_item(item, key)
    fresh = Item(**values_of(item))
    fresh.expires_at = end
    fresh.sealed = sealing.seal_item(fresh, key, text)
    return fresh
