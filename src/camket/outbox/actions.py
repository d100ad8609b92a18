"""Queueing and sending. Every change of a message's state is a deed with its entry.

Sending is at least once: an attempt is on record, and the next one due, before the carrier is called; a crash in
between repeats the message rather than losing it. The outbox never opens what it stores: it is given an opener.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.errors import CamketError
from camket.base.ids import uuid7
from camket.ledger.actions import Deed, deed
from camket.outbox.backoff import MOST_ATTEMPTS, pause
from camket.outbox.errors import SendError
from camket.outbox.message import Message
from camket.outbox.models import Outbox, State
from camket.outbox.provider import Provider
from camket.store.errors import ConflictError

# Opens a row's sealed parameters into a message; None when it shall not be sent after all (subject erased, consent
# withdrawn since). May raise CamketError: the message then failed.
Opener = Callable[[Outbox], Message | None]

LIFE = timedelta(days=2)
WORKER = Actor.worker("outbox")


@dataclass(slots=True)
class Delivered:
    """What one round of sending did."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    expired: int = 0


def new_id(now: datetime) -> UUID:
    """Make the id of a message before it is queued, so that its parameters can be sealed for that very row."""
    return uuid7(to_ms(now))


def enqueue(
    deed: Deed,
    *,
    subject_id: UUID,
    kind: str,
    channel: str,
    params: bytes,
    now: datetime,
    id: UUID | None = None,  # noqa: A002 (the column's name)
    due: datetime | None = None,
    life: timedelta = LIFE,
) -> Outbox:
    """Queue a message in the caller's deed. `params` are sealed with the subject's key; nothing is read of them."""
    row = Outbox(
        subject_id=subject_id,
        id=id or new_id(now),
        shop_id=deed.shop_id,
        kind=kind,
        channel=channel,
        state=State.QUEUED.value,
        due=to_ms(due or now),
        expires=to_ms((due or now) + life),
        attempts=0,
        params=params,
    )
    return deed.insert(row)


def deliver(*, now: datetime, opener: Opener, providers: Mapping[str, Provider], limit: int = 50) -> Delivered:
    """Send what is due, the longest waiting first; end what is out of date; once through, never waiting."""
    done = Delivered()
    moment = to_ms(now)
    waiting = Outbox.objects.filter(state=State.QUEUED)
    for row in waiting.filter(expires__lte=moment).order_by("expires")[:limit]:
        done.expired += _end(row, State.EXPIRED, now)
    due = waiting.filter(due__lte=moment, expires__gt=moment, channel__in=list(providers))
    for row in due.order_by("due")[:limit]:
        _attempt(row, now, opener, providers[row.channel], done)
    return done


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Blank the sealed parameters that the local page kept of messages whose time is over; how many."""
    kept = Outbox.objects.filter(state=State.SENT, expires__lte=to_ms(now)).exclude(params=b"")
    return sum(_end(row, State.EXPIRED, now) for row in kept.order_by("expires")[:limit])


def _attempt(row: Outbox, now: datetime, opener: Opener, provider: Provider, done: Delivered) -> None:
    attempts = row.attempts + 1
    try:
        with _deed(row, "outbox.tried", now) as trying:
            trying.update(row, attempts=attempts, due=to_ms(now + pause(attempts)))
    except ConflictError:
        return  # another worker took it
    try:
        message = opener(row)
        if message is None:
            done.failed += _end(row, State.FAILED, now, code="withdrawn")
            return
        provider.send(message, reference=str(row.id))
    except SendError as error:
        if not error.permanent and attempts < MOST_ATTEMPTS:
            done.delayed += 1
            return
        done.failed += _end(row, State.FAILED, now, code=error.code)
    except CamketError as error:
        done.failed += _end(row, State.FAILED, now, code=error.code)
    else:
        done.sent += _end(row, State.SENT, now, keep=provider.keeps)


def _end(row: Outbox, state: State, now: datetime, *, code: str = "", keep: bool = False) -> int:
    """Bring a message to its end; what was sealed goes with it unless the page still shows it."""
    try:
        with _deed(row, f"outbox.{state.value}", now) as ending:
            if code:
                ending.detail["code"] = code
            ending.update(row, state=state.value, params=row.params if keep else b"")
    except ConflictError:
        return 0  # erased or ended meanwhile
    return 1


def _deed(row: Outbox, event: str, now: datetime) -> AbstractContextManager[Deed]:
    return deed(
        shop_id=row.shop_id, event=event, actor=WORKER, now=now, subject_id=row.subject_id, detail={"message": row.id}
    )
