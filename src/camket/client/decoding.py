"""JSON into the dataclasses of `answers`: unknown fields are left out, so that a newer server does not break us."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields
from datetime import date, datetime
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")
Reader = Callable[[Any], Any]


def decode(kind: type[T], found: Mapping[str, Any]) -> T:
    """Make an answer. KeyError or ValueError where the server answered something else."""
    readers = _readers(cast("Hashable", kind))
    return kind(**{name: read(found[name]) for name, read in readers.items()})


@lru_cache(maxsize=256)
def _readers(kind: Any) -> dict[str, Reader]:
    hints = get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in fields(kind)}


_SIMPLE: dict[Any, Reader] = {UUID: UUID, datetime: datetime.fromisoformat, date: date.fromisoformat}


def _reader(hint: Any) -> Reader:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is list:
        inner = _reader(parts[0])
        return lambda found: [inner(one) for one in found]
    if origin in {UnionType, Union}:
        (other,) = (_reader(part) for part in parts if part is not NoneType)
        return lambda found: None if found is None else other(found)
    if origin is Literal or hint in {str, int, bool}:
        return _same
    return lambda found: decode(hint, found)


def _same(found: Any) -> Any:
    return found
