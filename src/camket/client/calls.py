"""Every operation of the door as a method of the same name."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, Self, TypeVar
from uuid import UUID, uuid4

from camket.client import answers
from camket.client.decoding import decode
from camket.client.transport import Patience, Transport

T = TypeVar("T")

How = Literal["counter", "email", "form", "letter", "mailbox", "paper", "phone", "portal", "sms", "zalo"]
Language = Literal["vi", "en"]
Status = Literal["placed", "confirmed", "shipped", "completed", "cancelled", "returned"]
PAGE: Final = 200
_BEHALF: Final = "Camket-On-Behalf-Of"


class Camket:
    """The door of one shop, for the holder of one key. Threads may share it.

    `on_behalf` is the staff id of the person who is signed in, for the key of a system; `acting_for` gives the same
    door for another person. Each writing call takes `idempotency_key`: give one that you keep where the call must be
    done once even if your own program stops meanwhile; left out, each call makes its own. `_request` is for operations
    that are newer than this client.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        on_behalf: UUID | None = None,
        timeout: float = 30.0,
        patience: Patience | None = None,
        insecure: bool = False,
        ca_file: str | None = None,
    ) -> None:
        self._transport = Transport(
            base_url, token, timeout=timeout, patience=patience or Patience(), insecure=insecure, ca_file=ca_file
        )
        self._on_behalf = on_behalf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<Camket>"  # the key is nobody's business

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def acting_for(self, staff_id: UUID) -> "Camket":
        """Give the same door, over the same connections, for the person who is signed in."""
        other = object.__new__(Camket)
        other._transport, other._on_behalf = self._transport, staff_id
        return other

    # What is shown: each look is in the ledger, with its purpose and work.

    def look(
        self, subject_id: UUID, *, categories: Sequence[str], purpose: str, work: str, group: UUID | None = None
    ) -> answers.Look:
        """Open values of one person."""
        asked = {"categories": list(categories), "purpose": purpose, "work": work, "group": group}
        return self._read(answers.Look, f"subjects/{subject_id}/look", asked)

    def look_by(
        self, *, category: Literal["phone", "email"], value: str, categories: Sequence[str], purpose: str, work: str
    ) -> answers.LookBy:
        """Open values of the person whose contact this is: the proven holder, or the only one who gave it."""
        asked = {
            "category": category,
            "value": value,
            "categories": list(categories),
            "purpose": purpose,
            "work": work,
        }
        return self._read(answers.LookBy, "subjects/look", asked)

    def look_many(
        self, *, subject_ids: Sequence[UUID], categories: Sequence[str], purpose: str, work: str
    ) -> answers.LookMany:
        """Open values of up to 1,000 people in one entry."""
        asked = {
            "subject_ids": list(subject_ids),
            "categories": list(categories),
            "purpose": purpose,
            "work": work,
        }
        return self._read(answers.LookMany, "subjects/look-many", asked)

    def find(self, *, category: str, value: str, purpose: str, work: str) -> Iterator[answers.Found]:
        """Find people by a contact, user name, number or name, the proven first; page after page."""
        asked = {"category": category, "value": value, "purpose": purpose, "work": work}
        return self._pages(answers.Found, "subjects/find", asked, "found")

    def orders(self, subject_id: UUID, *, purpose: str, work: str) -> Iterator[answers.Order]:
        """List a person's orders, newest first; page after page."""
        return self._pages(answers.Order, f"subjects/{subject_id}/orders", {"purpose": purpose, "work": work}, "orders")

    def consent_state(
        self, subject_id: UUID, *, purpose: str, work: str, channel: str | None = None, category: str | None = None
    ) -> answers.ConsentState:
        """Tell what a person said when asked for a purpose."""
        asked = {"purpose": purpose, "work": work, "channel": channel, "category": category}
        return self._read(answers.ConsentState, f"subjects/{subject_id}/consents/state", asked)

    def consent_receipt(self, subject_id: UUID, *, number: int, purpose: str, work: str) -> answers.ConsentReceipt:
        """Give the receipt of one answer."""
        asked = {"number": number, "purpose": purpose, "work": work}
        return self._read(answers.ConsentReceipt, f"subjects/{subject_id}/consents/receipt", asked)

    # What is written.

    def intake(
        self,
        source: str,
        *,
        fields: Sequence[tuple[str, str]],
        lines: Sequence[Mapping[str, str]] = (),
        sale: Mapping[str, Any] | None = None,
        consents: Sequence[Mapping[str, Any]] = (),
        declared: Sequence[str] = (),
        subject_id: UUID | None = None,
        child: bool = False,
        representative: bool = False,
        idempotency_key: UUID | None = None,
    ) -> answers.Taken:
        """Take in what one person sent by one source; `fields` are pairs of category and value."""
        sent = {
            "fields": [{"category": category, "value": value} for category, value in fields],
            "lines": [dict(line) for line in lines],
            "sale": dict(sale) if sale is not None else None,
            "consents": [dict(one) for one in consents],
            "declared": list(declared),
            "subject_id": subject_id,
            "child": child,
            "representative": representative,
        }
        return self._write(answers.Taken, f"intake/{source}", sent, idempotency_key)

    def intake_many(
        self,
        source: str,
        *,
        people: Sequence[Mapping[str, Any]],
        work: str | None = None,
        idempotency_key: UUID | None = None,
    ) -> answers.TakenMany:
        """Take in up to 500 new people: each `{"values": [{"category", "value", "purposes"}]}`."""
        sent = {"people": [dict(person) for person in people], "work": work}
        return self._write(answers.TakenMany, f"intake-many/{source}", sent, idempotency_key)

    def change(
        self,
        subject_id: UUID,
        item_id: UUID,
        *,
        value: str,
        version: int,
        purpose: str,
        work: str,
        idempotency_key: UUID | None = None,
    ) -> answers.Changed:
        """Correct one value that was read at `version`."""
        sent = {"value": value, "version": version, "purpose": purpose, "work": work}
        return self._write(answers.Changed, f"subjects/{subject_id}/items/{item_id}/change", sent, idempotency_key)

    def send_code(self, *, kind: Literal["phone", "email"], value: str, idempotency_key: UUID | None = None) -> None:
        """Send a one-time code to a contact; nothing tells whether the shop knows it."""
        self._post("contact-codes", {"kind": kind, "value": value}, idempotency_key)

    def verify_contact(
        self, subject_id: UUID, item_id: UUID, *, code: str, idempotency_key: UUID | None = None
    ) -> None:
        """Mark a contact as proven by the code that went to it."""
        self._post(f"subjects/{subject_id}/items/{item_id}/verify", {"code": code}, idempotency_key)

    def confirm_sign_up(self, subject_id: UUID, *, code: str, idempotency_key: UUID | None = None) -> answers.Confirmed:
        """Confirm a pending sign-up by the code that went to its contact."""
        return self._write(answers.Confirmed, f"subjects/{subject_id}/sign-up/confirm", {"code": code}, idempotency_key)

    def record_consent(
        self,
        subject_id: UUID,
        *,
        purpose: str,
        value: Literal["given", "refused"],
        how: How,
        text: str,
        language: Language = "vi",
        channel: str | None = None,
        category: str | None = None,
        idempotency_key: UUID | None = None,
    ) -> answers.Consent:
        """Add one answer for one purpose, with the exact words that were shown."""
        sent = {
            "purpose": purpose,
            "value": value,
            "how": how,
            "text": text,
            "language": language,
            "channel": channel,
            "category": category,
        }
        return self._write(answers.Consent, f"subjects/{subject_id}/consents", sent, idempotency_key)

    def withdraw_consent(
        self,
        subject_id: UUID,
        *,
        purpose: str,
        how: How,
        channel: str | None = None,
        category: str | None = None,
        idempotency_key: UUID | None = None,
    ) -> answers.Consent:
        """Take a consent back."""
        sent = {"purpose": purpose, "how": how, "channel": channel, "category": category}
        return self._write(answers.Consent, f"subjects/{subject_id}/consents/withdraw", sent, idempotency_key)

    def restrain(
        self,
        subject_id: UUID,
        *,
        kind: Literal["restrict", "object"],
        how: How,
        purpose: str | None = None,
        lifted: bool = False,
        idempotency_key: UUID | None = None,
    ) -> answers.Restraint:
        """Set or lift a restriction or an objection; without a purpose it holds for every one."""
        sent = {"kind": kind, "how": how, "purpose": purpose, "lifted": lifted}
        return self._write(answers.Restraint, f"subjects/{subject_id}/restraints", sent, idempotency_key)

    def set_order_status(
        self,
        subject_id: UUID,
        order_id: UUID,
        *,
        status: Status,
        was: Status | Literal["unknown"] | None = None,
        work: str | None = None,
        idempotency_key: UUID | None = None,
    ) -> answers.Moved:
        """Move an order on; `was` is where you saw it."""
        sent = {"status": status, "was": was, "work": work}
        return self._write(answers.Moved, f"subjects/{subject_id}/orders/{order_id}/status", sent, idempotency_key)

    def assign_work(
        self,
        subject_id: UUID,
        *,
        staff_id: UUID,
        work: str,
        reason: Literal["assigned", "cover"] = "assigned",
        until: datetime | None = None,
        cover_for: UUID | None = None,
        idempotency_key: UUID | None = None,
    ) -> answers.Assignment:
        """Give one person of the staff work on one customer."""
        sent = {"staff_id": staff_id, "work": work, "reason": reason, "until": until, "cover_for": cover_for}
        return self._write(answers.Assignment, f"subjects/{subject_id}/assignments", sent, idempotency_key)

    def end_work(self, subject_id: UUID, assignment_id: UUID, *, idempotency_key: UUID | None = None) -> None:
        """End an assignment now."""
        self._post(f"subjects/{subject_id}/assignments/{assignment_id}/end", {}, idempotency_key)

    def break_glass(
        self, subject_id: UUID, *, work: str, explanation: str, minutes: int, idempotency_key: UUID | None = None
    ) -> answers.Assignment:
        """Replace a missing assignment for minutes; a director is told."""
        sent = {"work": work, "explanation": explanation, "minutes": minutes}
        return self._write(answers.Assignment, f"subjects/{subject_id}/break-glass", sent, idempotency_key)

    def shred(self, subject_id: UUID, *, reason: str, idempotency_key: UUID | None = None) -> answers.Shredded:
        """Erase a person."""
        return self._write(answers.Shredded, f"subjects/{subject_id}/shred", {"reason": reason}, idempotency_key)

    # What the shop's own systems are told.

    def register_webhook(
        self, *, url: str, events: Sequence[str], idempotency_key: UUID | None = None
    ) -> answers.HookSecret:
        """Tell an https address about events of the ledger; keep the secret."""
        return self._write(answers.HookSecret, "webhooks", {"url": url, "events": list(events)}, idempotency_key)

    def webhooks(self) -> list[answers.Hook]:
        """List the addresses in use."""
        return [decode(answers.Hook, one) for one in self._request("GET", "webhooks")["webhooks"]]

    def rotate_webhook(self, webhook_id: UUID, *, idempotency_key: UUID | None = None) -> answers.HookSecret:
        """Make a new secret; for three days the old one signs beside it."""
        return self._write(answers.HookSecret, f"webhooks/{webhook_id}/secret", {}, idempotency_key)

    def remove_webhook(self, webhook_id: UUID, *, idempotency_key: UUID | None = None) -> None:
        """Send nothing more to an address."""
        self._post(f"webhooks/{webhook_id}/remove", {}, idempotency_key)

    def dead_messages(self) -> Iterator[answers.DeadMessage]:
        """List what could not be delivered, oldest first; page after page."""
        return self._pages(answers.DeadMessage, "webhooks/dead", {}, "messages")

    def retry_webhook(self, webhook_id: UUID, *, idempotency_key: UUID | None = None) -> int:
        """Try once more what could not be delivered; how many messages."""
        count: int = self._post(f"webhooks/{webhook_id}/retry", {}, idempotency_key)["messages"]
        return count

    # What concerns nobody.

    def read_chat(self, text: str) -> answers.Chat:
        """Propose name, phone, address and goods out of a pasted conversation; nothing is kept."""
        return self._read(answers.Chat, "chat-proposals", {"text": text})

    def decide(
        self,
        *,
        action: str,
        role: str | None = None,
        category: str | None = None,
        purpose: str | None = None,
        source: str | None = None,
        channel: str | None = None,
        recipient: str | None = None,
        without: Sequence[str] = (),
    ) -> answers.Decision:
        """Ask the policy in force; facts named under `without` count as missing."""
        asked = {
            "action": action,
            "role": role,
            "category": category,
            "purpose": purpose,
            "source": source,
            "channel": channel,
            "recipient": recipient,
            "without": list(without),
        }
        return self._read(answers.Decision, "decide", asked)

    def policy(self) -> answers.Policy:
        """Tell which policy is in force and what it opens."""
        return decode(answers.Policy, self._request("GET", "policy"))

    def words(self) -> list[answers.Family]:
        """Give the closed lists of words."""
        return [decode(answers.Family, one) for one in self._request("GET", "words")["families"]]

    def entry_receipt(self, entry_id: UUID) -> answers.EntryReceipt:
        """Give the inclusion proof of an entry."""
        return decode(answers.EntryReceipt, self._request("GET", f"entries/{entry_id}/receipt"))

    def checkpoint(self) -> answers.Checkpoint:
        """Give the newest signed checkpoint of the shop's log."""
        return decode(answers.Checkpoint, self._request("GET", "ledger/checkpoint"))

    def _read(self, kind: type[T], path: str, asked: Mapping[str, Any]) -> T:
        return decode(kind, self._request("POST", path, asked))

    def _write(self, kind: type[T], path: str, sent: Mapping[str, Any], key: UUID | None) -> T:
        return decode(kind, self._post(path, sent, key))

    def _post(self, path: str, sent: Mapping[str, Any], key: UUID | None) -> Mapping[str, Any]:
        return self._request("POST", path, sent, key=key or uuid4())

    def _pages(self, kind: type[T], path: str, asked: Mapping[str, Any], name: str) -> Iterator[T]:
        after: str | None = None
        while True:
            page = self._request("POST", path, {**asked, "limit": PAGE, "after": after})
            yield from (decode(kind, row) for row in page[name])
            after = page["next"]
            if after is None:
                return

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: UUID | None = None
    ) -> Mapping[str, Any]:
        headers = {_BEHALF: str(self._on_behalf)} if self._on_behalf else {}
        plain = None if body is None else {name: _plain(value) for name, value in body.items() if value is not None}
        return self._transport.send(method, path, plain, headers=headers, key=key)


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case dict():
            return {name: _plain(one) for name, one in value.items() if one is not None}
        case list():
            return [_plain(one) for one in value]
    return value
