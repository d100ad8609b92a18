"""How a value becomes bytes and back. The associated data binds every column of its row but the seal itself.

INVARIANT: any change of metadata by SQL (expiry, purposes, source, verified …), and any swap of sealed bytes or keys
between rows, subjects or shops makes the seal refuse.
"""

from functools import lru_cache
from typing import Protocol
from uuid import UUID

import cbor2

from camket.crypto import Opener, aad, seal, unseal
from camket.store import shapes
from camket.store.keys import keyring
from camket.vault.models import ItemKey

_ITEM = "item-1"
_KEY = "item-key-1"
# CBOR: an array of eighteen, its name; a byte string of sixteen; null.
_HEAD = b"\x92" + cbor2.dumps(_ITEM)
_ID = b"\x50"
_NOTHING = b"\xf6"


class Place(Protocol):
    """What an item row says about itself; a row of the model and a row of the hot path both do."""

    @property
    def shop_id(self) -> int: ...
    @property
    def subject_id(self) -> UUID: ...
    @property
    def id(self) -> UUID: ...
    @property
    def category(self) -> str: ...
    @property
    def key_id(self) -> UUID: ...
    @property
    def sealed(self) -> bytes: ...
    @property
    def purposes(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def retention(self) -> str: ...
    @property
    def collected_at(self) -> int: ...
    @property
    def expires_at(self) -> int | None: ...
    @property
    def circulates_until(self) -> int | None: ...
    @property
    def verified(self) -> bool: ...
    @property
    def third_party(self) -> bool: ...
    @property
    def legacy(self) -> str: ...
    @property
    def group_id(self) -> UUID | None: ...
    @property
    def version(self) -> int: ...


def place(item: Place) -> bytes:
    """Associated data of an item: everything the row says about it, as `crypto.aad` lays it out (a test compares)."""
    group = item.group_id
    return b"".join((
        _HEAD,
        _number(item.shop_id),
        _ID,
        item.subject_id.bytes,
        _ID,
        item.id.bytes,
        _words(item.category),
        _ID,
        item.key_id.bytes,
        _words(item.purposes),
        _words(item.source),
        _words(item.basis),
        _words(item.retention),
        cbor2.dumps(item.collected_at),
        cbor2.dumps(item.expires_at),
        cbor2.dumps(item.circulates_until),
        b"\x01" if item.verified else b"\x00",
        b"\x01" if item.third_party else b"\x00",
        _words(item.legacy),
        _NOTHING if group is None else _ID + group.bytes,
        _number(item.version),
    ))  # fmt: skip


# Few words and numbers occur, each in many rows.
@lru_cache(maxsize=4096)
def _words(text: str) -> bytes:
    return cbor2.dumps(text)


@lru_cache(maxsize=4096)
def _number(value: int) -> bytes:
    return cbor2.dumps(value)


def seal_item(item: Place, key: bytes, text: str) -> bytes:
    """Seal the text for exactly this row as it stands."""
    return seal(key, text.encode(), place(item))


def open_item(item: Place, key: bytes) -> str:
    """Open a row; SealError when anything about it was changed. Callers hold a permit, or re-seal in a deed."""
    return unseal(key, item.sealed, place(item)).decode()


def open_with(item: Place, opener: Opener) -> str:
    """Open a row, as `open_item` does, with its key's cipher."""
    return opener.unseal(item.sealed, place(item)).decode()


def key_context(*, shop_id: int, subject_id: UUID, key_id: UUID, retention: str) -> bytes:
    """Name what a wrapped key is bound to: a key moved to another person or class does not unwrap."""
    return aad(_KEY, shop_id, subject_id, key_id, retention)


def new_key(*, shop_id: int, subject_id: UUID, key_id: UUID, retention: str, made_at: int) -> tuple[ItemKey, bytes]:
    """Make the key of a retention class: the row to store and the key itself."""
    ring = keyring()
    key = ring.new_key()
    context = key_context(shop_id=shop_id, subject_id=subject_id, key_id=key_id, retention=retention)
    columns = {
        "subject_id": subject_id,
        "id": key_id,
        "shop_id": shop_id,
        "retention": retention,
        "wrapped": ring.wrap(key, context),
        "made_at": made_at,
    }
    return shapes.make(ItemKey, columns), key


def open_key(*, shop_id: int, subject_id: UUID, key_id: UUID, retention: str, wrapped: bytes) -> bytes:
    """Unwrap a key. SealError when the row was changed or moved."""
    context = key_context(shop_id=shop_id, subject_id=subject_id, key_id=key_id, retention=retention)
    return keyring().unwrap(wrapped, context)
