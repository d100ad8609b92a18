"""Confirming a sign-up: the code that went to the contact itself turns it into an answer and sealed values."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.consent import actions as consent
from camket.intake.parcels import Received
from camket.intake.receiving import MOST_PROPOSALS
from camket.ledger.actions import deed
from camket.subjects import actions as subjects
from camket.vault import signups
from camket.vault.actions import watched

SOURCE = "newsletter"


def confirm_sign_up(*, shop_id: int, subject_id: UUID, code: str, actor: Actor, now: datetime) -> Received:
    """Record what the sign-up answered, confirmed twice, and keep its values; the gate is asked now, not before.

    INVARIANT 13: where the contact is known already, that is a proposal for the staff, as with all that strangers send.
    Errors: CodeError for every fault of the code, RefusedError when the policy no longer opens it.
    """
    signups.prove(shop_id=shop_id, subject_id=subject_id, code=code, actor=actor, now=now)
    with (
        watched(shop_id=shop_id, actor=actor, subject_id=subject_id, now=now, purpose=None, work=None),
        deed(shop_id=shop_id, event="sign_up.confirmed", actor=actor, subject_id=subject_id, now=now) as made,
    ):
        # Whoever has the code is the person: the answer is theirs, through whatever door it came.
        person = Actor(kind="customer", id=str(subject_id))

        def record(answer: Mapping[str, str]) -> None:
            how = "double_opt_in" if answer["value"] == "given" else answer["how"]
            consent.record(
                shop_id=shop_id,
                subject_id=subject_id,
                purpose=answer["purpose"],
                value="given" if answer["value"] == "given" else "refused",
                how=how,
                text=answer["text"],
                language=answer["language"],
                policy_version=int(answer["policy"]),
                actor=person,
                now=now,
                channel=answer["channel"],
                category=answer["category"],
                within=made,
            )

        held = signups.release(
            shop_id=shop_id,
            subject_id=subject_id,
            source=SOURCE,
            actor=actor,
            answered=record,
            now=now,
            within=made,
        )
        proposals = [
            subjects.propose(
                shop_id=shop_id, subject_id=subject_id, known_subject_id=known, kind=kind, now=now, within=made
            )
            for known, kind in held.known[:MOST_PROPOSALS]
        ]
        made.detail.update(held.told)
        return Received(
            subject_id=subject_id,
            items=held.items,
            dropped=(),
            proposals=tuple(proposals),
            order_id=None,
            work=held.told["work"],
            entry_id=made.entry_id,
        )
