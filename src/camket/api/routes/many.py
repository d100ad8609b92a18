from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from camket.api import status
from camket.api.answers import BODY, GATED, answers
from camket.api.errors import Verdict
from camket.api.fields import Category, In, OnBehalf, Out, Purpose, Source, Value, Work
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.base.clock import utc_now
from camket.intake import actions as intake
from camket.vault import actions as vault

router = Router(tags=["intake"])


class GivenIn(In):
    """One value and what it is for."""

    category: Category
    value: Value
    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=20)]


class PersonIn(In):
    """One new person."""

    values: Annotated[list[GivenIn], Field(min_length=1, max_length=60)]


class IntakeManyIn(In):
    """Many new people from one source."""

    people: Annotated[list[PersonIn], Field(min_length=1, max_length=500)]
    work: Work | None = None


class TakenOneOut(Out):
    """What came of one person: who they are now, or why nothing of them was kept."""

    subject_id: UUID | None
    items: list[UUID]
    code: str | None
    field: str | None
    verdict: Verdict | None
    clauses: list[str]


class IntakeManyOut(Out):
    """What came of each person, in the order they were sent, and the one entry of all."""

    people: list[TakenOneOut]
    entry: UUID


@router.post(
    "intake-many/{source}",
    response=answers(IntakeManyOut, *BODY, *GATED, 409, status=201),
    summary="Tiếp nhận nhiều khách hàng mới · Take in many new customers",
    operation_id="intake_many",
)
@repeatable
def receive_many(
    request: HttpRequest, source: Source, data: IntakeManyIn, on_behalf: OnBehalf = None
) -> Status[IntakeManyOut]:
    """Take in up to 500 new people in one deed; whoever is refused is told, and the others are kept.

    Everybody is new: nobody is joined to somebody who is known, and no work is assigned.
    """
    taken = intake.receive_many(
        shop_id=holder(request).shop_id,
        source=source,
        people=[
            [vault.Value(one.category, one.value, tuple(one.purposes)) for one in person.values]
            for person in data.people
        ],
        work=data.work,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return Status(201, IntakeManyOut(people=[_shown(one) for one in taken.people], entry=taken.entry_id))


def _shown(one: vault.Kept) -> TakenOneOut:
    error = one.refused
    verdict, _ = status.verdict_and_entry(error) if error else (None, None)
    return TakenOneOut(
        subject_id=None if error else one.subject_id,
        items=list(one.items),
        code=error.code if error else None,
        field=error.field if error else None,
        verdict=verdict,
        clauses=list(error.clauses) if error else [],
    )
