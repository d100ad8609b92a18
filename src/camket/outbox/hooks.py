"""Webhooks: which addresses a shop's own systems gave, their secrets, and what a message looks like.

A message holds ids and the event's name, never a value. It is signed: `Camket-Signature: t=<seconds>,v1=<hex>`, where
`v1` is HMAC-SHA256 under the secret over `<t>.<body>`; while a secret is replaced, one `v1` for each of the two.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from camket.base.clock import from_ms, to_ms
from camket.ledger.actions import Deed
from camket.ledger.entry import shop_uuid
from camket.ledger.events import EVENTS
from camket.outbox.errors import HookError
from camket.outbox.models import Webhook
from camket.store import secrets
from camket.store.models import ShopSecret

SIGNATURE: Final = "Camket-Signature"
# How long the old secret still signs beside the new one.
OVERLAP: Final = timedelta(days=3)
MOST_HOOKS: Final = 20
_LONGEST: Final = 400
_GROUP: Final = "webhook."


def check_url(url: str) -> None:
    """Raise HookError unless the address is `https://host…` without a name, a password or a fragment in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad_url() from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _LONGEST
    named = parts.username or parts.password or parts.fragment or parts.query
    if parts.scheme != "https" or not parts.hostname or named or not plain or port == 0:
        raise bad_url()


def check_events(events: list[str]) -> None:
    """Raise HookError unless each is an event of the ledger; those about webhooks are not sent by webhooks."""
    for event in events:
        if event not in EVENTS or event.startswith(_GROUP):
            raise HookError(
                "có sự kiện không nằm trong danh sách",
                "an event is not in the list",
                "xem các sự kiện trong `docs/reference/events.md`",
                "see the events in `docs/reference/events.md`",
                "webhook.event",
                field="events",
            )


def bad_url() -> HookError:
    """Say what an address has to be."""
    return HookError(
        "địa chỉ nhận tin không dùng được",
        "the address of the webhook cannot be used",
        "viết `https://máy/đường-dẫn`, không kèm tên, mật khẩu hay tham số",
        "write `https://host/path`, without a name, a password or parameters",
        "webhook.url",
        field="url",
    )


def live(shop_id: int) -> list[Webhook]:
    """List the addresses in use, oldest first."""
    return list(Webhook.objects.filter(shop_id=shop_id, removed_at=None).order_by("id"))


def new_secret(hook: Webhook, within: Deed) -> str:
    """Make a secret in the caller's deed; its text is shown this once. An older one signs beside it for three days."""
    held = _secrets(hook)
    for old in held[1:]:
        within.remove(old)
    if held:
        within.update(held[0], needed_until=to_ms(within.now + OVERLAP))
    first = ShopSecret(shop_id=hook.shop_id, name=_name(hook), version=0)
    made = secrets.next_version(held[0] if held else first)
    within.insert(made)
    return _shown(made)


def drop_secrets(hook: Webhook, within: Deed) -> None:
    """Remove an address's secrets in the caller's deed."""
    for row in _secrets(hook):
        within.remove(row)


def signature(hook: Webhook, body: bytes, now: datetime) -> str:
    """Sign a message with every secret in force, the newest first."""
    at = int(now.timestamp())
    said = f"{at}.".encode() + body
    rows = [row for row in _secrets(hook) if row.needed_until is None or row.needed_until > to_ms(now)]
    parts = [hmac.digest(_shown(row).encode(), said, hashlib.sha256).hex() for row in rows]
    return ",".join([f"t={at}", *(f"v1={part}" for part in parts)])


def message(*, shop: str, delivery_id: UUID, event: str, subject_id: UUID | None, entry_id: UUID) -> bytes:
    """Lay a message out."""
    content: dict[str, Any] = {
        "id": str(delivery_id),
        "event": event,
        "shop": shop,
        "subject": str(subject_id) if subject_id else None,
        "entry": str(entry_id),
        "at": from_ms(entry_id.int >> 80).isoformat(),
    }
    return json.dumps(content, separators=(",", ":")).encode()


def whom(shop_id: int, subject_id: UUID) -> UUID | None:
    """Give the subject of an entry; nobody where the shop stands in."""
    return None if subject_id == shop_uuid(shop_id) else subject_id


def _secrets(hook: Webhook) -> list[ShopSecret]:
    return list(ShopSecret.objects.filter(shop_id=hook.shop_id, name=_name(hook)).order_by("-version"))


def _name(hook: Webhook) -> str:
    return f"hook-{hook.id.bytes[8:].hex()}"


def _shown(row: ShopSecret) -> str:
    return "whsec_" + base64.urlsafe_b64encode(secrets.unwrapped(row)).decode().rstrip("=")
