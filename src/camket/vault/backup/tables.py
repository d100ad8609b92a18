"""Which tables go into which file of a backup, in what order, and how their values are written for both databases.

Written kinds: `int` (also yes/no of SQLite), `bool`, `text`, `bytes`, `id` (16 bytes), `day` (ISO text), `json`. The
file names each column with its kind, so that it is read without knowing today's models.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from psycopg.types.json import Jsonb

from camket.store import wall
from camket.store.columns import Record
from camket.store.db import is_sqlite
from camket.store.fields import IdField
from camket.vault.backup.archive import Kind

PIECE: Final = 1_000
KEYS_TABLE: Final = "camket_item_key"
ITEMS_TABLE: Final = "camket_item"
# Rows that others point to go in first; values come last, when their keys are there.
_FIRST: Final = ("camket_shop", "camket_shop_secret", "camket_staff", "camket_subject", "camket_consent_text")
_KINDS: "Final[tuple[tuple[type[models.Field[Any, Any]], str], ...]]" = (
    (IdField, "id"),
    (models.BooleanField, "bool"),
    (models.IntegerField, "int"),
    (models.DateField, "day"),
    (models.CharField, "text"),
    (models.TextField, "text"),
    (models.BinaryField, "bytes"),
    (models.JSONField, "json"),
)


class Table(NamedTuple):
    name: str
    columns: tuple[tuple[str, str], ...]


def tables(kind: Kind) -> list[Table]:
    """List the tables of one of the two files, parents first."""
    found = [model for model in records() if model.backed_up == kind]
    return sorted((_table(model) for model in found), key=_order)


def records() -> list[type[Record]]:
    """Every table of ours."""
    return [model for model in apps.get_app_config("camket").get_models() if issubclass(model, Record)]


def _table(model: type[Record]) -> Table:
    fields = (field for field in model._meta.concrete_fields if field.column)
    return Table(model._meta.db_table, tuple((str(field.column), _kind(field)) for field in fields))


def _kind(field: "models.Field[Any, Any]") -> str:
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    kind = next((kind for cls, kind in _KINDS if isinstance(target, cls)), None)
    if kind is None or isinstance(target, models.DateTimeField):
        raise TypeError(f"{field} has no kind that a backup can hold")
    return kind


def _order(table: Table) -> tuple[int, str]:
    if table.name in _FIRST:
        return (_FIRST.index(table.name), table.name)
    return (len(_FIRST) + (table.name == ITEMS_TABLE), table.name)


def stored(table: Table) -> Iterator[list[list[Any]]]:
    """Read a table as it is in this snapshot, a piece at a time."""
    names = ", ".join(connection.ops.quote_name(name) for name, _ in table.columns)
    writers = [_WRITERS.get(kind) for _, kind in table.columns]
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {connection.ops.quote_name(table.name)}")  # noqa: S608 (names of our models)
        while found := cursor.fetchmany(PIECE):
            yield [
                [
                    value if value is None or write is None else write(value)
                    for write, value in zip(writers, row, strict=True)
                ]
                for row in found
            ]


def insert(name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows as they were read from a file: COPY where PostgreSQL takes it, else one prepared INSERT."""
    if not rows:
        return
    readers = [_readers()[kind] for _, kind in columns]
    ready = [
        [value if value is None or read is None else read(value) for read, value in zip(readers, row, strict=True)]
        for row in rows
    ]
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column, _ in columns)
    with connection.cursor() as cursor:
        # PostgreSQL takes no COPY into a table that stands behind the wall (store/wall.py).
        if is_sqlite() or wall.stands_before(name):
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(name)} ({names}) VALUES ({marks})", ready)  # noqa: S608 (checked names)
            return
        with cursor.copy(f"COPY {quote(name)} ({names}) FROM STDIN") as copy:
            for row in ready:
                copy.write_row(row)


def columns_there(name: str) -> set[str]:
    """Name the columns that the table has in the database; none when there is no such table."""
    with connection.cursor() as cursor:
        if name not in connection.introspection.table_names(cursor):
            return set()
        return {column.name for column in connection.introspection.get_table_description(cursor, name)}


def _id(value: Any) -> bytes:
    return value.bytes if isinstance(value, UUID) else bytes(value)


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_WRITERS: Final[dict[str, Callable[[Any], Any]]] = {
    "id": _id,
    "bool": bool,
    "bytes": bytes,
    "day": _day,
    "json": _json,
}
Reader = Callable[[Any], Any] | None
_SAME: Final[dict[str, Reader]] = {"int": None, "text": None, "bytes": None, "bool": bool, "day": None}
_SQLITE: Final[dict[str, Reader]] = {**_SAME, "id": None, "json": json.dumps}
_POSTGRESQL: Final[dict[str, Reader]] = {
    **_SAME,
    "id": lambda value: UUID(bytes=value),
    "json": Jsonb,
    "day": dt.date.fromisoformat,
}


def _readers() -> dict[str, Reader]:
    return _SQLITE if is_sqlite() else _POSTGRESQL


def kinds() -> frozenset[str]:
    """Every kind that a file may name."""
    return frozenset(_SAME) | {"id", "json"}
