from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from camket.api.answers import BODY, GATED, answers
from camket.api.fields import (
    TEXT,
    Category,
    Channel,
    Day,
    Flag,
    In,
    Line,
    Number,
    OnBehalf,
    Out,
    Purpose,
    Source,
    Value,
)
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.api.routes.consents import How
from camket.base.clock import utc_now
from camket.intake import actions as intake
from camket.intake.admission import Dropped

router = Router(tags=["intake"])


class FieldIn(In):
    """One value that the person gave; a category may stand several times (two phones)."""

    category: Category
    value: Value


class LineIn(In):
    """One line of an order, as it was written; quantity with its unit (m, viên, thùng), price in đồng."""

    description: Line
    design: Line | None = None
    grade: Line | None = Field(None, alias="class")
    quality: Line | None = None
    origin: Line | None = None
    quantity: Line | None = None
    unit: Line | None = None
    price: Line | None = None
    delivery_time: Line | None = None

    def given(self) -> Mapping[str, str]:
        """Give the line by the keys of the intake room."""
        return self.model_dump(by_alias=True, exclude_none=True)


class SaleIn(In):
    """Facts of an order that are no personal value."""

    channel: Literal[
        "website", "phone", "mailbox", "chat", "counter", "marketplace", "distributor", "dealer", "unknown"
    ] = "website"
    outlet: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]*$")] = ""
    placed_on: Day | None = None
    status: Literal["placed", "confirmed", "shipped", "completed", "cancelled", "returned", "unknown"] = "placed"
    total: Annotated[Number, Field(ge=0, le=1_000_000_000_000)] | None = None


class AnswerIn(In):
    """What the person answered when asked for one purpose, with the exact words shown."""

    purpose: Purpose
    value: Literal["given", "refused"]
    how: How
    text: Value
    language: Literal["vi", "en"] = "vi"
    channel: Channel | None = None
    category: Category | None = None


class IntakeIn(In):
    """What one person sent by one source."""

    fields: Annotated[list[FieldIn], Field(min_length=1, max_length=60)]
    lines: Annotated[list[LineIn], Field(max_length=200)] = []
    sale: SaleIn | None = None
    consents: Annotated[list[AnswerIn], Field(max_length=20)] = []
    declared: Annotated[list[Literal["truthful_data", "third_party_consent"]], Field(max_length=2)] = []
    subject_id: UUID | None = None
    child: Flag = False
    representative: Flag = False


class DroppedOut(Out):
    """A category that was given and not taken: nothing of it was stored."""

    category: str
    verdict: Literal["deny", "gap"]
    clauses: list[str]


class IntakeOut(Out):
    """What came of it. `proposals` counts known people whom this may be, and is told to a named person only.

    A `pending` sign-up waits for the code that was sent to its contact; nothing is kept for use before.
    """

    subject_id: UUID
    items: list[UUID]
    dropped: list[DroppedOut]
    proposals: int | None
    order_id: UUID | None
    work: str
    pending: bool
    entry: UUID


@router.post(
    "intake/{source}",
    response=answers(IntakeOut, *BODY, *GATED, 409, 429, status=201),
    summary="Tiếp nhận dữ liệu từ một nguồn · Take in data from a source",
    operation_id="intake",
)
@repeatable
def receive(request: HttpRequest, source: Source, data: IntakeIn, on_behalf: OnBehalf = None) -> Status[IntakeOut]:
    """Take in what one person sent. What the policy keeps this source from bringing is dropped, with its clause."""
    key = holder(request)
    actor = acting(request, on_behalf)
    values: dict[str, list[str]] = {}
    for given in data.fields:
        values.setdefault(given.category, []).append(given.value)
    received = intake.receive(
        shop_id=key.shop_id,
        source=source,
        fields=values,
        lines=[line.given() for line in data.lines],
        sale=_sale(data.sale),
        consents=[_answer(answer) for answer in data.consents],
        declared=data.declared,
        subject_id=data.subject_id,
        child=data.child,
        representative=data.representative,
        actor=actor,
        now=utc_now(),
    )
    taken = IntakeOut(
        subject_id=received.subject_id,
        items=list(received.items),
        dropped=[_dropped(one) for one in received.dropped],
        # INVARIANT 13: whoever sends on behalf of the public must not learn whether a contact is known.
        proposals=len(received.proposals) if actor.on_behalf else None,
        order_id=received.order_id,
        work=received.work,
        pending=received.pending,
        entry=received.entry_id,
    )
    return Status(201, taken)


def _dropped(one: Dropped) -> DroppedOut:
    return DroppedOut(category=one.category, verdict=one.verdict, clauses=list(one.clauses))


def _sale(given: SaleIn | None) -> intake.Sale | None:
    if given is None:
        return None
    return intake.Sale(
        channel=given.channel, outlet=given.outlet, placed_on=given.placed_on, status=given.status, total=given.total
    )


def _answer(given: AnswerIn) -> intake.Consent:
    return intake.Consent(
        purpose=given.purpose,
        value=given.value,
        how=given.how,
        text=given.text,
        language=given.language,
        channel=given.channel or "",
        category=given.category or "",
    )


class ChatIn(In):
    """A conversation as staff pasted it; it is read and not kept."""

    text: Annotated[str, Field(min_length=1, max_length=20_000, pattern=TEXT)]


class GoodsOut(Out):
    """One thing that the conversation seems to order."""

    description: str
    quantity: str


class ChatOut(Out):
    """What the conversation seems to say, for a person to check before it is sent to `intake/chat_paste`."""

    name: str | None
    phone: str | None
    address: str | None
    lines: list[GoodsOut]
    other_phones: int
    dropped: int
    forbidden: list[str]


@router.post(
    "chat-proposals",
    response=answers(ChatOut, *BODY),
    summary="Đọc đoạn chat đã dán · Read a pasted chat",
    operation_id="read_chat",
)
def read_chat(request: HttpRequest, data: ChatIn) -> ChatOut:  # noqa: ARG001  # ninja passes it to every operation
    """Propose name, phone, address and goods out of a pasted conversation. Nothing is stored; the rest is dropped."""
    found = intake.propose(data.text)
    return ChatOut(
        name=found.name,
        phone=found.phone,
        address=found.address,
        lines=[GoodsOut(description=line.description, quantity=str(line.quantity)) for line in found.lines],
        other_phones=found.other_phones,
        dropped=found.dropped,
        forbidden=sorted(found.forbidden),
    )
