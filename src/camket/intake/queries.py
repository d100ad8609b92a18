"""What came in and what was turned away, in numbers."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.intake.models import Order
from camket.ledger.entry import read, shop_uuid
from camket.ledger.models import Entry


@dataclass(slots=True)
class TurnedAway:
    """How often each source was refused whole, each forbidden kind was sent, and each clause was named for it."""

    sources: Counter[str] = field(default_factory=Counter)
    forbidden: Counter[str] = field(default_factory=Counter)
    clauses: Counter[str] = field(default_factory=Counter)


def turned_away(*, shop_id: int, since: datetime) -> TurnedAway:
    """Count what public and staff sent that was refused at the door since a moment, from the ledger itself.

    Refusals about a known person stand under that person and are not among them.
    """
    found = TurnedAway()
    # Version 7 ids sort by their millisecond: everything made since then is above the first id of it.
    first = UUID(int=uuid7(to_ms(since)).int >> 80 << 80)
    entries = Entry.objects.filter(subject_id=shop_uuid(shop_id), id__gte=first).order_by("id")
    for subject_id, entry_id, content in entries.values_list("subject_id", "id", "body").iterator(chunk_size=500):
        body = read(bytes(content), subject_id=subject_id.bytes, entry_id=entry_id.bytes)
        if body["e"] != "intake.refused":
            continue
        detail = body["d"]
        found.forbidden.update(detail.get("forbidden", {}).values())
        if "forbidden" not in detail:
            found.sources[detail["source"]] += 1
            found.clauses.update(detail.get("citations", ()))
    return found


def orders(
    *, shop_id: int, subject_id: UUID, after: tuple[date, UUID] | None = None, limit: int | None = None
) -> list[Order]:
    """Give a person's orders, newest first; `limit` of them after the day and id of the last one seen."""
    rows = Order.objects.filter(subject_id=subject_id, shop_id=shop_id)
    if after is not None:
        day, last = after
        rows = rows.filter(Q(placed_on__lt=day) | Q(placed_on=day, id__lt=last))
    return list(rows.order_by("-placed_on", "-id")[:limit])
