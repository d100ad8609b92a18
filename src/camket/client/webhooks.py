"""Checking a webhook: that the shop's Camket signed it, that it is fresh, and that it was not seen before.

The header `Camket-Signature` is `t=<seconds since 1970>,v1=<hex>`, with a second `v1` while the secret is replaced;
each `v1` is HMAC-SHA256 under a secret over `<t>.<body>`. Check the bytes as they came, before they are parsed.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from camket.client.decoding import decode
from camket.client.errors import SignatureError

TOLERANCE: Final = 300
_PART: Final = re.compile(r"t=(\d{1,12})|v1=([0-9a-f]{64})", re.ASCII)
_MOST_PARTS: Final = 6


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, to whom, by pseudonym, and the ledger's entry of it; never a value.

    `id` is the same each time the event is sent: keep it, and leave out what was seen before. `subject` is null for
    what concerns the shop, or many people at once.
    """

    id: UUID
    event: str
    shop: str
    subject: UUID | None
    entry: UUID
    at: datetime


def verify(body: bytes, signature: str, secrets: str | Sequence[str], *, now: float) -> Event:
    """Give the event of a webhook, or raise SignatureError. `now` is `time.time()`; five minutes either way count.

    Give both secrets while you replace one.
    """
    parts = signature.split(",")
    found = [_PART.fullmatch(part.strip()) for part in parts[:_MOST_PARTS]]
    times = [match[1] for match in found if match and match[1]]
    signatures = [match[2] for match in found if match and match[2]]
    if len(times) != 1 or abs(now - int(times[0])) > TOLERANCE:
        raise SignatureError("the webhook is too old, or does not say when it was sent")
    said = times[0].encode() + b"." + body
    known = [secrets] if isinstance(secrets, str) else secrets
    wanted = [hmac.digest(secret.encode(), said, hashlib.sha256).hex() for secret in known]
    if not any(hmac.compare_digest(one, other) for one in wanted for other in signatures):
        raise SignatureError("the webhook was not signed with this secret")
    try:
        return decode(Event, json.loads(body))
    except (KeyError, TypeError, ValueError) as error:
        raise SignatureError("the webhook is not an event") from error
