from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from camket.base.clock import from_ms
from camket.consent.errors import ConsentError
from camket.consent.models import ConsentEvent, ConsentText, Restraint

State = Literal["given", "refused", "never_asked"]
RECEIPT_SCHEMA = "camket-consent-receipt-1"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the gate reads it; `number` orders a subject's answers."""

    number: int
    value: str
    channel: str
    category: str
    double: bool


def settle(answers: Iterable[Answer], channel: str = "", category: str = "") -> tuple[State, bool]:
    """Tell what counts for a channel: the newest answer for it or for all, and whether it was confirmed twice.

    Without a channel (a read for the purpose), a consent on any channel counts; an answer for all channels settles
    those before it.
    """
    state: dict[str, tuple[State, bool]] = {}
    for answer in sorted(answers, key=lambda one: one.number):
        if answer.category != category:
            continue
        value: State = "given" if answer.value == "given" else "refused"
        if not answer.channel:
            state.clear()
        state[answer.channel] = (value, answer.double)
    if channel:
        return state.get(channel) or state.get("") or ("never_asked", False)
    if not state:
        return ("never_asked", False)
    given = [found for found in state.values() if found[0] == "given"]
    return given[-1] if given else ("refused", False)


def state(*, shop_id: int, subject_id: UUID, purpose: str, channel: str = "", category: str = "") -> State:
    """Tell the subject's answer: given, refused or never_asked."""
    rows = ConsentEvent.objects.filter(subject_id=subject_id, shop_id=shop_id, purpose=purpose)
    answers = [Answer(row.number, row.value, row.channel, row.category, row.how == "double_opt_in") for row in rows]
    return settle(answers, channel, category)[0]


def restrained(*, shop_id: int, subject_id: UUID, purpose: str) -> frozenset[str]:
    """Tell which of `restrict` and `object` hold for a purpose now."""
    rows = Restraint.objects.filter(subject_id=subject_id, shop_id=shop_id, purpose__in=["", purpose])
    return in_force((row.number, row.kind, row.purpose, row.lifted) for row in rows)


def in_force(rows: Iterable[tuple[int, str, str, bool]]) -> frozenset[str]:
    """Reduce (number, kind, purpose, lifted) to the kinds in force: one for all purposes outlives its parts."""
    newest: dict[tuple[str, str], bool] = {}
    for _, kind, purpose, lifted in sorted(rows):
        newest[kind, purpose] = lifted
    return frozenset(kind for (kind, _), lifted in newest.items() if not lifted)


def events(*, shop_id: int, subject_id: UUID) -> list[ConsentEvent]:
    """Every answer of the subject, oldest first."""
    return list(ConsentEvent.objects.filter(subject_id=subject_id, shop_id=shop_id).order_by("number"))


def receipt(*, shop_id: int, subject_id: UUID, number: int, purpose: str | None = None) -> dict[str, Any]:
    """Give the record of one answer with the fields of ISO/IEC TS 27560 that this room knows.

    Controller, recipients and retention are the policy's: the page that prints the receipt adds them from the
    rulebook of `notice.version`. With `purpose`, an answer for another purpose is as unknown as none.
    """
    row = ConsentEvent.objects.filter(subject_id=subject_id, shop_id=shop_id, number=number).first()
    if row is None or purpose not in (None, row.purpose):
        raise ConsentError(
            "không có câu trả lời này",
            "there is no such answer",
            "kiểm tra lại số thứ tự",
            "check its number",
            "not_found",
            field="number",
        )
    shown = ConsentText.objects.filter(shop_id=shop_id, digest=row.text_digest).first() if row.text_digest else None
    return {
        "schema_version": RECEIPT_SCHEMA,
        "record_id": str(row.id),
        "pii_principal_id": str(subject_id),
        "notice": {
            "policy_version": row.policy_version,
            "language": row.language if shown else None,
            "text": shown.text if shown else None,
            "text_sha256": row.text_digest.hex() if row.text_digest else None,
        },
        "purpose": row.purpose,
        "sensitive_category": row.category or None,
        "channel": row.channel or None,
        "jurisdiction": "VN",
        "withdrawal_method": ["portal", "email", "phone"],
        "event_time": from_ms(row.at).isoformat(),
        "validity": "until_changed",
        "entity": row.who,
        "event_type": "dpv:ExpressedConsent",
        "event_state": "dpv:ConsentGiven" if row.value == "given" else "dpv:ConsentRefused",
        "collection_method": row.how,
    }
