"""Sealing many values in a row: the cipher of a key is set up once, nonces are drawn together."""

import os
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from camket.crypto.errors import SealError
from camket.crypto.seal import KEY_BYTES, VERSION

NONCE_BYTES = 12


def nonces(count: int) -> Iterator[bytes]:
    """Draw random nonces, each for one seal."""
    drawn = os.urandom(NONCE_BYTES * count)
    return (drawn[start : start + NONCE_BYTES] for start in range(0, len(drawn), NONCE_BYTES))


class Sealer:
    """Seals under one key; `unseal` opens what it made, as it does what `seal` made."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SealError
        self._cipher = AESGCM(key)

    def seal(self, plaintext: bytes, aad: bytes, nonce: bytes) -> bytes:
        """Seal one value. INVARIANT: a nonce from `nonces` is given once."""
        return VERSION + nonce + self._cipher.encrypt(nonce, plaintext, VERSION + aad)
