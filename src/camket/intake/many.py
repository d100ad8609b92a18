"""Taking in many new people at once: one deed, one entry, a membership row for each of them.

What is taken in one by one (`receive`) may join somebody who is known; here everybody is new, because a list says
nothing about who is who: a known contact repeats, unproven (INVARIANT 13).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import deed
from camket.ledger.bulk import BulkRows
from camket.vault.actions import Kept, Parcel, Value, put_many, watched
from camket.vault.bulk import reasons


@dataclass(frozen=True, slots=True)
class TakenMany:
    """What came of each person, in order, and the entry of all."""

    people: list[Kept]
    entry_id: UUID


def receive_many(
    *, shop_id: int, source: str, people: Sequence[Sequence[Value]], work: str | None, actor: Actor, now: datetime
) -> TakenMany:
    """Keep the values of many new people. A person who is refused is not made; the others are kept.

    Each value passes the gate for its source, category and purposes, and is checked and normalised as everywhere.
    Errors: RefusedError where nobody could be taken in at all.
    """
    parcels = [Parcel(uuid7(to_ms(now)), values, new=True) for values in people]
    with (
        watched(shop_id=shop_id, actor=actor, subject_id=None, now=now, purpose=None, work=work),
        deed(shop_id=shop_id, event="item.put", actor=actor, now=now, work=work, bulk=True) as made,
    ):
        rows = BulkRows(made)
        kept = put_many(shop_id=shop_id, parcels=parcels, source=source, actor=actor, now=now, within=made, rows=rows)
        rows.write()
        for one in kept:
            if one.refused is None:
                made.member(one.subject_id)
        made.detail.update(put=sum(one.refused is None for one in kept), source=source)
        if told := reasons((one.subject_id, one.refused) for one in kept if one.refused is not None):
            made.detail["refused"] = told
        return TakenMany(people=kept, entry_id=made.entry_id)
