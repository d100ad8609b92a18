from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from camket.api.answers import BODY, GATED, answers
from camket.api.fields import Category, Channel, Count, Flag, In, OnBehalf, Out, Purpose, Value, Work
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.base.clock import from_ms, utc_now
from camket.consent import actions as consent
from camket.consent import looking
from camket.consent.models import ConsentEvent
from camket.shops import queries as shops
from camket.subjects.queries import subject
from camket.vault.actions import watched
from camket.vault.errors import RefusedError

router = Router(tags=["consent"])


def _may(
    request: HttpRequest, subject_id: UUID, purpose: str, on_behalf: UUID | None, *, work: str | None = None
) -> None:
    """Refuse, with its entry, a key that was not issued for the purpose it speaks of; a stranger's is unknown.

    Reading an answer, giving one and lifting a restraint open something; refusing, taking back and restraining stop
    something, which any key may do.
    """
    key, actor = holder(request), acting(request, on_behalf)
    subject(shop_id=key.shop_id, subject_id=subject_id)
    with watched(shop_id=key.shop_id, actor=actor, subject_id=subject_id, now=utc_now(), purpose=purpose, work=work):
        if purpose not in key.purposes:
            raise RefusedError(
                vi="khóa truy cập không dùng được cho mục đích này",
                en="the API key is not for this purpose",
                action="manage" if work is None else "read",
                lacking=("key",),
            )


# Not `double_opt_in`: that an answer was confirmed twice is shown by the contact's own code, never by a key's word.
How = Literal["counter", "email", "form", "letter", "mailbox", "paper", "phone", "portal", "sms", "zalo"]


class ConsentIn(In):
    """One answer for one purpose, with the exact words that were shown."""

    purpose: Purpose
    value: Literal["given", "refused"]
    how: How
    text: Value
    language: Literal["vi", "en"] = "vi"
    channel: Channel | None = None
    category: Category | None = None


class ConsentOut(Out):
    """The record of one answer; `number` asks for its receipt."""

    number: int
    record_id: UUID
    purpose: str
    value: Literal["given", "refused"]
    at: str


def _shown(event: ConsentEvent) -> ConsentOut:
    value: Literal["given", "refused"] = "given" if event.value == "given" else "refused"
    return ConsentOut(
        number=event.number,
        record_id=event.id,
        purpose=event.purpose,
        value=value,
        at=from_ms(event.at).isoformat(),
    )


