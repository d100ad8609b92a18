import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

from django.db import IntegrityError

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.consent import sql
from camket.consent.errors import ConsentError, OnePurposeError
from camket.consent.models import ConsentEvent, ConsentText, Restraint
from camket.ledger.actions import Deed, deed
from camket.policy import words
from camket.shops.queries import policy
from camket.store import statements
from camket.store.db import is_sqlite, raw_id
from camket.store.errors import ConflictError
from camket.subjects.errors import UnknownSubjectError

Value = Literal["given", "refused"]
# How an answer came in. `double_opt_in` is a sign-up confirmed a second time from the contact itself.
HOWS: Final = frozenset(
    {"form", "portal", "phone", "email", "sms", "zalo", "counter", "letter", "mailbox", "double_opt_in", "paper"}
)
# Every race lost is another answer's that was won: so many at once from one person are no honest work.
_MOST_RACES: Final = 64
_CONTACT: Final = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|(?<!\d)(?:\+?84|0)(?:[ .()-]{0,2}\d){9}(?!\d)"
)


def record(
    *,
    shop_id: int,
    subject_id: UUID,
    purpose: str,
    value: Value,
    how: str,
    text: str,
    language: str,
    policy_version: int,
    actor: Actor,
    now: datetime,
    channel: str = "",
    category: str = "",
    within: Deed | None = None,
    number: int | None = None,
) -> ConsentEvent:
    """Add one answer for one purpose (and channel) with the exact words shown. Nothing is ever changed or assumed.

    `category` is for the separate consent that a sensitive category needs. OnePurposeError (PDPL-9.4a) when the call
    names several purposes; ConsentError when nothing was shown to a person who is said to have agreed. `number` is for
    a person made in the deed `within`: which of their answers this is, from 1.
    """
    _one_purpose(purpose)
    _known(how, channel, category)
    if value == "given":
        _shown(text)
    _impersonal(text, shop_id)
    _may_speak(actor, subject_id, within)
    digest = sha256(text.encode()).digest() if text else None
    event = ConsentEvent(
        subject_id=subject_id,
        number=number or 0,
        id=uuid7(to_ms(now)),
        shop_id=shop_id,
        purpose=purpose,
        channel=channel,
        category=category,
        value=value,
        how=how,
        who=_who(actor),
        text_digest=digest,
        language=language,
        policy_version=policy_version,
        at=to_ms(now),
    )
    if within is not None:
        _answer(event, text, within=within)
    else:
        _in_turn(lambda single: _record_alone(event, text, actor, now, single=single))
    return event


def _record_alone(event: ConsentEvent, text: str, actor: Actor, now: datetime, *, single: bool) -> None:
    """Record an answer in a deed of its own."""
    with deed(
        shop_id=event.shop_id,
        event="consent.recorded" if text else "consent.withdrawn",
        actor=actor,
        subject_id=event.subject_id,
        now=now,
        purpose=event.purpose,
        single=single,
    ) as made:
        event.number = 0
        _answer(event, text, within=made)
        made.detail.update(value=event.value, channel=event.channel, how=event.how, text=event.text_digest)


def _answer(event: ConsentEvent, text: str, *, within: Deed) -> None:
    """Write an answer and, where they are new, the words that were shown."""
    if event.text_digest is not None and not statements.fetch(sql.TEXT, [event.shop_id, event.text_digest]):
        # Two deeds that write a wording at once write the same: a row is its own content.
        within.insert(ConsentText(shop_id=event.shop_id, digest=event.text_digest, text=text), once=True)
    event.number = event.number or _next(sql.NEXT_EVENT, event, within)
    within.insert(event)


def withdraw(
    *,
    shop_id: int,
    subject_id: UUID,
    purpose: str,
    how: str,
    actor: Actor,
    now: datetime,
    channel: str = "",
    category: str = "",
    within: Deed | None = None,
) -> ConsentEvent:
    """Take a consent back: one call, no text, no reason asked. From the commit on nothing opens for the purpose."""
    return record(
        shop_id=shop_id,
        subject_id=subject_id,
        purpose=purpose,
        value="refused",
        how=how,
        text="",
        language="vi",
        policy_version=0,
        actor=actor,
        now=now,
        channel=channel,
        category=category,
        within=within,
    )


