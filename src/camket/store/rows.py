"""Digests of rows: what a ledger entry commits to and what the replay compares (design, invariant 4).

A digest is keyed, so that an old one in the ledger lets nobody guess what an erased row held.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

import cbor2
from django.db import models

from camket.crypto.mac import Mac
from camket.store import canonical
from camket.store.columns import Record

DIGEST_BYTES = 16
_uuid_bytes = attrgetter("bytes")
# Types that CBOR writes as the encoders of canonical.py would hand them on, wherever such an encoder stands.
_AS_IS = {int: int, str: str, bytes: bytes, bool: bool}
_MOST_SHAPES = 64


def digest(obj: Record, key: bytes) -> bytes:
    """16 bytes over the table code and every column of the row that is not NULL (canonical.py)."""
    plan = _plan(type(obj))
    return mac(key)(plan.content(plan.read(obj)))[:DIGEST_BYTES]


def digest_of(model: type[Record], values: Mapping[str, Any], key: bytes) -> bytes:
    """Digest of a row given as values by attribute name, for SQL written by hand. Every column must be given."""
    plan = _plan(model)
    return mac(key)(plan.content(plan.pick(values)))[:DIGEST_BYTES]


def digest_in_order(model: type[Record], values: tuple[Any, ...], key: bytes) -> bytes:
    """Digest of a row given as values in the order of `concrete_names`."""
    return mac(key)(_plan(model).content(values))[:DIGEST_BYTES]


@lru_cache(maxsize=256)
def mac(key: bytes) -> Mac:
    """HMAC-SHA256 under a key, its first block hashed once."""
    return Mac(key)


class _Shape:
    """Rows whose columns hold values of the same types: which are there, and which need an encoder."""

    def __init__(self, plan: tuple[tuple[str, canonical.Encoder], ...], code: int, types: tuple[type, ...]) -> None:
        present = [place for place, kind in enumerate(types) if kind is not type(None)]
        self.template: list[Any] = [code, *(part for place in present for part in (plan[place][0], None))]
        self.keep = None if len(present) == len(types) else _getter(present)
        self.encoders = [
            (2 + 2 * at, encode)
            for at, place in enumerate(present)
            if (encode := _needed(plan[place][1], types[place])) is not None
        ]
        self.sorts = any(kind not in _KEEP_ORDER for kind in types)


# Types whose values hold nothing that canonical CBOR would sort or shorten.
_KEEP_ORDER = frozenset({type(None), int, str, bytes, bool, UUID})


def _needed(encode: canonical.Encoder, kind: type) -> canonical.Encoder | None:
    """Give the encoder that a value of that type needs, None for what CBOR writes as it is."""
    if encode is canonical.same or _AS_IS.get(kind) is encode or (kind is bytes and encode is canonical.id_bytes):
        return None
    return _uuid_bytes if kind is UUID and encode is canonical.id_bytes else encode


def _getter(places: list[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    found = itemgetter(*places) if places else None
    if found is None:
        return lambda _: ()
    return found if len(places) > 1 else lambda values: (found(values),)


class _Plan:
    """How the rows of one table become bytes. What depends on the types of a row's values is worked out once."""

    def __init__(self, model: type[Record]) -> None:
        self._columns = canonical.plan(model)
        self._code = model.table_code
        names = [name for name, _ in self._columns]
        many = len(names) > 1
        read, pick = attrgetter(*names), itemgetter(*names)
        self.read: Callable[[Any], tuple[Any, ...]] = read if many else lambda obj: (read(obj),)
        self.pick: Callable[[Any], tuple[Any, ...]] = pick if many else lambda values: (pick(values),)
        self._shapes: dict[tuple[type, ...], _Shape] = {}

    def content(self, values: tuple[Any, ...]) -> bytes:
        """Canonical CBOR of `[table code, column, value, column, value …]`, NULL left out."""
        types = tuple(map(type, values))
        shape = self._shapes.get(types) or self._shape(types)
        content = shape.template.copy()
        content[2::2] = values if shape.keep is None else shape.keep(values)
        for at, encode in shape.encoders:
            content[at] = encode(content[at])
        return canonical.dumps(content) if shape.sorts else cbor2.dumps(content)

    def _shape(self, types: tuple[type, ...]) -> _Shape:
        if len(self._shapes) >= _MOST_SHAPES:
            self._shapes.clear()
        found = self._shapes[types] = _Shape(self._columns, self._code, types)
        return found


@cache
def _plan(model: type[Record]) -> _Plan:
    return _Plan(model)


def key_of(obj: models.Model) -> list[Any]:
    """Primary key values of a row, encoded, in order."""
    return [encode(getattr(obj, name)) for name, encode in canonical.key_plan(type(obj))]


def key_from(model: type[models.Model], pk: Any) -> list[Any]:
    """Primary key values from `obj.pk` or a tuple."""
    plan = canonical.key_plan(model)
    values = pk if isinstance(pk, tuple | list) else (pk,)
    return [encode(value) for (_, encode), value in zip(plan, values, strict=True)]


def row_key(obj: models.Model) -> bytes:
    """Canonical CBOR of the primary key."""
    return canonical.dumps(key_of(obj))


def concrete_names(model: type[models.Model]) -> list[str]:
    """List the columns of a table by attribute name, in alphabetical order."""
    return [name for name, _ in canonical.plan(model)]


def values_of(obj: models.Model) -> dict[str, Any]:
    """Every column of a row by attribute name."""
    names = concrete_names(type(obj))
    found = attrgetter(*names)(obj)
    return dict(zip(names, found if len(names) > 1 else (found,), strict=True))
