"""Versioned envelopes: one version byte, a random 96-bit nonce, AES-256-GCM ciphertext with its 128-bit tag.

INVARIANT 5 and the seal tests: the place of a value (shop, subject, field, version) is the associated data, so that a
sealed value which was moved to another row or column does not open. Source: NIST SP 800-38D.

A random nonce is safe for 2**32 seals under one key. Keys here belong to one (subject, class), far below that.
"""

import hashlib
import os
from uuid import UUID

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from camket.crypto.errors import SealError

KEY_BYTES = 32
VERSION = b"\x01"
_NONCE_BYTES = 12
_ID_BYTES = 4
_HEAD = len(VERSION) + _NONCE_BYTES
_LEAST = _HEAD + 16

Part = str | bytes | int | UUID | None


def aad(*parts: Part) -> bytes:
    """Join the names of a place to associated data, without ambiguity: a canonical CBOR array, types kept apart."""
    return cbor2.dumps([part.bytes if isinstance(part, UUID) else part for part in parts], canonical=True)


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Seal `plaintext` under a 32-byte `key`; `aad` must be given again to open it. Adds 29 bytes."""
    return seal_with(cipher(key), plaintext, aad)


def unseal(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Open what `seal` made. Every fault (key, place, a changed or missing byte) is the same `SealError`."""
    return unseal_with(cipher(key), sealed, aad)


def cipher(key: bytes) -> AESGCM:
    """Set a key up for many seals; `SealError` when it is no key."""
    return AESGCM(_checked(key))


def seal_with(ready: AESGCM, plaintext: bytes, aad: bytes) -> bytes:
    """Do what `seal` does, under a key that was set up."""
    nonce = os.urandom(_NONCE_BYTES)
    return VERSION + nonce + ready.encrypt(nonce, plaintext, VERSION + aad)


def unseal_with(ready: AESGCM, sealed: bytes, aad: bytes) -> bytes:
    """Do what `unseal` does, under a key that was set up."""
    if len(sealed) < _LEAST or sealed[:1] != VERSION:
        raise SealError
    try:
        return ready.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], VERSION + aad)
    except InvalidTag:
        raise SealError from None


class Opener:
    """Opens many values sealed under one key: the cipher is set up once."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_checked(key))

    def unseal(self, sealed: bytes, aad: bytes) -> bytes:
        """As `unseal` under the key."""
        if len(sealed) < _LEAST or sealed[:1] != VERSION:
            raise SealError
        try:
            return self._cipher.decrypt(sealed[1:_HEAD], sealed[_HEAD:], VERSION + aad)
        except InvalidTag:
            raise SealError from None


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise SealError
    return key


def key_id(key: bytes) -> bytes:
    """Public name and check value of a wrapping key: tells whose a wrapped key is before trying to open it. 4 bytes."""
    return hashlib.sha256(b"camket wrapping key\x00" + key).digest()[:_ID_BYTES]
