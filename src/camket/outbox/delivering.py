"""From the log to the wire: reads a shop's log in order, queues what its webhooks asked for, and sends what is due.

The log itself is the queue that deeds write, so a deed pays nothing for webhooks; what is not sequenced yet is not read
yet. Place and rows move on in one transaction: an event is queued once. Sending is at least once: a try is on record
before it is made, and the message keeps its id.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger import entry, places
from camket.ledger.entry import shop_uuid
from camket.ledger.models import Log
from camket.outbox import hooks
from camket.outbox.backoff import MOST_ATTEMPTS, pause
from camket.outbox.errors import SendError
from camket.outbox.models import Delivery, Webhook, WebhookPlace
from camket.outbox.wire import Wire
from camket.store import vouch
from camket.store.db import transaction
from camket.store.errors import ForgedRowError

PIECE: Final = 1000
AT_ONCE: Final = 50
KEPT_DEAD: Final = timedelta(days=30)
ERASED: Final = "subject.shredded"
_TOLD: Final = {"Content-Type": "application/json", "User-Agent": "camket"}

# Tells which of these people are erased: nothing is queued or sent about them but that they are.
Erased = Callable[[set[UUID]], set[UUID]]


def begin(shop_id: int) -> None:
    """Start reading a shop's log at its end, when it gets its first webhook; within the caller's deed."""
    WebhookPlace.objects.get_or_create(shop_id=shop_id, defaults={"seq": places.size_of(shop_id)})


def queue(*, shop_id: int, now: datetime, erased: Erased) -> int:
    """Queue what the next piece of the log says; how many entries were read, 0 at its end."""
    with transaction():
        place = WebhookPlace.objects.select_for_update().filter(shop_id=shop_id).first()
        if place is None:
            return 0
        taken = list(places.between(shop_id, place.seq, place.seq + PIECE))
        if not taken:
            return 0
        wanted = list(_trusted(shop_id))
        if wanted:
            found = places.entries(shop_id, [name for _, name in taken])
            rows = [row for _, name in taken if name in found for row in _of(shop_id, found[name], name, wanted, now)]
            gone = erased({row.subject_id for row in rows})
            Delivery.objects.bulk_create([row for row in rows if row.subject_id not in gone], batch_size=200)
        WebhookPlace.objects.filter(shop_id=shop_id).update(seq=taken[-1][0] + 1)
    return len(taken)


def _trusted(shop_id: int) -> Iterator[Webhook]:
    """Leave out an address that was written by hand: nothing is sent where no deed said so."""
    for hook in hooks.live(shop_id):
        try:
            vouch.require(hook)
        except ForgedRowError:
            continue
        yield hook


def _of(shop_id: int, row: Any, name: bytes, wanted: list[Webhook], now: datetime) -> Iterator[Delivery]:
    subject = row[1] if isinstance(row[1], UUID) else UUID(bytes=bytes(row[1]))
    event = entry.read(bytes(row[2]), subject_id=subject.bytes, entry_id=name)["e"]
    # That somebody was erased must reach the other side after everything of them is gone here.
    under = shop_uuid(shop_id) if event == ERASED else subject
    entry_id = UUID(bytes=name)
    for hook in wanted:
        if event in hook.events and hook.made_at <= entry_id.int >> 80:
            yield Delivery(
                subject_id=under,
                id=uuid7(to_ms(now)),
                shop_id=shop_id,
                webhook_id=hook.id,
                entry_id=entry_id,
                event=event,
                due=to_ms(now),
            )


def send(*, shop_id: int, now: datetime, wire: Wire, erased: Erased) -> int:
    """Send what is due, the longest waiting first, once through; how many came to an end. Two workers share the work.

    An address that does not answer is left alone for the rest of the round.
    """
    done = 0
    trusted = {hook.id: hook for hook in _trusted(shop_id)}
    failing: set[UUID] = set()
    due = Delivery.objects.filter(shop_id=shop_id, dead_at=None, due__lte=to_ms(now)).order_by("due", "id")
    for row in due[:AT_ONCE]:
        hook = trusted.get(row.webhook_id)
        if hook is None or erased({row.subject_id}):
            row.delete()
            done += 1
        elif hook.id not in failing and _claimed(row, now):
            ended = _attempt(row, hook, now, wire)
            done += ended
            if row.code:
                failing.add(hook.id)
    return done


def _claimed(row: Delivery, now: datetime) -> bool:
    """Put the try on record, and the next one due, before it is made; False when another worker took it."""
    same = Delivery.objects.filter(subject_id=row.subject_id, id=row.id, attempts=row.attempts)
    row.attempts += 1
    return same.update(attempts=row.attempts, due=to_ms(now + pause(row.attempts))) == 1


def _attempt(row: Delivery, hook: Webhook, now: datetime, wire: Wire) -> int:
    row.code = ""
    try:
        body = _message(row)
        wire.post(hook.url, body, {**_TOLD, hooks.SIGNATURE: hooks.signature(hook, body, now)})
    except SendError as error:
        row.code = error.code
        dead = error.permanent or row.attempts >= MOST_ATTEMPTS
        Delivery.objects.filter(subject_id=row.subject_id, id=row.id).update(
            code=error.code, dead_at=to_ms(now) if dead else None
        )
        return int(dead)
    row.delete()
    return 1


def _message(row: Delivery) -> bytes:
    found = places.entries(row.shop_id, [row.entry_id.bytes]).get(row.entry_id.bytes)
    subject = None
    if found is not None:
        subject = found[1] if isinstance(found[1], UUID) else UUID(bytes=bytes(found[1]))
    return hooks.message(
        shop=Log.objects.get(shop_id=row.shop_id).name,
        delivery_id=row.id,
        event=row.event,
        subject_id=hooks.whom(row.shop_id, subject) if subject else None,
        entry_id=row.entry_id,
    )


def dead(*, shop_id: int, after: UUID | None = None, limit: int = 200) -> list[Delivery]:
    """List what could not be delivered, oldest first, `limit` of them after the one named."""
    rows = Delivery.objects.filter(shop_id=shop_id, dead_at__isnull=False)
    return list((rows.filter(id__gt=after) if after else rows).order_by("id")[:limit])


def revive(*, shop_id: int, webhook_id: UUID, now: datetime) -> int:
    """Try everything of an address that could not be delivered once more; how many."""
    rows = Delivery.objects.filter(shop_id=shop_id, webhook_id=webhook_id, dead_at__isnull=False)
    return rows.update(dead_at=None, attempts=0, due=to_ms(now), code="")


def sweep(*, now: datetime) -> int:
    """Forget what could not be delivered thirty days ago; how many."""
    gone, _ = Delivery.objects.filter(dead_at__lte=to_ms(now - KEPT_DEAD)).delete()
    return gone


def forget(*, shop_id: int, webhook_id: UUID) -> None:
    """Drop what waits for an address that was removed."""
    Delivery.objects.filter(shop_id=shop_id, webhook_id=webhook_id).delete()
