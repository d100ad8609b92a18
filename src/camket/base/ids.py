"""Identifiers: UUID version 7 (RFC 9562), so that rows written together lie together and sort by time."""

import os
import secrets
import struct
import threading
from uuid import UUID

_TAIL_BITS = 74
_LOW = (1 << 62) - 1
_lock = threading.Lock()
_last = (-1, 0)


def uuid7(now_ms: int) -> UUID:
    """Make an id for a moment given in milliseconds since 1970.

    Within a process ids grow as long as the moments given do not go back; the same millisecond counts upward from a
    random start by random steps, so that one id does not tell the next.
    """
    if not 0 <= now_ms < 1 << 48:
        msg = "the moment of an id is outside the years 1970 to 10889"
        raise ValueError(msg)
    global _last  # noqa: PLW0603 - the counter is the process's own and guarded by the lock
    with _lock:
        ms, tail = _last
        if now_ms == ms:
            tail += 1 + secrets.randbits(32)
            if tail >> _TAIL_BITS:
                msg = "one millisecond cannot hold that many ids"
                raise OverflowError(msg)
        else:
            # The top bit starts at zero: room for 2**41 further ids of this millisecond.
            tail = secrets.randbits(_TAIL_BITS - 1)
        _last = (now_ms, tail)
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=now_ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def uuid7s(now_ms: int, count: int) -> list[bytes]:
    """Make many ids of one moment at once, in 16 bytes each, in the order in which `uuid7` would have made them."""
    if count == 0:
        return []
    global _last  # noqa: PLW0603 - as above
    first = uuid7(now_ms)
    steps = struct.unpack(f">{count - 1}I", os.urandom(4 * (count - 1)))
    with _lock:
        ms, tail = _last
        if ms != now_ms:  # another thread has moved on to another moment: the tail of the first id is still ours
            tail = _tail_of(first)
        made = [first.bytes]
        head = now_ms << 80 | 0x7 << 76 | 0b10 << 62
        for step in steps:
            tail += 1 + step
            if tail >> _TAIL_BITS:
                msg = "one millisecond cannot hold that many ids"
                raise OverflowError(msg)
            made.append((head | tail >> 62 << 64 | tail & _LOW).to_bytes(16, "big"))
        if ms == now_ms:
            _last = (ms, tail)
    return made


def _tail_of(identifier: UUID) -> int:
    return (identifier.int >> 64 & 0xFFF) << 62 | identifier.int & _LOW


def time_of(identifier: UUID) -> int:
    """Give back the milliseconds since 1970 that a version 7 id was made for."""
    return identifier.int >> 80
