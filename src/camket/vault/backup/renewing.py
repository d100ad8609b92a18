"""After a restore: what was destroyed since the keys file was made is destroyed again, and nothing else.

A key in the list of destroyed keys came back with an older keys file. The values that ended with it are removed; the
others of its class, which only moved to a newer key at the time, are sealed anew under a fresh one; the old key goes.
Each person is one deed, as at the first time.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import Deed, deed
from camket.outbox.models import Outbox, State
from camket.store.rows import values_of
from camket.subjects import actions as subjects
from camket.vault import sealing
from camket.vault.backup import gone
from camket.vault.backup.gone import Gone
from camket.vault.changing import write_move
from camket.vault.keys import OUTBOX_CLASS, lock
from camket.vault.models import Item, ItemKey, SignUp
from camket.vault.signups import SIGN_UP_CLASS

_AT_ONCE = 200


def destroy_again(*, actor: Actor, now: datetime) -> int:
    """Destroy every key of the list that the database holds; how many."""
    return sum(_again(one, ids, actor, now) for one, ids in _held())


def _held() -> Iterator[tuple[Gone, set[UUID]]]:
    lines = gone.all_gone()
    while batch := list(islice(lines, _AT_ONCE)):
        people = {UUID(bytes=one.subject) for one in batch}
        rows = ItemKey.objects.filter(subject_id__in=people).values_list("subject_id", "id", "shop_id")
        there = {(subject.bytes, key.bytes, shop_id) for subject, key, shop_id in rows}
        for one in batch:
            ids = {UUID(bytes=key) for key in one.keys if (one.subject, key, one.shop_id) in there}
            if ids:
                yield one, ids


def _again(one: Gone, ids: Iterable[UUID], actor: Actor, now: datetime) -> int:
    subject_id = UUID(bytes=one.subject)
    ended = {UUID(bytes=item) for item in one.items}
    with deed(shop_id=one.shop_id, event="item.shredded", actor=actor, subject_id=subject_id, now=now) as made:
        lock(shop_id=one.shop_id, subject_id=subject_id)
        rows = list(ItemKey.objects.filter(subject_id=subject_id, id__in=list(ids), shop_id=one.shop_id))
        for row in rows:
            _one_key(row, ended, now, made)
        made.detail.update(reason="shred_list", keys=len(rows))
    return len(rows)


def _one_key(row: ItemKey, ended: set[UUID], now: datetime, made: Deed) -> None:
    items = list(Item.objects.filter(subject_id=row.subject_id, key_id=row.id))
    over = [item for item in items if item.id in ended]
    kept = [item for item in items if item.id not in ended]
    subjects.remove_index(subject_id=row.subject_id, item_ids=[item.id for item in over], within=made)
    for item in over:
        made.remove(item)
    if row.retention == SIGN_UP_CLASS:
        made.remove_all(SignUp.objects.filter(subject_id=row.subject_id, shop_id=row.shop_id))
    if row.retention == OUTBOX_CLASS:
        _end_messages(row, made)
    if kept:
        _move(kept, row, now, made)
    else:
        made.remove(row)


def _end_messages(row: ItemKey, made: Deed) -> None:
    """End what waited to be sent: it went with the person whom this record was joined to."""
    for message in Outbox.objects.filter(subject_id=row.subject_id, shop_id=row.shop_id).exclude(params=b""):
        made.update(message, state=State.EXPIRED.value, params=b"")


def _move(items: Sequence[Item], old: ItemKey, now: datetime, made: Deed) -> None:
    old_key = sealing.open_key(
        shop_id=old.shop_id, subject_id=old.subject_id, key_id=old.id, retention=old.retention, wrapped=old.wrapped
    )
    row, key = sealing.new_key(
        shop_id=old.shop_id,
        subject_id=old.subject_id,
        key_id=uuid7(to_ms(now)),
        retention=old.retention,
        made_at=to_ms(now),
    )
    moved = []
    for item in items:
        text = sealing.open_item(item, old_key)
        fresh = Item(**values_of(item))
        fresh.key_id = row.id
        fresh.sealed = sealing.seal_item(fresh, key, text)
        moved.append(fresh)
    write_move(items, moved, row, old=old, within=made)
