"""The installation's wrapping keys, several versions of them, in a file of this machine; and the printed recovery key.

One version is active and wraps; every version that is held unwraps. A wrapped key carries the public id of the version
that wrapped it, so nothing has to be tried. A version is prepared (newer than the active one, printed on paper before
it is used), active, retired (nothing is wrapped by it any more) and at last destroyed.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Self

from camket.base.clock import aware
from camket.crypto import recovery
from camket.crypto.errors import KeyFileError, SealError
from camket.crypto.providers import faults, keyfile
from camket.crypto.providers.custody import PLAIN, Custody
from camket.crypto.providers.keyfile import Content
from camket.crypto.seal import KEY_BYTES, cipher, key_id, seal_with, unseal_with

_WRAPPED_VERSION = b"\x01"
_ID_BYTES = 4
PREFIX_BYTES = len(_WRAPPED_VERSION) + _ID_BYTES


class LocalProvider:
    """Wraps with the active key of a file; unwraps with whichever of its keys did the wrapping. Never changes."""

    def __init__(self, keys: Mapping[int, bytes], active: int, retired: Mapping[int, str] | None = None) -> None:
        self._keys = MappingProxyType(dict(keys))
        self._active = active
        self._retired = MappingProxyType(dict(retired or {}))
        self._by_prefix = {_WRAPPED_VERSION + key_id(key): cipher(key) for key in self._keys.values()}
        self._prefix = _WRAPPED_VERSION + key_id(self._keys[active])
        self._ours = self._by_prefix[self._prefix]

    def __repr__(self) -> str:
        return f"LocalProvider(active={self.key_id})"

    @property
    def key_id(self) -> str:
        """The active key's public id, 8 hex digits."""
        return key_id(self._keys[self._active]).hex()

    @property
    def versions(self) -> dict[int, str]:
        """Public id of every version held."""
        return {version: key_id(key).hex() for version, key in sorted(self._keys.items())}

    @property
    def active(self) -> int:
        return self._active

    @property
    def prepared(self) -> int | None:
        """The version that waits to be used: newer than the active one."""
        newest = max(self._keys)
        return newest if newest > self._active else None

    @property
    def retired(self) -> Mapping[int, datetime]:
        """Since when nothing is wrapped by a version. Not printed: a file from paper has to find it out again."""
        return {version: datetime.fromisoformat(text) for version, text in self._retired.items()}

    @property
    def opened(self) -> Mapping[str, bytes]:
        """Every key by its public id."""
        return {key_id(key).hex(): key for key in self._keys.values()}

    def prefix(self, version: int | None = None) -> bytes:
        """Give what every key that the version wrapped begins with; without a number the active one."""
        return self._prefix if version is None else _WRAPPED_VERSION + key_id(self._keys[version])

    def wrap(self, key: bytes, context: bytes) -> bytes:
        return self._prefix + seal_with(self._ours, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        prefix = wrapped[:PREFIX_BYTES]
        held = self._by_prefix.get(prefix)
        if held is not None:
            return unseal_with(held, wrapped[PREFIX_BYTES:], context)
        if prefix[: len(_WRAPPED_VERSION)] != _WRAPPED_VERSION:
            raise SealError
        raise faults.wrong_file(prefix[len(_WRAPPED_VERSION) :].hex(), self.key_id)

    def recovery_key(self) -> str:
        """Every version held as lines to print and keep on paper. Whoever has it has every key."""
        return recovery.encode(self._keys, self._active)

    # --- the steps of a rotation; each gives the next state of the file

    def with_new(self) -> Self:
        """Add a version, not in use yet. A public id that is taken (one in four thousand million) is drawn again."""
        key = secrets.token_bytes(KEY_BYTES)
        while _WRAPPED_VERSION + key_id(key) in self._by_prefix:
            key = secrets.token_bytes(KEY_BYTES)
        return type(self)({**self._keys, max(self._keys) + 1: key}, self._active, self._retired)

    def activated(self) -> Self:
        """Wrap with the newest version from now on."""
        return type(self)(self._keys, max(self._keys), self._retired)

    def with_retired(self, now: datetime) -> Self:
        """Note of every older version that is not noted yet that nothing is wrapped by it any more."""
        at = aware(now).isoformat(timespec="seconds")
        older = {version: at for version in self._keys if version < self._active}
        return type(self)(self._keys, self._active, {**older, **self._retired})

    def without(self, version: int) -> Self:
        """Give up an older version for good; `KeyFileError` when it is in use or not there."""
        if version not in self._keys or version >= self._active:
            raise faults.no_version(version)
        kept = {number: key for number, key in self._keys.items() if number != version}
        return type(self)(kept, self._active, {n: at for n, at in self._retired.items() if n != version})

    # --- the file

    @classmethod
    def open_or_create(cls, path: Path, *, existing: bool, custody: Custody = PLAIN) -> Self:
        """Open the key file; make it at the first start.

        `existing` tells that the database already holds wrapped keys: then a missing file is an error, because a new
        key would open nothing and hide the loss. Errors: `KeyFileError`.
        """
        if path.exists():
            return cls.open(path, custody)
        if existing:
            raise faults.missing(path)
        made = cls({1: secrets.token_bytes(KEY_BYTES)}, 1)
        try:
            keyfile.create(path, made.content(), custody)
        except FileExistsError:  # another process of the same start was quicker: its key is the key
            return cls.open(path, custody)
        return made

    @classmethod
    def open(cls, path: Path, custody: Custody = PLAIN, *, opened: Mapping[str, bytes] | None = None) -> Self:
        """Read the file. Keys in `opened` (by public id) are not asked of the custody again."""
        found = keyfile.read(path, custody, opened=opened or {})
        return cls(found.keys, found.active, found.retired)

    @classmethod
    def restore(cls, path: Path, text: str, custody: Custody = PLAIN) -> Self:
        """Write the file again from the printed recovery key. Never replaces a file."""
        restored = cls(*recovery.decode(text))
        try:
            keyfile.create(path, restored.content(), custody)
        except FileExistsError:
            raise faults.in_the_way(path) from None
        return restored

    @classmethod
    def change(cls, path: Path, custody: Custody, step: Callable[[Self], Self]) -> Self:
        """Take one step with the file: read, change, replace, under its lock. An unchanged state is written too."""
        if not path.exists():
            raise faults.missing(path)
        with keyfile.locked(path):
            changed = step(cls.open(path, custody))
            keyfile.replace(path, changed.content(), custody)
        return changed

    def content(self) -> Content:
        """Give what the file says of these keys."""
        return Content(self._keys, self._active, self._retired)


__all__ = ["KeyFileError", "LocalProvider"]
