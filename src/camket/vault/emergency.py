"""Break-glass. INVARIANT 14: replaces a missing assignment only; it is timed, explained, and told to a director."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import deed
from camket.shops.actions.work import work_reference
from camket.shops.models import Assignment
from camket.shops.queries import directors, staff
from camket.subjects.queries import subject
from camket.vault.errors import VaultError
from camket.vault.messages import queue

LONGEST: Final = timedelta(hours=4)
LEAST_WORDS: Final = 3
_TITLE: Final = "Mở khẩn cấp dữ liệu khách hàng · Break-glass"
_TEXT: Final = (
    "{who} tự mở dữ liệu một khách hàng cho công việc {work} trong {minutes} phút. Lý do: {why}\n"
    "{who} opened a customer's data for {work}, for {minutes} minutes, without being assigned. Why: {why}"
)


def break_glass(
    *, shop_id: int, subject_id: UUID, work: str, explanation: str, minutes: int, actor: Actor, now: datetime
) -> Assignment:
    """Give oneself, for minutes, work on a person that nobody assigned; the look itself still passes the whole gate.

    The explanation stays out of the ledger (it may name people): the entry holds its digest, the director gets its
    text. Errors: VaultError for too long a time, no explanation or nobody to tell; UnknownError when not of this
    shop's staff.
    """
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    if person is None or not 0 < minutes * 60 <= LONGEST.total_seconds() or len(explanation.split()) < LEAST_WORDS:
        raise VaultError(
            "mở khẩn cấp cần một người có tên, lời giải thích và thời gian không quá bốn giờ",
            "break-glass needs a named person, an explanation and at most four hours",
            "viết lý do bằng vài chữ và chọn số phút ngắn nhất đủ dùng",
            "write why in a few words and take the fewest minutes that do",
            "break_glass",
            field="explanation",
        )
    told = directors(shop_id=shop_id)
    if not told:
        raise VaultError(
            "không có giám đốc nào có email để được báo về lần mở khẩn cấp",
            "no director has an email address to be told of the break-glass at",
            "thêm một giám đốc có email bằng `camket staff add --email`, hoặc nhờ người được giao việc",
            "enter a director with one by `camket staff add --email`, or have the work assigned",
            "break_glass_untold",
        )
    named = staff(shop_id=shop_id, staff_id=UUID(person))
    subject(shop_id=shop_id, subject_id=subject_id)
    row = Assignment(
        subject_id=subject_id,
        id=uuid7(to_ms(now)),
        shop_id=shop_id,
        staff_id=UUID(person),
        work=work_reference(work),
        reason="break_glass",
        since=to_ms(now),
        until=to_ms(now + timedelta(minutes=minutes)),
    )
    with deed(shop_id=shop_id, event="glass.broken", actor=actor, subject_id=subject_id, now=now, work=work) as made:
        made.detail.update(minutes=minutes, explanation=sha256(explanation.encode()).digest())
        made.insert(row)
        for address in told:
            queue(
                subject_id=subject_id,
                kind="break_glass",
                channel="email",
                to=address,
                title=_TITLE,
                text=_TEXT.format(who=named.name, work=work, minutes=minutes, why=explanation.strip()),
                now=now,
                within=made,
            )
    return row