@router.post(
    "subjects/{uuid:subject_id}/consents",
    response=answers(ConsentOut, *BODY, *GATED),
    summary="Ghi một câu trả lời đồng ý hoặc từ chối · Record a consent or refusal",
    operation_id="record_consent",
)
@repeatable
def record(request: HttpRequest, subject_id: UUID, data: ConsentIn, on_behalf: OnBehalf = None) -> ConsentOut:
    """Add one answer. Nothing is ever changed or assumed; a second purpose is a second call."""
    key = holder(request)
    subject(shop_id=key.shop_id, subject_id=subject_id)
    if data.value == "given":
        _may(request, subject_id, data.purpose, on_behalf)
    event = consent.record(
        shop_id=key.shop_id,
        subject_id=subject_id,
        purpose=data.purpose,
        value=data.value,
        how=data.how,
        text=data.text,
        language=data.language,
        policy_version=shops.newest_version(shop_id=key.shop_id),
        channel=data.channel or "",
        category=data.category or "",
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return _shown(event)


class WithdrawIn(In):
    """Taking a consent back asks for no text and no reason."""

    purpose: Purpose
    how: How
    channel: Channel | None = None
    category: Category | None = None


@router.post(
    "subjects/{uuid:subject_id}/consents/withdraw",
    response=answers(ConsentOut, *BODY, *GATED),
    summary="Rút lại sự đồng ý · Withdraw a consent",
    operation_id="withdraw_consent",
)
@repeatable
def withdraw(request: HttpRequest, subject_id: UUID, data: WithdrawIn, on_behalf: OnBehalf = None) -> ConsentOut:
    """Take a consent back; from this answer on nothing opens for the purpose."""
    key = holder(request)
    subject(shop_id=key.shop_id, subject_id=subject_id)
    event = consent.withdraw(
        shop_id=key.shop_id,
        subject_id=subject_id,
        purpose=data.purpose,
        how=data.how,
        channel=data.channel or "",
        category=data.category or "",
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return _shown(event)


class StateIn(In):
    """Whose consent for which purpose, and for which piece of work one has to know."""

    purpose: Purpose
    work: Work
    channel: Channel | None = None
    category: Category | None = None


class StateOut(Out):
    """What the person said, and what holds for this purpose now."""

    state: Literal["given", "refused", "never_asked"]
    restrained: list[Literal["object", "restrict"]]


@router.post(
    "subjects/{uuid:subject_id}/consents/state",
    response=answers(StateOut, *BODY, *GATED),
    summary="Xem trạng thái đồng ý · See the state of a consent",
    operation_id="consent_state",
)
def state(request: HttpRequest, subject_id: UUID, data: StateIn, on_behalf: OnBehalf = None) -> dict[str, Any]:
    """Tell given, refused or never asked: a look, with its entry. The key must be for the purpose it asks about."""
    key = holder(request)
    _may(request, subject_id, data.purpose, on_behalf, work=data.work)
    standing = looking.look_at_state(
        shop_id=key.shop_id,
        subject_id=subject_id,
        purpose=data.purpose,
        work=data.work,
        channel=data.channel or "",
        category=data.category or "",
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return {"state": standing.state, "restrained": sorted(standing.restrained)}


class ReceiptIn(In):
    """Which answer, and for which piece of work its receipt is wanted."""

    number: Count
    purpose: Purpose
    work: Work


class NoticeOut(Out):
    """The words that were shown."""

    policy_version: int
    language: str | None
    text: str | None
    text_sha256: str | None


class ReceiptOut(Out):
    """A consent receipt with the fields of ISO/IEC TS 27560."""

    schema_version: str
    record_id: UUID
    pii_principal_id: UUID
    notice: NoticeOut
    purpose: str
    sensitive_category: str | None
    channel: str | None
    jurisdiction: str
    withdrawal_method: list[str]
    event_time: str
    validity: str
    entity: str
    event_type: str
    event_state: str
    collection_method: str


@router.post(
    "subjects/{uuid:subject_id}/consents/receipt",
    response=answers(ReceiptOut, *BODY, *GATED),
    summary="Lấy biên nhận đồng ý · Get a consent receipt",
    operation_id="consent_receipt",
)
def receipt(request: HttpRequest, subject_id: UUID, data: ReceiptIn, on_behalf: OnBehalf = None) -> dict[str, Any]:
    """Give the receipt of one answer, which a customer may keep."""
    key = holder(request)
    _may(request, subject_id, data.purpose, on_behalf, work=data.work)
    return looking.look_at_receipt(
        shop_id=key.shop_id,
        subject_id=subject_id,
        number=data.number,
        purpose=data.purpose,
        work=data.work,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )


class RestrainIn(In):
    """A restriction or an objection; without a purpose it holds for every one."""

    kind: Literal["restrict", "object"]
    how: How
    purpose: Purpose | None = None
    lifted: Flag = False


class RestrainOut(Out):
    """What was set or lifted, and its number."""

    number: int
    kind: Literal["restrict", "object"]
    lifted: bool


@router.post(
    "subjects/{uuid:subject_id}/restraints",
    response=answers(RestrainOut, *BODY, *GATED),
    summary="Hạn chế hoặc phản đối xử lý · Restrict or object to processing",
    operation_id="restrain",
)
@repeatable
def restrain(request: HttpRequest, subject_id: UUID, data: RestrainIn, on_behalf: OnBehalf = None) -> RestrainOut:
    """Set or lift a restriction or an objection; it stops use from this answer on."""
    key = holder(request)
    subject(shop_id=key.shop_id, subject_id=subject_id)
    if data.lifted:
        _may(request, subject_id, data.purpose or "rights_fulfilment", on_behalf)
    row = consent.restrain(
        shop_id=key.shop_id,
        subject_id=subject_id,
        kind=data.kind,
        how=data.how,
        purpose=data.purpose or "",
        lifted=data.lifted,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return RestrainOut(number=row.number, kind=data.kind, lifted=row.lifted)
