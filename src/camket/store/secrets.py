"""A shop's secrets: made when the shop is opened, wrapped in the database, opened once per process.

Different uses never share a key: a digest of one kind tells nothing about another kind.
"""

import threading
from typing import Literal

from camket.crypto.keyring import Provider
from camket.crypto.seal import aad
from camket.store.errors import SecretMissingError
from camket.store.keys import keyring
from camket.store.models import ShopSecret

Name = Literal["row", "mac", "index", "checkpoint", "tombstone", "token"]
NAMES: tuple[Name, ...] = ("row", "mac", "index", "checkpoint", "tombstone", "token")
# `row` digests of rows · `mac` the writer's mark on entries · `index` blind identifiers and names · `checkpoint` seed
# of the Ed25519 key that signs the log · `tombstone` digests of erased identifiers · `token` digests of codes and keys

_FIRST_VERSION = 1
_MOST_OPENED = 4096
_opened: dict[tuple[int, str], bytes] = {}
_lock = threading.Lock()


def fresh(shop_id: int) -> list[ShopSecret]:
    """Make wrapped secrets for a shop that is being opened; the caller inserts them in its deed."""
    ring = keyring()
    return [
        ShopSecret(
            shop_id=shop_id,
            name=name,
            version=_FIRST_VERSION,
            wrapped=ring.wrap(ring.new_key(), _context(shop_id, name, _FIRST_VERSION)),
        )
        for name in NAMES
    ]


def secret(shop_id: int, name: Name) -> bytes:
    """Give the shop's newest secret of that name, 32 bytes. Errors: `SecretMissingError`, `KeyFileError`."""
    found = _opened.get((shop_id, name))
    return found if found is not None else _open(shop_id, name)


def open_all(provider: Provider) -> int:
    """Try a provider on every secret in the database; how many it opens. Errors: `KeyFileError`, `SealError`."""
    count = 0
    for row in ShopSecret.objects.order_by("shop_id", "name").iterator(chunk_size=500):
        provider.unwrap(row.wrapped, _context(row.shop_id, row.name, row.version))
        count += 1
    return count


def forget(shop_id: int | None = None) -> None:
    """Drop opened secrets: of a shop whose opening was rolled back, or all (in tests, when the database is emptied)."""
    with _lock:
        for place in [place for place in _opened if shop_id is None or place[0] == shop_id]:
            del _opened[place]


def _open(shop_id: int, name: Name) -> bytes:
    row = ShopSecret.objects.filter(shop_id=shop_id, name=name).order_by("-version").first()
    if row is None:
        raise SecretMissingError(name)
    key = keyring().unwrap(row.wrapped, _context(shop_id, name, row.version))
    with _lock:
        if len(_opened) >= _MOST_OPENED:
            _opened.clear()
        _opened[shop_id, name] = key
    return key


def _context(shop_id: int, name: str, version: int) -> bytes:
    return aad("shop-secret", shop_id, name, version)
