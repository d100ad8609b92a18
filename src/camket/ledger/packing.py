"""Bodies of version 2: the same words, ids and digests as version 1 in about a third of the bytes.

A body is a CBOR array `[event, actor, purpose, work, detail, rows, removed, count, root]`; what is absent is null, and
nulls at the end are left out. Version 1 was a map, so that the first byte tells them apart. Words are numbers
(codes.py): a number stands where only a word can stand, and `-1 - number` where an integer could stand too.

Tags: 6 to 13 a reference `prefix:rest`, whose rest is text, an integer or an id · 14 a negative integer · 15 ids of
rows of the entry's own subject, eight bytes each. Docs: docs/reference/ledger-format.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import cbor2

from camket.ledger.codes import (
    EVENT_NUMBERS,
    EVENTS,
    KIND_NUMBERS,
    KINDS,
    PREFIX_NUMBERS,
    PREFIXES,
    WORD_NUMBERS,
    WORDS,
)

Row = list[Any]

TAIL_BYTES: Final = 8
# Names of details whose ids are keys of rows that belong to the entry's own subject.
OWN: Final = frozenset({"items", "orders"})

_ID_BYTES = 16
_DIGEST_BYTES = 16
_MOMENT_BYTES = 6  # the milliseconds of a version 7 id
_UUID_LETTERS = 36
_SHORT, _BYTE, _WORD = 24, 1 << 8, 1 << 16
_UINT, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = (kind << 5 for kind in (0, 1, 2, 3, 4, 5, 6))
_NULL = b"\xf6"
_LITERALS: Mapping[Any, bytes] = {None: _NULL, False: b"\xf4", True: b"\xf5"}
_FIRST_PREFIX_TAG, _PREFIXES_AT_FIRST, _LATER_PREFIX_TAG = 6, 8, 56
_NEGATIVE_TAG, _OWN_TAG = 14, 15
_MOST_DIGITS = 18
_PARTS = 9
_MOST = 1 << 64


def _head(kind: int, count: int) -> bytes:
    """CBOR's first byte or bytes: what comes, and how much of it (RFC 8949, 3)."""
    if count < _SHORT:
        return bytes((kind | count,))
    if count < _BYTE:
        return bytes((kind | 24, count))
    if count < _WORD:
        return bytes((kind | 25,)) + count.to_bytes(2, "big")
    return bytes((kind | 26,)) + count.to_bytes(4, "big") if count < 1 << 32 else _long_head(kind, count)


def _long_head(kind: int, count: int) -> bytes:
    if count >= _MOST:
        raise TypeError("a ledger entry holds integers of 64 bits")
    return bytes((kind | 27,)) + count.to_bytes(8, "big")


def _id(value: bytes) -> bytes:
    return b"\x50" + value if len(value) == _ID_BYTES else _head(_BYTES, len(value)) + value


def _text(value: str) -> bytes:
    raw = value.encode()
    return _head(_TEXT, len(raw)) + raw


_EVENT_BYTES = {word: _head(_UINT, number) for word, number in EVENT_NUMBERS.items()}
_KIND_BYTES = {word: _head(_UINT, number) for word, number in KIND_NUMBERS.items()}
# As a purpose or the name of a detail, and as a value.
_NAME_BYTES = {word: _head(_UINT, number) for word, number in WORD_NUMBERS.items()}
_WORD_BYTES = {word: _head(_NEGATIVE, number) for word, number in WORD_NUMBERS.items()}
_PREFIX_BYTES = {
    word: _head(_TAG, (_FIRST_PREFIX_TAG if number < _PREFIXES_AT_FIRST else _LATER_PREFIX_TAG) + number)
    for word, number in PREFIX_NUMBERS.items()
}


def packed(
    *,
    event: str,
    actor: tuple[str, str, str | None],
    purpose: str | None,
    work: UUID | str | None,
    detail: Mapping[str, Any],
    rows: Sequence[Row],
    removed: Sequence[Row],
    members: tuple[int, bytes] | None,
    subject_id: bytes | None,
    entry_id: bytes | None,
) -> bytes:
    """Encode a body. `subject_id` and `entry_id`, where given, are left out of ids that repeat them."""
    parts = [
        _EVENT_BYTES.get(event) or _text(event),
        _actor(*actor, subject_id),
        _NULL if purpose is None else _NAME_BYTES.get(purpose) or _text(purpose),
        _NULL if work is None else _value(work),
    ]
    if detail or rows or removed or members:
        parts.append(_detail(detail, own=subject_id is not None) if detail else _NULL)
    if rows or removed or members:
        parts.append(cbor2.dumps(flat(rows, entry_id)) if rows else _NULL)
    if removed or members:
        parts.append(cbor2.dumps(flat(removed, entry_id)) if removed else _NULL)
    if members is not None:
        parts += (_head(_UINT, members[0]), _head(_BYTES, len(members[1])) + members[1])
    while parts[-1] is _NULL:
        parts.pop()
    return b"".join((_head(_ARRAY, len(parts)), *parts))


