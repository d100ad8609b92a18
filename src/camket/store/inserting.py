"""Adding rows of several tables by few statements.

PostgreSQL takes rows of all tables and the last statement as one (data-modifying WITH), which is a transaction of its
own where none is open; SQLite takes one statement per table.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, models

from camket.store import statements
from camket.store.columns import Record
from camket.store.db import is_sqlite
from camket.store.fields import IdField

Statement = tuple[str, Sequence[Any]]
# SQLite allows 32,766 holes in a statement, PostgreSQL 65,535; prepared statements are kept by their text, so short
# ones are met again.
_MOST_ROWS = 100
_MOST_TOGETHER = 300


def insert(objs: Sequence[Record], *, once: Collection[int] = (), last: Statement | None = None) -> None:
    """Insert rows, tables in order of appearance; then `last`, a statement that gives no rows.

    Rows of tables whose code is in `once` may be there already. IntegrityError as from Django.
    """
    found = [*statements_of(objs, once), *([last] if last else [])]
    if not is_sqlite() and len(found) > 1 and not needs_more(objs):
        found = [_joined(found)]
    for text, values in found:
        statements.execute(text, values)


def needs_more(objs: Sequence[Record]) -> bool:
    """Tell whether rows and a last statement are more than one statement on PostgreSQL."""
    return len(objs) > _MOST_TOGETHER


def statements_of(objs: Sequence[Record], once: Collection[int] = ()) -> list[Statement]:
    """Give the statements that insert rows, few per table, tables in order of appearance."""
    by_model: dict[type[Record], list[Record]] = {}
    for obj in objs:
        by_model.setdefault(type(obj), []).append(obj)
    vendor = connection.vendor
    made: list[Statement] = []
    for model, rows in by_model.items():
        values = _plan(model, vendor)
        for start in range(0, len(rows), _MOST_ROWS):
            some = rows[start : start + _MOST_ROWS]
            text = _text(model, len(some), once=model.table_code in once)
            made.append((text, list(chain.from_iterable(values(row) for row in some))))
    return made


def _joined(found: list[Statement]) -> Statement:
    *first, (last, values) = found
    parts = ",\n".join(f"q{number} AS ({text})" for number, (text, _) in enumerate(first))
    return f"WITH {parts}\n{last}", [*chain.from_iterable(given for _, given in first), *values]


@cache
def _text(model: type[Record], count: int, *, once: bool) -> str:
    names = ", ".join(f'"{field.column}"' for field in _fields(model))
    holes = "(" + ", ".join(["%s"] * len(_fields(model))) + ")"
    tail = " ON CONFLICT DO NOTHING" if once else ""
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([holes] * count)}{tail}'  # noqa: S608 (names of the schema)


def _fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if field.column]


@cache
def _plan(model: type[Record], vendor: str) -> Callable[[Record], Sequence[Any]]:
    """Give what reads a row's values in the order of its columns, as the driver takes them."""
    fields = _fields(model)
    read = attrgetter(*(field.attname for field in fields))
    one = len(fields) == 1
    special = {place: _conversion(field, vendor) for place, field in enumerate(fields)}
    needed = [(place, convert) for place, convert in special.items() if convert is not None]

    def values(row: Record) -> Sequence[Any]:
        found = [read(row)] if one else list(read(row))
        for place, convert in needed:
            found[place] = convert(found[place])
        return found

    return values


def _conversion(field: "models.Field[Any, Any]", vendor: str) -> Callable[[Any], Any] | None:
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    if isinstance(target, IdField):
        return _id_bytes if vendor == "sqlite" else _id
    plain = (models.IntegerField, models.BooleanField, models.CharField, models.TextField, models.BinaryField)
    if isinstance(target, plain):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _id(value: UUID | str | None) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(value)


def _id_bytes(value: UUID | str | None) -> bytes | None:
    found = _id(value)
    return None if found is None else found.bytes
