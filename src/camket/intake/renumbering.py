"""Order numbers under a new index key: digested anew from the sealed numbers, in the course of a rotation.

A number whose sealed value is gone (its period was over, or the policy never let it in) keeps its old digest; imports
look for every digest that a number ever had.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from camket.base.actor import Actor
from camket.intake.models import Order
from camket.ledger.actions import deed
from camket.store.db import is_sqlite, raw_id
from camket.store.rows import values_of
from camket.vault.models import Item
from camket.vault.rotation import number_digests

AT_ONCE: Final = 500
_RENUMBER: Final = "UPDATE camket_order SET number = %s WHERE subject_id = %s AND id = %s"
Place = tuple[UUID, UUID]


def renumber_some(
    *, shop_id: int, actor: Actor, now: datetime, after: Place | None = None, at_once: int = AT_ONCE
) -> tuple[int, Place | None]:
    """Digest the next order numbers of a shop anew: how many changed, where to go on (None at the end). One deed."""
    rows = Order.objects.filter(shop_id=shop_id, number__isnull=False)
    if after is not None:
        rows = rows.filter(Q(subject_id__gt=after[0]) | Q(subject_id=after[0], id__gt=after[1]))
    places = list(rows.order_by("subject_id", "id").values_list("subject_id", "id")[:at_once])
    if not places:
        return 0, None
    people = sorted({subject for subject, _ in places})
    fresh = number_digests(shop_id=shop_id, subject_ids=people)
    with deed(shop_id=shop_id, event="index.rotated", actor=actor, now=now, bulk=True) as made:
        orders = Order.objects.filter(subject_id__in=people, id__in=[order for _, order in places], shop_id=shop_id)
        held = list(orders if is_sqlite() else orders.order_by("subject_id", "id").select_for_update())
        moved = [row for row in held if fresh.get((row.subject_id, row.id), row.number) != row.number]
        with connection.cursor() as cursor:
            cursor.executemany(
                _RENUMBER,
                [(fresh[row.subject_id, row.id], raw_id(row.subject_id), raw_id(row.id)) for row in moved],
            )
        for row in moved:
            made.wrote(Order(**{**values_of(row), "number": fresh[row.subject_id, row.id]}), before=row)
        made.detail["count"] = len(moved)
    return len(moved), places[-1]


def numbers_left(*, shop_id: int, retired_at: int) -> int:
    """Count order numbers that may stand under a key retired then, and cannot be digested anew."""
    sealed = Item.objects.filter(
        subject_id=OuterRef("subject_id"), group_id=OuterRef("id"), category="order_number", shop_id=shop_id
    )
    rows = Order.objects.filter(shop_id=shop_id, number__isnull=False, made_at__lte=retired_at)
    return rows.filter(~Exists(sealed)).count()
