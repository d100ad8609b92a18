"""What ends by its own date: marks of imports, tombstones, and codes that were used or are over."""

from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.intake.models import ImportMark
from camket.ledger.actions import deed
from camket.subjects import codes
from camket.subjects.models import ContactCode
from camket.vault.models import Tombstone

# One deed holds its rows in memory until its entry is written.
MOST_AT_ONCE: Final = 2000


def sweep_marks(*, shop_id: int, actor: Actor, now: datetime, at_once: int = MOST_AT_ONCE) -> int:
    """Remove a shop's ended marks, tombstones and codes, `at_once` rows of a table in a deed; gives how many went.

    A code stays for the hour in which it counts against the limit, used or not. With nothing to do nothing is written.
    """
    swept = 0
    while any(rows.exists() for rows in _over(shop_id, now)):
        with deed(shop_id=shop_id, event="marks.swept", actor=actor, now=now) as made:
            gone = {rows.model._meta.db_table: made.remove_all(rows[:at_once]) for rows in _over(shop_id, now)}
            made.detail["removed"] = gone
        swept += sum(gone.values())
    return swept


def _over(shop_id: int, now: datetime) -> tuple[QuerySet[Any], ...]:
    at = to_ms(now)
    return (
        ImportMark.objects.filter(shop_id=shop_id, ends_at__lte=at),
        Tombstone.objects.filter(shop_id=shop_id, ends_at__lte=at),
        ContactCode.objects.filter(shop_id=shop_id, ends_at__lte=at, made_at__lte=at - codes.WINDOW_MS),
    )
