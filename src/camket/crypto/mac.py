"""HMAC-SHA256 for many messages under one key: the key's two blocks are hashed once and copied for each message."""

import hashlib

_BLOCK = 64
_INNER = bytes(value ^ 0x36 for value in range(256))
_OUTER = bytes(value ^ 0x5C for value in range(256))


class Mac:
    """`Mac(key)(message)` is `hmac.digest(key, message, "sha256")` (RFC 2104), at less than half its cost.

    `prefix` is what every message begins with: it is hashed once too, and left out of what is given then.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, prefix: bytes = b"") -> None:
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER) + prefix)
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def __call__(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
