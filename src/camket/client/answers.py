"""What operations answer. Opened values are left out of `repr`, so that a log of an answer shows none."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

Verdict = Literal["deny", "gap"]


@dataclass(frozen=True, slots=True)
class Item:
    """One opened value; `value` is the mask where the policy says so (`masked`)."""

    item_id: UUID
    category: str
    value: str = field(repr=False)
    masked: bool
    verified: bool
    third_party: bool
    source: str
    basis: str
    purposes: list[str]
    collected_at: datetime
    expires_at: datetime | None
    legacy: str
    group: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class Look:
    """What a look gave, the ledger's entry of it, and on which clauses it rests."""

    items: list[Item]
    withheld: int
    duties: list[str]
    citations: list[str]
    entry: UUID


@dataclass(frozen=True, slots=True)
class LookBy(Look):
    """What a look by a contact gave, and of whom."""

    subject_id: UUID


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened of one person."""

    subject_id: UUID
    items: list[Item]
    withheld: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody of whom nothing was opened, and why."""

    subject_id: UUID
    code: str
    verdict: Verdict | None
    clauses: list[str]


@dataclass(frozen=True, slots=True)
class LookMany:
    """Everybody who was opened and everybody who was refused, in one entry."""

    opened: list[Opened]
    refused: list[Refused]
    duties: list[str]
    entry: UUID


@dataclass(frozen=True, slots=True)
class TakenOne:
    """What came of one of many people: who they are now, or why nothing of them was kept."""

    subject_id: UUID | None
    items: list[UUID]
    code: str | None
    field: str | None
    verdict: Verdict | None
    clauses: list[str]


@dataclass(frozen=True, slots=True)
class TakenMany:
    """What came of each person, in the order they were sent, and the one entry of all."""

    people: list[TakenOne]
    entry: UUID


@dataclass(frozen=True, slots=True)
class Found:
    """A person found, by pseudonym."""

    subject_id: UUID
    item_id: UUID
    verified: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """The version that the next correction names."""

    version: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A category that was given and not taken, and the clauses that say so."""

    category: str
    verdict: Verdict
    clauses: list[str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an intake; a `pending` sign-up waits for the code that was sent to its contact."""

    subject_id: UUID
    items: list[UUID]
    dropped: list[Dropped]
    proposals: int | None
    order_id: UUID | None
    work: str
    pending: bool
    entry: UUID


@dataclass(frozen=True, slots=True)
class Goods:
    """One thing that a conversation seems to order."""

    description: str
    quantity: str


@dataclass(frozen=True, slots=True)
class Chat:
    """What a pasted conversation seems to say."""

    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    address: str | None = field(repr=False)
    lines: list[Goods] = field(repr=False)
    other_phones: int
    dropped: int
    forbidden: list[str]


@dataclass(frozen=True, slots=True)
class Order:
    """Dates and numbers of one order."""

    order_id: UUID
    status: str
    source: str
    channel: str
    outlet: str
    placed_on: date
    lines: int
    total: int | None
    legacy: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Moved:
    """Where an order is now, and how many of its values have an end since."""

    status: str
    dated: int
    entry: UUID


@dataclass(frozen=True, slots=True)
class Consent:
    """The record of one answer; `number` asks for its receipt."""

    number: int
    record_id: UUID
    purpose: str
    value: Literal["given", "refused"]
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentState:
    """What a person said, and which restraints hold for the purpose now."""

    state: Literal["given", "refused", "never_asked"]
    restrained: list[Literal["object", "restrict"]]


@dataclass(frozen=True, slots=True)
class Notice:
    """The words that were shown when consent was asked for."""

    policy_version: int
    language: str | None
    text: str | None
    text_sha256: str | None


@dataclass(frozen=True, slots=True)
class ConsentReceipt:
    """A consent receipt with the fields of ISO/IEC TS 27560."""

    schema_version: str
    record_id: UUID
    pii_principal_id: UUID
    notice: Notice
    purpose: str
    sensitive_category: str | None
    channel: str | None
    jurisdiction: str
    withdrawal_method: list[str]
    event_time: datetime
    validity: str
    entity: str
    event_type: str
    event_state: str
    collection_method: str


@dataclass(frozen=True, slots=True)
class Restraint:
    """What was set or lifted, and its number."""

    number: int
    kind: Literal["restrict", "object"]
    lifted: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment, and when it ends by itself."""

    assignment_id: UUID
    work: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A sign-up is confirmed."""

    confirmed: bool
    entry: UUID


@dataclass(frozen=True, slots=True)
class Shredded:
    """How much was destroyed, the entry that says so, and how much was found afterwards (0)."""

    items: int
    keys: int
    rows: int
    entry: UUID
    left: int


@dataclass(frozen=True, slots=True)
class Sentences:
    """One sentence in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says to a question, and why."""

    verdict: Literal["allow", "deny", "gap"]
    citations: list[str]
    needs: list[str]
    duties: list[str]
    lacking: list[str]
    reason: Sentences


@dataclass(frozen=True, slots=True)
class Policy:
    """Which policy runs, and what it opens."""

    shop: str
    version: int
    digest: str
    title: str
    sources: list[str]
    purposes: list[str]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the closed list."""

    id: str
    vi: str
    en: str
    dpv: str


@dataclass(frozen=True, slots=True)
class Family:
    """One closed list of words."""

    family: str
    words: list[Word]


@dataclass(frozen=True, slots=True)
class EntryReceipt:
    """Proof that an entry is in the signed log."""

    camket_receipt: int
    entry_id: UUID
    seq: int
    digest: str
    proof: list[str]
    checkpoint: str
    key: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The newest signed note of the shop's log and the key that checks it."""

    checkpoint: str
    key: str


@dataclass(frozen=True, slots=True)
class HookSecret:
    """A webhook, and the secret that signs what it gets."""

    webhook_id: UUID
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hook:
    """One address and what it is told."""

    webhook_id: UUID
    url: str
    events: list[str]
    since: datetime


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """One message that could not be delivered, and what it met last."""

    id: UUID
    webhook_id: UUID
    event: str
    entry: UUID
    attempts: int
    code: str
    dead_at: datetime
