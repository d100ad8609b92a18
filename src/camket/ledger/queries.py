"""What other rooms read from the ledger."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from camket.base.actor import Actor
from camket.ledger import entry
from camket.ledger.errors import NoSuchLogError
from camket.ledger.export import export
from camket.ledger.models import Entry, EntrySubject, Log
from camket.ledger.problems import Problem
from camket.ledger.receipts import receipt
from camket.ledger.verify import verify_database

__all__ = ["Problem", "Said", "entries_of", "export", "log_named", "read_entry", "receipt", "verify_database"]


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
    body = entry.read(found.body)
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
    bulk = EntrySubject.objects.filter(subject_id=subject_id).values_list("entry_id", flat=True)
    own = list(Entry.objects.filter(subject_id=subject_id))
    shared = list(Entry.objects.filter(id__in=list(bulk)))
    for found in sorted([*own, *shared], key=lambda row: row.id):
        yield read_entry(found)


def log_named(name: str) -> Log:
    """Find a log by its shop's name. Errors: `NoSuchLogError`."""
    found = Log.objects.filter(name=name).first()
    if found is None:
        raise NoSuchLogError
    return found
