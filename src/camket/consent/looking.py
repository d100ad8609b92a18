"""Looking at a customer's answers: what somebody said to being asked is about them, so showing it is a look.

Each is one deed: the entry names purpose and work, and is committed with the reading (INVARIANT 2). What the gate
asks itself before it decides (`consent.queries`) is not shown to anybody and writes nothing.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from camket.base.actor import Actor
from camket.consent import queries
from camket.consent.queries import State
from camket.ledger.actions import Deed, deed


@dataclass(frozen=True, slots=True)
class Standing:
    """What the person said for a purpose, and which restraints hold for it now."""

    state: State
    restrained: frozenset[str]


def look_at_state(
    *,
    shop_id: int,
    subject_id: UUID,
    purpose: str,
    work: str,
    actor: Actor,
    now: datetime,
    channel: str = "",
    category: str = "",
) -> Standing:
    """Show the answer for a purpose and what restrains it. Who may is for the caller to ask first."""
    with _look(shop_id=shop_id, subject_id=subject_id, purpose=purpose, work=work, actor=actor, now=now) as made:
        made.detail["shown"] = "state"
        return Standing(
            state=queries.state(
                shop_id=shop_id, subject_id=subject_id, purpose=purpose, channel=channel, category=category
            ),
            restrained=queries.restrained(shop_id=shop_id, subject_id=subject_id, purpose=purpose),
        )


def look_at_receipt(
    *, shop_id: int, subject_id: UUID, number: int, purpose: str, work: str, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Show the receipt of one answer (`queries.receipt`). Errors: ConsentError; then nothing was shown or written."""
    with _look(shop_id=shop_id, subject_id=subject_id, purpose=purpose, work=work, actor=actor, now=now) as made:
        made.detail.update(shown="receipt", number=number)
        return queries.receipt(shop_id=shop_id, subject_id=subject_id, number=number, purpose=purpose)


def _look(
    *, shop_id: int, subject_id: UUID, purpose: str, work: str, actor: Actor, now: datetime
) -> AbstractContextManager[Deed]:
    return deed(
        shop_id=shop_id,
        event="consent.looked",
        actor=actor,
        subject_id=subject_id,
        now=now,
        purpose=purpose,
        work=work,
        single=True,
    )
