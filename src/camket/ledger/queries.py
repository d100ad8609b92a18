"""What other rooms read from the ledger."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from camket.base.actor import Actor
from camket.ledger import entry, groups, places, sql
from camket.ledger.errors import NoSuchLogError
from camket.ledger.export import export
from camket.ledger.models import Entry, EntrySubject, Log
from camket.ledger.problems import Problem
from camket.ledger.receipts import receipt
from camket.ledger.verify import verify_database, verify_logs

__all__ = [
    "Problem",
    "Said",
    "entries_of",
    "export",
    "log_named",
    "read_entry",
    "receipt",
    "verify_database",
    "verify_logs",
    "waiting",
]


class Said(NamedTuple):
    """An entry as read: references only. `at_ms` is when the deed says it happened."""

    id: UUID
    shop_id: int
    subject_id: UUID
    at_ms: int
    event: str
    actor: Actor
    purpose: str | None
    work: str | None
    detail: dict[str, Any]


def read_entry(found: Entry) -> Said:
    """Decode a stored entry."""
    body = entry.read(found.body, subject_id=found.subject_id.bytes, entry_id=found.id.bytes)
    work = body.get("w")
    return Said(
        id=found.id,
        shop_id=found.shop_id,
        subject_id=found.subject_id,
        at_ms=found.id.int >> 80,
        event=body["e"],
        actor=entry.actor_of(body),
        purpose=body.get("p"),
        work=None if work is None else entry.word(work),
        detail=body.get("d", {}),
    )


def entries_of(subject_id: UUID) -> Iterator[Said]:
    """Everything recorded about a subject, oldest first: their own entries and the bulk deeds they were part of."""
    own = list(Entry.objects.filter(subject_id=subject_id))
    bulk = set(EntrySubject.objects.filter(subject_id=subject_id).values_list("entry_id", flat=True))
    for shop_id in {found.shop_id for found in own} or Log.objects.values_list("shop_id", flat=True):
        bulk.update(groups.entries_with(shop_id, subject_id.bytes))
    shared = list(Entry.objects.filter(id__in=bulk))
    for found in sorted([*own, *shared], key=lambda row: row.id):
        yield read_entry(found)


def waiting(*, before_ms: int) -> int:
    """Count the entries of all shops that were made before a moment and have no place in their log yet."""
    limit = before_ms.to_bytes(6, "big") + bytes(10)
    count, read = 0, sql.reader()
    for shop_id in Log.objects.values_list("shop_id", flat=True):
        text, parameters = places.waiting("count(*)", shop_id, bytes(16), " AND (e.id < %s) IS NOT FALSE")
        ((found,),) = read(text, [*parameters, limit])
        count += found
    return count


def log_named(name: str) -> Log:
    """Find a log by its shop's name. Errors: `NoSuchLogError`."""
    found = Log.objects.filter(name=name).first()
    if found is None:
        raise NoSuchLogError
    return found