def restrain(
    *,
    shop_id: int,
    subject_id: UUID,
    kind: Literal["restrict", "object"],
    how: str,
    actor: Actor,
    now: datetime,
    purpose: str = "",
    lifted: bool = False,
    within: Deed | None = None,
) -> Restraint:
    """Set or lift a restriction or an objection, for one purpose or (empty) for all; use stops with the commit."""
    if purpose:
        _one_purpose(purpose)
    _known(how, "", "")
    _may_speak(actor, subject_id, within)
    row = Restraint(
        subject_id=subject_id,
        number=0,
        shop_id=shop_id,
        kind=kind,
        purpose=purpose,
        lifted=lifted,
        how=how,
        who=_who(actor),
        at=to_ms(now),
    )
    if within is not None:
        row.number = _next(sql.NEXT_RESTRAINT, row, within)
        within.insert(row)
        return row

    def alone(single: bool) -> None:
        with deed(
            shop_id=shop_id,
            event="restraint.lifted" if lifted else "restraint.set",
            actor=actor,
            subject_id=subject_id,
            now=now,
            purpose=purpose or None,
            single=single,
        ) as made:
            row.number = _next(sql.NEXT_RESTRAINT, row, made)
            made.insert(row)
            made.detail.update(kind=kind, how=how)

    _in_turn(alone)
    return row


def _in_turn(alone: Callable[[bool], None]) -> None:
    """Do a deed again when another one took the number that it had read. ConflictError when that does not end.

    The second time SQLite reads with the write lock held: the winner's row may wait for the commit that both share.
    """
    for turn in range(_MOST_RACES):
        try:
            alone(turn == 0 or not is_sqlite())
        except IntegrityError as error:
            if not _raced(str(error)):
                raise
        else:
            return
    raise ConflictError


def _raced(said: str) -> bool:
    return any(name in said for name in ("_pkey", "camket_consent_event.number", "camket_restraint.number"))


def _shown(text: str) -> None:
    if not text.strip():
        raise ConsentError(
            "phải lưu nguyên văn câu đã hỏi",
            "the exact text that was shown must be kept",
            "gửi kèm `text`",
            "send it as `text`",
            "consent_text",
            field="text",
            clauses=("PDPL-9.2", "PDPL-9.3"),
        )


def _impersonal(text: str, shop_id: int) -> None:
    """Refuse a wording with somebody's phone or email in it: wordings are kept in the open and outlive the person.

    The shop's own contacts, as its policy gives them, may stand in it.
    """
    found = [*_CONTACT.findall(text)]
    if not found:
        return
    published = policy(shop_id).canonical.decode()
    digits = re.sub(r"\D", "", published)
    for contact in found:
        bare = re.sub(r"\D", "", contact).removeprefix("84").removeprefix("0")
        own = contact.lower() in published.lower() if "@" in contact else bare in digits
        if not own:
            raise ConsentError(
                "câu đã hỏi có điện thoại hoặc email của một người",
                "the wording holds a phone number or an email address of somebody",
                "gửi đúng câu đã hiện cho mọi khách hàng, không kèm thông tin riêng của ai",
                "send the words as every customer was shown them, without anybody's own data",
                "consent_text",
                field="text",
            )


def _next(query: str, row: ConsentEvent | Restraint, within: Deed) -> int:
    """Count up the rows of a subject, those of the deed that are not written yet among them.

    UnknownSubjectError for nobody, and for another shop's people (invariant 8).
    """
    found = statements.fetch(query, {"shop": row.shop_id, "subject": raw_id(row.subject_id)})
    if not found:
        raise UnknownSubjectError
    next_number: int = found[0][0]
    return next_number + len([other for other in within.waiting(type(row)) if other.subject_id == row.subject_id])


def _one_purpose(purpose: str) -> None:
    if not isinstance(purpose, str) or "," in purpose or " " in purpose:
        raise OnePurposeError
    if purpose not in words().purposes:
        raise ConsentError(
            "mục đích này không có trong danh sách",
            "this purpose is not in the word list",
            "xem `camket policy words`",
            "see `camket policy words`",
            "unknown_word",
            field="purpose",
        )


def _known(how: str, channel: str, category: str) -> None:
    faults = {
        "how": how not in HOWS,
        "channel": bool(channel) and channel not in words().channels,
        "category": bool(category) and category not in words().categories,
    }
    for field, wrong in faults.items():
        if wrong:
            raise ConsentError(
                f"giá trị của `{field}` không có trong danh sách",
                f"the value of `{field}` is not in the word list",
                "xem `camket policy words`",
                "see `camket policy words`",
                "unknown_word",
                field=field,
            )


def _may_speak(actor: Actor, subject_id: UUID, within: Deed | None) -> None:
    """Who may answer: the person themselves, a named member of staff, or the deed by which they came in."""
    speaks = actor.kind == "staff" or (actor.kind == "system" and actor.on_behalf is not None)
    itself = actor.kind == "customer" and actor.id == str(subject_id)
    if not (speaks or itself or within is not None or actor.kind == "owner"):
        raise ConsentError(
            "chỉ chính khách hàng hoặc một nhân viên có tên mới ghi được câu trả lời này",
            "only the customer or a named member of staff may record this answer",
            "đăng nhập rồi làm lại",
            "sign in and do it again",
            "not_allowed",
        )


def _who(actor: Actor) -> str:
    if actor.kind in {"staff", "system"}:
        return f"{actor.kind}:{actor.on_behalf or actor.id}"
    return actor.kind