def _actor(kind: str, who: str, behalf: str | None, subject_id: bytes | None) -> bytes:
    kind_bytes = _KIND_BYTES[kind]
    if behalf is None and not who:
        return kind_bytes
    name = _name(who)
    if subject_id is not None and name[1:] == subject_id:
        name = _NULL
    return b"\x82" + kind_bytes + name if behalf is None else b"\x83" + kind_bytes + name + _name(behalf)


@lru_cache(maxsize=4096)
def _name(who: str) -> bytes:
    found = compact(who)
    return _id(found) if isinstance(found, bytes) else _text(found)


def _detail(detail: Mapping[str, Any], *, own: bool) -> bytes:
    parts = [_head(_MAP, len(detail))]
    for name, value in detail.items():
        parts.append(_NAME_BYTES.get(name) or _text(name))
        parts.append((_own(value) if own and name in OWN else None) or _value(value))
    return b"".join(parts)


def _own(value: Any) -> bytes | None:
    """Encode a list of ids by their last eight bytes, 62 bits of which are random."""
    if not isinstance(value, list | tuple) or not value:
        return None
    tails = []
    for one in value:
        if not isinstance(one, UUID):
            return None
        tails.append(one.bytes[TAIL_BYTES:])
    return bytes((_TAG | _OWN_TAG,)) + _head(_BYTES, TAIL_BYTES * len(tails)) + b"".join(tails)


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return _WORD_BYTES.get(value) or _string(value)
    if isinstance(value, tuple):
        return _words(value) or _array(value)
    if isinstance(value, UUID):
        return b"\x50" + value.bytes
    if value is None or isinstance(value, bool):
        return _LITERALS[value]
    if isinstance(value, int):
        return _head(_UINT, value) if value >= 0 else bytes((_TAG | _NEGATIVE_TAG,)) + _head(_UINT, -1 - value)
    return _compound(value)


def _compound(value: Any) -> bytes:
    match value:
        case bytes():
            return _id(value)
        case Mapping():
            return _detail({str(name): part for name, part in value.items()}, own=False)
        case set() | frozenset():
            return _array(sorted(value))
        case Sequence():
            return _array(value)
    raise TypeError(f"a ledger entry holds references only, not {type(value).__name__}")


def _array(value: Sequence[Any]) -> bytes:
    return b"".join((_head(_ARRAY, len(value)), *map(_value, value)))


def _words(value: tuple[Any, ...]) -> bytes | None:
    """Encode a tuple of words or citations once: the same few come back with every look."""
    for one in value:
        if type(one) is not str or len(one) >= _UUID_LETTERS:
            return None
    return _kept(value)


@lru_cache(maxsize=4096)
def _kept(value: tuple[str, ...]) -> bytes:
    return _array(value)


def _string(value: str) -> bytes:
    """Encode text: an id given as letters, a reference `prefix:rest`, or itself."""
    prefix, colon, rest = value.partition(":")
    tag = _PREFIX_BYTES.get(prefix) if colon else None
    if tag is not None:
        return tag + _rest(rest)
    found = compact(value)
    return _id(found) if isinstance(found, bytes) else _text(found)


def _rest(rest: str) -> bytes:
    if rest.isascii() and rest.isdigit() and len(rest) <= _MOST_DIGITS and (rest[0] != "0" or rest == "0"):
        return _head(_UINT, int(rest))
    found = compact(rest)
    return _id(found) if isinstance(found, bytes) else _text(found)


def compact(text: str) -> str | bytes:
    """Give an id that is written in letters in 16 bytes; any other text as it is."""
    if len(text) != _UUID_LETTERS:
        return text
    try:
        found = UUID(text)
    except ValueError:
        return text
    return found.bytes if str(found) == text else text


