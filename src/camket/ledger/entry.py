"""What an entry says, as bytes: the record that the log commits to.

A record is the CBOR array `[version, shop, subject, entry id, body]`. The database keeps the four columns apart and
only the body as CBOR; `record` joins them again. Bodies are written in version 2 (packing.py) and read in both: `read`
gives the map that version 1 was.

`e` event · `a` actor `[kind, id, on behalf of]` · `p` purpose · `w` piece of work · `d` detail · `r` rows written
`[table, key, digest]`, with the digest it replaced as fourth where it changed one · `x` rows removed
`[table, key, last digest]` · `n` and `m` count and root of the members of a bulk deed. Absent is empty. A key part
that equals the subject is null. The moment is in the entry id.

INVARIANT 4: references, never values.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import cbor2

from camket.base.actor import Actor
from camket.ledger import packing
from camket.ledger.packing import Row
from camket.store import canonical, rows

__all__ = ["Row", "actor_of", "body", "long_key", "mac", "read", "record", "shop_uuid", "short_key", "word"]

MAC_BYTES = 16
_FIRST_MAP, _LAST_MAP = 0xA0, 0xBF  # CBOR maps: bodies of version 1
_HEADS = (b"", b"\x85\x01", b"\x85\x02")  # CBOR: array of five, the version
_UUID_HEAD = b"\x50"  # CBOR: byte string of 16


def shop_uuid(shop_id: int) -> UUID:
    """Stand-in subject of what concerns the shop and nobody else."""
    return UUID(int=shop_id)


def body(
    *,
    event: str,
    actor: Actor,
    purpose: str | None,
    work: UUID | str | None,
    detail: Mapping[str, Any],
    rows: Sequence[Row] = (),
    removed: Sequence[Row] = (),
    members: tuple[int, bytes] | None = None,
    subject_id: bytes | None = None,
    entry_id: bytes | None = None,
) -> bytes:
    """Encode a body; TypeError when the detail holds anything but references, numbers and words of ours.

    With `subject_id` and `entry_id`, ids that repeat them are shortened; `read` needs the same two then.
    """
    return packing.packed(
        event=event,
        actor=(actor.kind, actor.id, actor.on_behalf),
        purpose=purpose,
        work=work,
        detail=detail,
        rows=rows,
        removed=removed,
        members=members,
        subject_id=subject_id,
        entry_id=entry_id,
    )


def version(body: bytes) -> int:
    """Tell the version of a body by its first byte."""
    return 1 if _FIRST_MAP <= body[0] <= _LAST_MAP else 2


@lru_cache(maxsize=4096)
def record_head(version: int, shop_id: int) -> bytes:
    """Give the bytes of a record in front of its subject."""
    return _HEADS[version] + canonical.dumps(shop_id) + _UUID_HEAD


def record(shop_id: int, subject_id: bytes, entry_id: bytes, body: bytes) -> bytes:
    """Join the bytes that are marked with the writer's MAC and hashed into the tree."""
    head = record_head(1 if not body else version(body), shop_id)
    return b"".join((head, subject_id, _UUID_HEAD, entry_id, body))


def mac(key: bytes, record: bytes) -> bytes:
    """Mark a record as written by us: HMAC-SHA256 under the shop's key, cut to 16 bytes."""
    return rows.mac(key)(record)[:MAC_BYTES]


def read(body: bytes, *, subject_id: bytes | None = None, entry_id: bytes | None = None) -> dict[str, Any]:
    """Decode a body again. Ids of its rows need `entry_id`, an actor that is the subject needs `subject_id`."""
    if version(body) == 1:
        found: dict[str, Any] = cbor2.loads(body)
        return found
    return packing.unpacked(body, subject_id=subject_id, entry_id=entry_id)


def actor_of(body: Mapping[str, Any]) -> Actor:
    """Read who did it from a body."""
    kind, who, *behalf = body["a"]
    return Actor(kind=kind, id=word(who), on_behalf=word(behalf[0]) if behalf else None)


def word(value: bytes | str) -> str:
    """Give an id that was written in 16 bytes its usual letters again."""
    return str(UUID(bytes=value)) if isinstance(value, bytes) else value


def short_key(subject_id: bytes, key: Sequence[Any]) -> list[Any]:
    """Leave out of a row's key what repeats the subject."""
    return [None if part == subject_id else part for part in key]


def long_key(subject_id: bytes, key: Sequence[Any]) -> list[Any]:
    """Put the subject back into a row's key."""
    return [subject_id if part is None else part for part in key]
