"""What comes with a person's fields, and what came of them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from camket.intake.admission import Dropped


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer of the person: for one purpose, with the exact words shown and how it came in."""

    purpose: str
    value: Literal["given", "refused"]
    how: str
    text: str = ""
    language: str = "vi"
    channel: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    """Facts of an order that are no personal value: where and when it was sold, and how far it is."""

    channel: str = "website"
    outlet: str = ""
    placed_on: date | None = None
    status: str = "placed"
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What came of it. `work` names the piece of work that it makes; staff who took it in are assigned to it.

    A `pending` sign-up keeps nothing for use until its contact confirms it (`confirm_sign_up`).
    """

    subject_id: UUID
    items: tuple[UUID, ...]
    dropped: tuple[Dropped, ...]
    proposals: tuple[UUID, ...]
    order_id: UUID | None
    work: str
    entry_id: UUID
    pending: bool = False
