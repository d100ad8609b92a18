"""Many rows of one table in one go: binary COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from camket.store import wall
from camket.store.columns import Record
from camket.store.db import is_sqlite
from camket.store.moulds import Mould

_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL: Final = b"\xff\xff"
_AT_ONCE: Final = 1 << 20


def write(model: type[Record], names: Sequence[str], rows: Sequence[tuple[Mould, Sequence[Any]]]) -> None:
    """Insert rows of one table, each with the mould that made it. Errors: IntegrityError, as from any insert.

    PostgreSQL refuses COPY into a table that stands behind the wall (wall.py); there the rows go through a temporary
    table of this connection, and each passes the wall.
    """
    if is_sqlite():
        _insert(rows)
        return
    table, columns = model._meta.db_table, ", ".join(names)
    copied = [mould.copied(values) for mould, values in rows]
    walled = wall.stands_before(table)
    with connection.cursor() as cursor:
        if not walled:
            _copy(cursor, f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)", copied)
            return
        staged = f"bulk_{table}"
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {staged} AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608 - names of ours
        )
        cursor.execute(f"TRUNCATE {staged}")
        _copy(cursor, f"COPY {staged} ({columns}) FROM STDIN (FORMAT BINARY)", copied)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged}")  # noqa: S608 - as above
        cursor.execute(f"TRUNCATE {staged}")


def _insert(rows: Sequence[tuple[Mould, Sequence[Any]]]) -> None:
    alike: dict[Mould, list[Sequence[Any]]] = {}
    for mould, values in rows:
        alike.setdefault(mould, []).append(mould.parameters(values))
    with connection.wrap_database_errors:
        for mould, found in alike.items():
            connection.connection.executemany(mould.insert, found)


def _copy(cursor: Any, statement: str, rows: Sequence[bytes]) -> None:
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        held, size = [_HEAD], 0
        for row in rows:
            held.append(row)
            size += len(row)
            if size > _AT_ONCE:
                copy.write(b"".join(held))
                held, size = [], 0
        held.append(_TAIL)
        copy.write(b"".join(held))
