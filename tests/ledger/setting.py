"""A small shop with a log and messages, by real deeds: enough for every question about the ledger."""

import shutil
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger import entry, sql
from camket.ledger.actions import checkpoint, deed, open_log, sequence
from camket.ledger.models import Log
from camket.outbox.actions import enqueue
from camket.outbox.models import Outbox
from camket.store import secrets, statements

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STAFF = Actor("staff", "019f3c1e-0000-7000-8000-00000000a11c")
LAN = UUID("019f3c1e-0000-7000-8000-000000000001")
MINH = UUID("019f3c1e-0000-7000-8000-000000000002")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def open_shop(shop_id: int = 1, name: str = "comet") -> Log:
    with deed(shop_id=shop_id, event="shop.created", actor=Actor("owner"), now=NOW) as opening:
        return open_log(opening, name=name, now=NOW)


def message(subject_id: UUID = LAN, *, shop_id: int = 1, now: datetime = NOW) -> Outbox:
    with deed(shop_id=shop_id, event="outbox.queued", actor=STAFF, subject_id=subject_id, now=now) as queueing:
        return enqueue(queueing, subject_id=subject_id, kind="code", channel="sms", params=b"sealed", now=now)


def messages(count: int, *, shop_id: int = 1, start: float = 0) -> list[Outbox]:
    return [message((LAN, MINH)[number % 2], shop_id=shop_id, now=after(start + number)) for number in range(count)]


def sign(shop_id: int = 1, *, now: datetime = NOW) -> str | None:
    sequence(shop_id=shop_id, now=now, full=True)
    return checkpoint(shop_id=shop_id, now=now)


def unwritten(subject_id: UUID = LAN, shop_id: int = 1) -> Outbox:
    """A message as it would be written, but by nobody's deed."""
    return Outbox(
        subject_id=subject_id, id=uuid7(to_ms(NOW)), shop_id=shop_id, kind="code", channel="sms", state="queued",
        due=1, expires=2, attempts=0, params=b"planted",
    )  # fmt: skip


def drop_outside() -> None:
    shutil.rmtree(settings.CAMKET_CHECKPOINTS)


def looks(count: int, start: float = 0) -> list[UUID]:
    """Entries alone, many to a second, of looks that read no row."""
    found = []
    for number in range(count):
        name = uuid7(to_ms(after(start + number // 50)))
        body = entry.body(event="item.looked", actor=STAFF, purpose=None, work=None, detail={"count": number})
        mac = entry.mac(secrets.secret(1, "mac"), entry.record(1, LAN.bytes, name.bytes, body))
        statements.execute(sql.INSERT_ENTRY, sql.entry_values(1, LAN, name, body, mac))
        found.append(name)
    return found
