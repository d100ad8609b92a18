"""Where a key is used from: its network (IPv4 /24, IPv6 /48), kept as a keyed digest and never in clear.

The door tells of every request; a key and place that this process has met before cost one look into a set.
"""

import hashlib
import hmac
import ipaddress
import threading
from datetime import datetime
from typing import Final
from uuid import UUID

from camket.base.clock import to_ms
from camket.crypto.seal import aad
from camket.store.db import transaction
from camket.store.secrets import secret
from camket.watch.models import KeyPlace

_V4, _V6 = 24, 48
_DIGEST_BYTES: Final = 16
_MOST: Final = 10_000
_met: set[tuple[UUID, str]] = set()
_lock = threading.Lock()


def network(address: str) -> str:
    """Give the network an address belongs to; `unknown` for what is no address."""
    try:
        found = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return "unknown"
    return str(found.supernet(new_prefix=_V4 if found.version == 4 else _V6))  # noqa: PLR2004 (the version's number)


def met(*, shop_id: int, key_id: UUID, address: str, now: datetime) -> None:
    """Tell that a key of the shop was used from this address."""
    if (key_id, address) in _met:
        return
    _note(shop_id, key_id, network(address), now)
    with _lock:
        if len(_met) >= _MOST:
            _met.clear()
        _met.add((key_id, address))


def forget() -> None:
    """Drop what this process has met (tests empty the database between them)."""
    with _lock:
        _met.clear()


def _note(shop_id: int, key_id: UUID, place: str, now: datetime) -> None:
    content = aad("key-place-1", shop_id, key_id, place)
    digest = hmac.digest(secret(shop_id, "token"), content, hashlib.sha256)[:_DIGEST_BYTES]
    own = KeyPlace.objects.filter(shop_id=shop_id, key_id=key_id)
    if own.filter(digest=digest).exists():
        return
    with transaction():
        KeyPlace.objects.get_or_create(
            shop_id=shop_id,
            key_id=key_id,
            digest=digest,
            defaults={"first_at": to_ms(now), "known": not own.exists()},
        )
