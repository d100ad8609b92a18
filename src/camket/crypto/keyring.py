"""Makes data keys and wraps them with a provider's key that never enters the database."""

import os
from typing import Protocol

from camket.crypto.seal import KEY_BYTES


class Provider(Protocol):
    """Who holds the wrapping key: a local file, or a key service.

    `wrap` and `unwrap` bind `context` (canonical bytes from `crypto.aad`): a wrapped key which was moved to another
    subject or class does not unwrap (`SealError`). `unwrap` raises `KeyFileError` when the key is not held at all.
    """

    def wrap(self, key: bytes, context: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes: ...


class Keyring:
    """The keys of one installation. Holds no key itself and caches none."""

    def __init__(self, provider: Provider) -> None:
        self.wrap = provider.wrap
        self.unwrap = provider.unwrap

    def new_key(self) -> bytes:
        return os.urandom(KEY_BYTES)
