import re
from contextlib import nullcontext
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import Deed, deed
from camket.shops import managers, queries
from camket.shops.errors import ShopError, UnknownError
from camket.shops.models import Assignment

_WORK = re.compile(r"[a-z][a-z_]{1,19}:[A-Za-z0-9-]{1,59}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# A phone number (0912345678, 84912345678) or a citizen's number (twelve digits, the first a zero).
_PERSONAL = re.compile(r"(?:84|0)[1-9][0-9]{8,9}|0[0-9]{11}", re.ASCII)
REASONS = frozenset({"assigned", "taken", "cover", "break_glass"})


def work_reference(work: str) -> str:
    """Give the reference back when it reads `kind:id` with an id of ours; raise ShopError otherwise.

    INVARIANT 4: it is written into the ledger, so that no phone number or national id may stand for an id.
    """
    if not _WORK.fullmatch(work) or names_person(work):
        raise ShopError(
            "công việc phải ghi dạng `loại:mã`",
            "a piece of work is written `kind:id`",
            "ví dụ `order:1042` hoặc `enquiry:17`; không ghi thông tin cá nhân",
            "for example `order:1042` or `enquiry:17`; no personal data in it",
            "work_reference",
            field="work",
        )
    return work


def names_person(work: str) -> bool:
    """Tell whether a reference holds a phone number or a national id, with hyphens or without."""
    _, _, name = work.partition(":")
    if _UUID.fullmatch(name):
        return False
    return any(_PERSONAL.fullmatch(run) for run in re.findall(r"[0-9]+", name.replace("-", "")))


def assign_work(
    *,
    shop_id: int,
    subject_id: UUID,
    staff_id: UUID,
    work: str,
    actor: Actor,
    now: datetime,
    reason: str = "assigned",
    until: datetime | None = None,
    cover_for: UUID | None = None,
    within: Deed | None = None,
) -> Assignment:
    """Give a piece of work on one subject to one person, who may from now on look at that subject for it.

    Alone this needs a director or operations. Inside another room's deed (`within`), which made the work itself, a
    person takes what they themselves took in: the call, the order, the message.
    """
    if within is None:
        managers.require(shop_id=shop_id, actor=actor, now=now, roles=managers.ASSIGNING, subject_id=subject_id)
    queries.require_staff(shop_id=shop_id, staff_id=staff_id)
    if reason not in REASONS:
        raise UnknownError("lý do", "reason", "reason")
    row = Assignment(
        subject_id=subject_id,
        id=uuid7(to_ms(now)),
        shop_id=shop_id,
        staff_id=staff_id,
        work=work_reference(work),
        reason=reason,
        cover_for=cover_for,
        since=to_ms(now),
        until=to_ms(until) if until else None,
    )
    own = deed(shop_id=shop_id, event="work.assigned", actor=actor, subject_id=subject_id, now=now, work=work)
    with nullcontext(within) if within is not None else own as made:
        if within is None:
            made.detail.update(staff=staff_id.bytes, reason=reason)
        made.insert(row)
    return row


def end_work(*, shop_id: int, subject_id: UUID, assignment_id: UUID, actor: Actor, now: datetime) -> None:
    """End an assignment now; ended work opens nothing."""
    row = Assignment.objects.filter(subject_id=subject_id, id=assignment_id, shop_id=shop_id).first()
    if row is None:
        raise UnknownError("phân công", "assignment", "assignment_id")
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    if person != str(row.staff_id):
        managers.require(shop_id=shop_id, actor=actor, now=now, roles=managers.ASSIGNING, subject_id=subject_id)
    with deed(shop_id=shop_id, event="work.ended", actor=actor, subject_id=subject_id, now=now, work=row.work) as made:
        made.update(row, until=to_ms(now))
