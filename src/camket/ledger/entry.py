"""What an entry says, as bytes: the record that the log commits to.

A record is the canonical CBOR array `[1, shop, subject, entry id, body]`. The database keeps the four columns apart
and only the body as CBOR; `record` joins them again. The body is a map:

`e` event · `a` actor `[kind, id, on behalf of]` · `p` purpose · `w` piece of work · `d` detail · `r` rows written
`[table, key, digest]`, with the digest it replaced as fourth where it changed one · `x` rows removed
`[table, key, last digest]` · `n` and `m` count and root of the members of a bulk deed. Absent is empty. A key part
that equals the subject is written as null. The moment is in the entry id.

INVARIANT 4: references, never values.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import cbor2

from camket.base.actor import Actor
from camket.store import canonical

MAC_BYTES = 16
_RECORD_HEAD = b"\x85\x01"  # CBOR: array of five, the integer 1
_UUID_HEAD = b"\x50"  # CBOR: byte string of 16
_UUID_LETTERS = 36

Row = list[Any]


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
) -> bytes:
    """Encode a body; TypeError when the detail holds anything but references, numbers and words of ours."""
    found: dict[str, Any] = {"e": event, "a": _actor(actor)}
    if purpose is not None:
        found["p"] = purpose
    if work is not None:
        found["w"] = reference(work)
    if detail:
        found["d"] = {name: reference(value) for name, value in detail.items()}
    if rows:
        found["r"] = list(rows)
    if removed:
        found["x"] = list(removed)
    if members is not None:
        found["n"], found["m"] = members
    return canonical.dumps(found)


def record(shop_id: int, subject_id: bytes, entry_id: bytes, body: bytes) -> bytes:
    """Join the bytes that are marked with the writer's MAC and hashed into the tree."""
    return b"".join((_RECORD_HEAD, canonical.dumps(shop_id), _UUID_HEAD, subject_id, _UUID_HEAD, entry_id, body))


def mac(key: bytes, record: bytes) -> bytes:
    """Mark a record as written by us: HMAC-SHA256 under the shop's key, cut to 16 bytes."""
    return hmac.digest(key, record, hashlib.sha256)[:MAC_BYTES]


def read(body: bytes) -> dict[str, Any]:
    """Decode a body again."""
    found: dict[str, Any] = cbor2.loads(body)
    return found


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


def reference(value: Any) -> Any:
    """Encode a reference; ids, also those given as letters, take 16 bytes."""
    match value:
        case UUID():
            return value.bytes
        case str():
            return _compact(value)
        case None | bool() | int() | bytes():
            return value
        case Mapping():
            return {str(name): reference(part) for name, part in value.items()}
        case set() | frozenset():
            return [reference(part) for part in sorted(value)]
        case Sequence():
            return [reference(part) for part in value]
    raise TypeError(f"a ledger entry holds references only, not {type(value).__name__}")


def _actor(actor: Actor) -> list[Any]:
    found = [actor.kind, _compact(actor.id)]
    return found if actor.on_behalf is None else [*found, _compact(actor.on_behalf)]


def _compact(text: str) -> str | bytes:
    if len(text) != _UUID_LETTERS:
        return text
    try:
        found = UUID(text)
    except ValueError:
        return text
    return found.bytes if str(found) == text else text