def flat(rows: Iterable[Row], entry_id: bytes | None) -> list[Any]:
    """Rows as one list `code, key, digests, code, …`: half the heads, and keys without what stands elsewhere.

    A key of the subject and one id is that id alone; where the id was made in the entry's millisecond, its last ten
    bytes. An id at the end of a key that ended an earlier row's too is `-1 - number of that row`. Digests are 16
    bytes, or 32 with the digest that was replaced.
    """
    moment = entry_id[:_MOMENT_BYTES] if entry_id is not None else None
    seen: dict[Any, int] = {}
    found: list[Any] = []
    for number, (code, key, *digests) in enumerate(rows):
        found += (code, _short(key, number, moment, seen), digests[0] if len(digests) == 1 else b"".join(digests))
    return found


def _short(key: list[Any], number: int, moment: bytes | None, seen: dict[Any, int]) -> Any:
    name = key[-1] if key else None
    if type(name) is not bytes or len(name) != _ID_BYTES:
        return [*key[:-1], cbor2.CBORTag(_NEGATIVE_TAG, -1 - name)] if type(name) is int and name < 0 else key
    earlier = seen.setdefault(name, number)
    alone = len(key) == 2 and key[0] is None  # noqa: PLR2004 (the subject and one id)
    if earlier != number:
        return -1 - earlier if alone else [*key[:-1], -1 - earlier]
    if not alone:
        return key
    return name[_MOMENT_BYTES:] if name[:_MOMENT_BYTES] == moment else name


def rows_of(found: Sequence[Any] | None, entry_id: bytes | None) -> list[Row]:
    """Give rows as version 1 wrote them: `[code, key, digest]` or `[code, key, digest, digest it replaced]`.

    ValueError without the entry's id where a key was made in its millisecond.
    """
    given = iter(found or ())
    rows: list[Row] = []
    for code, short, digests in zip(given, given, given, strict=True):
        key = _whole(short, entry_id, rows)
        replaced = [digests[_DIGEST_BYTES:]] if len(digests) > _DIGEST_BYTES else []
        rows.append([code, key, digests[:_DIGEST_BYTES], *replaced])
    return rows


def _whole(short: Any, entry_id: bytes | None, rows: list[Row]) -> list[Any]:
    if isinstance(short, int):
        return [None, rows[-1 - short][1][-1]]
    if isinstance(short, list):
        return [*short[:-1], _last(short[-1], rows)] if short else short
    if len(short) == _ID_BYTES:
        return [None, short]
    if entry_id is None:
        raise ValueError("the entry's id is part of its rows' keys")
    return [None, entry_id[:_MOMENT_BYTES] + short]


def _last(part: Any, rows: list[Row]) -> Any:
    if isinstance(part, cbor2.CBORTag):
        return -1 - part.value
    return rows[-1 - part][1][-1] if isinstance(part, int) and part < 0 else part


def unpacked(body: bytes, *, subject_id: bytes | None, entry_id: bytes | None) -> dict[str, Any]:
    """Decode a body of version 2 into the map that version 1 was."""
    said: list[Any] = cbor2.loads(body)
    event, actor, purpose, work, detail, rows, removed, count, root = said + [None] * (_PARTS - len(said))
    found: dict[str, Any] = {"e": EVENTS[event] if isinstance(event, int) else event, "a": _doer(actor, subject_id)}
    if purpose is not None:
        found["p"] = WORDS[purpose] if isinstance(purpose, int) else purpose
    if work is not None:
        found["w"] = _meant(work)
    if detail:
        found["d"] = dict(_details(detail))
    if rows:
        found["r"] = rows_of(rows, entry_id)
    if removed:
        found["x"] = rows_of(removed, entry_id)
    if root is not None:
        found["n"], found["m"] = count, root
    return found


def _doer(actor: Any, subject_id: bytes | None) -> list[Any]:
    if isinstance(actor, int):
        return [KINDS[actor], ""]
    kind, who, *behalf = actor
    return [KINDS[kind], subject_id if who is None else who, *behalf]


def _details(found: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        yield WORDS[name] if isinstance(name, int) else name, _meant(value)


def _meant(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int():
            return value if value >= 0 else WORDS[-1 - value]
        case list():
            return [_meant(part) for part in value]
        case dict():
            return dict(_details(value))
        case cbor2.CBORTag():
            return _tagged(value.tag, value.value)
    return value


def _tagged(tag: int, value: Any) -> Any:
    if tag == _NEGATIVE_TAG:
        return -1 - value
    if tag == _OWN_TAG:
        return [value[start : start + TAIL_BYTES] for start in range(0, len(value), TAIL_BYTES)]
    number = tag - (_FIRST_PREFIX_TAG if tag < _NEGATIVE_TAG else _LATER_PREFIX_TAG)
    return f"{PREFIXES[number]}:{UUID(bytes=value) if isinstance(value, bytes) else value}"
