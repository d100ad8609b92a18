"""One value, one encoding, on both databases: what a row digest is computed over.

Moments are integer microseconds UTC, days ISO text, decimals plain text at the column's scale, ids 16 bytes; NULL is
left out, so that adding a column that may be empty changes no old digest.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import cbor2
from django.db import models

from camket.store.fields import IdField

if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]

Encoder = Callable[[Any], Any]
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def dumps(value: Any) -> bytes:
    """Canonical CBOR (RFC 8949, 4.2.1 in the length-first order of RFC 7049 3.9)."""
    return cbor2.dumps(value, canonical=True)


def microseconds(moment: dt.datetime) -> int:
    """Count microseconds since 1970; ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a stored moment has a time zone")
    return (moment - _EPOCH) // _MICROSECOND


def id_bytes(value: UUID | bytes | str) -> bytes:
    """Give an id in 16 bytes."""
    return value.bytes if isinstance(value, UUID) else value if isinstance(value, bytes) else UUID(value).bytes


def _day(value: dt.date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _decimal(places: int) -> Encoder:
    step = Decimal(1).scaleb(-places)
    return lambda value: format(Decimal(value).quantize(step), "f")


def same(value: Any) -> Any:
    """Give a value that is its own encoding."""
    return value


# Longest first: a field is encoded by the first class it belongs to.
_ENCODERS: "tuple[tuple[type[AnyField], Encoder], ...]" = (
    (IdField, id_bytes),
    (models.UUIDField, id_bytes),
    (models.BooleanField, bool),
    (models.IntegerField, int),
    (models.FloatField, float),
    (models.DateTimeField, microseconds),
    (models.DateField, _day),
    (models.CharField, str),
    (models.TextField, str),
    (models.BinaryField, bytes),
    (models.JSONField, same),
)


def _encoder(field: "AnyField") -> Encoder | None:
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    if isinstance(target, models.DecimalField):
        return _decimal(target.decimal_places)
    return next((encoder for kind, encoder in _ENCODERS if isinstance(target, kind)), None)


def faults(model: type[models.Model]) -> Iterator[str]:
    """Name the columns that have no canonical encoding."""
    for field in model._meta.concrete_fields:
        if field.column and _encoder(field) is None:
            yield f"column `{field.attname}` has a type without a canonical encoding"


@cache
def plan(model: type[models.Model]) -> tuple[tuple[str, Encoder], ...]:
    """Attribute names in alphabetical order, each with its encoder; composite keys are their parts."""
    fields = sorted((field for field in model._meta.concrete_fields if field.column), key=lambda field: field.attname)
    return tuple((field.attname, _found(field)) for field in fields)


@cache
def key_plan(model: type[models.Model]) -> tuple[tuple[str, Encoder], ...]:
    """Give the primary key's parts in their order."""
    fields = getattr(model._meta.pk, "fields", None) or (model._meta.pk,)
    return tuple((field.attname, _found(field)) for field in fields)


def _found(field: "AnyField") -> Encoder:
    encoder = _encoder(field)
    if encoder is None:
        raise TypeError(f"{field} has no canonical encoding")
    return encoder
