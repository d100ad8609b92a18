from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from camket.api.answers import BODY, GATED, answers
from camket.api.fields import Count, In, Moment, OnBehalf, Out, Value, Work
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.base.clock import from_ms, utc_now
from camket.shops import actions as shops
from camket.shops.models import Assignment
from camket.subjects.queries import subject
from camket.vault import actions as vault

router = Router(tags=["work"])


class AssignIn(In):
    """A piece of work on one customer for one person of the staff."""

    staff_id: UUID
    work: Work
    reason: Literal["assigned", "cover"] = "assigned"
    until: Moment | None = None
    cover_for: UUID | None = None


class AssignmentOut(Out):
    """The assignment, and when it ends by itself."""

    assignment_id: UUID
    work: str
    until: str | None


def _shown(row: Assignment) -> AssignmentOut:
    until = from_ms(row.until).isoformat() if row.until is not None else None
    return AssignmentOut(assignment_id=row.id, work=row.work, until=until)


@router.post(
    "subjects/{uuid:subject_id}/assignments",
    response=answers(AssignmentOut, *BODY, *GATED),
    summary="Giao việc · Assign work",
    operation_id="assign_work",
)
@repeatable
def assign(request: HttpRequest, subject_id: UUID, data: AssignIn, on_behalf: OnBehalf = None) -> AssignmentOut:
    """Let one person of the staff look at this customer for this work; a director or operations may."""
    key = holder(request)
    subject(shop_id=key.shop_id, subject_id=subject_id)
    row = shops.assign_work(
        shop_id=key.shop_id,
        subject_id=subject_id,
        staff_id=data.staff_id,
        work=data.work,
        reason=data.reason,
        until=data.until,
        cover_for=data.cover_for,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return _shown(row)


class EndIn(In):
    """Ending work asks for nothing more."""


class EndedOut(Out):
    """The work is over."""

    ended: Literal[True] = True


@router.post(
    "subjects/{uuid:subject_id}/assignments/{uuid:assignment_id}/end",
    response=answers(EndedOut, *BODY, *GATED),
    summary="Kết thúc việc được giao · End assigned work",
    operation_id="end_work",
)
@repeatable
def end(
    request: HttpRequest,
    subject_id: UUID,
    assignment_id: UUID,
    data: EndIn,  # noqa: ARG001  # an empty object: every write is JSON
    on_behalf: OnBehalf = None,
) -> EndedOut:
    """End an assignment now; ended work opens nothing."""
    key = holder(request)
    shops.end_work(
        shop_id=key.shop_id,
        subject_id=subject_id,
        assignment_id=assignment_id,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return EndedOut()


class GlassIn(In):
    """Why nobody could assign the work in time. The explanation goes to a director, not into the ledger."""

    work: Work
    explanation: Value
    minutes: Annotated[Count, Field(le=240)]


@router.post(
    "subjects/{uuid:subject_id}/break-glass",
    response=answers(AssignmentOut, *BODY, *GATED),
    summary="Mở khẩn cấp · Break the glass",
    operation_id="break_glass",
)
@repeatable
def break_glass(request: HttpRequest, subject_id: UUID, data: GlassIn, on_behalf: OnBehalf = None) -> AssignmentOut:
    """Replace a missing assignment for minutes, and nothing else: the look itself still passes the whole gate."""
    key = holder(request)
    row = vault.break_glass(
        shop_id=key.shop_id,
        subject_id=subject_id,
        work=data.work,
        explanation=data.explanation,
        minutes=data.minutes,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return _shown(row)
