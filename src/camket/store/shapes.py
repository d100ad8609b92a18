"""Rows of a table as hand-written SQL reads them: every column in one order, named as the model names them."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models.base import ModelState

from camket.store import rows
from camket.store.columns import Record
from camket.store.fields import IdField

Values = dict[str, Any]
R = TypeVar("R", bound=Record)


@cache
def columns(model: type[Record], alias: str = "") -> str:
    """List every column for a SELECT or a RETURNING, in the order that `values` reads."""
    before = f"{alias}." if alias else ""
    return ", ".join(f'{before}"{field.column}"' for field in _fields(model))


def values(model: type[Record], row: Sequence[Any]) -> Values:
    """Name the values of a row, as the model would hold them."""
    return _reader(model)(row)


def make(model: type[R], values: Values) -> R:
    """Make a row of the model of all its columns' values, without what Django's own constructor does for forms.

    ValueError when a column is missing: Django would fetch it from the database when it is asked for.
    """
    if len(values) != len(_fields(model)):
        raise ValueError(f"every column of {model.__name__} has to be given")
    row = model.__new__(model)
    row.__dict__.update(values)
    row._state = ModelState()  # noqa: SLF001 (what the constructor sets)
    return row


@cache
def _fields(model: type[Record]) -> "list[models.Field[Any, Any]]":
    by_name = {field.attname: field for field in model._meta.concrete_fields if field.column}
    return [by_name[name] for name in rows.concrete_names(model)]


@cache
def _reader(model: type[Record]) -> Callable[[Sequence[Any]], Values]:
    names = rows.concrete_names(model)
    special = [(field.attname, convert) for field in _fields(model) if (convert := _conversion(field))]

    def read(row: Sequence[Any]) -> Values:
        found = dict(zip(names, row, strict=True))
        for name, convert in special:
            if found[name] is not None:
                found[name] = convert(found[name])
        return found

    return read


def _conversion(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    if isinstance(target, IdField):
        return lambda value: value if isinstance(value, UUID) else UUID(bytes=bytes(value))
    if isinstance(target, models.JSONField):
        return lambda value: json.loads(value) if isinstance(value, str) else value
    if isinstance(target, models.BooleanField):
        return bool
    return bytes if isinstance(target, models.BinaryField) else None
