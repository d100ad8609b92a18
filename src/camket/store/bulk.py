"""Many rows of one table in one go: binary COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from camket.store.columns import Record
from camket.store.db import is_sqlite

_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL: Final = b"\xff\xff"
_AT_ONCE: Final = 1 << 20


def write(model: type[Record], names: Sequence[str], rows: Sequence[Any]) -> None:
    """Insert rows that moulds of the table made (moulds.py). Errors: IntegrityError, as from any insert.

    PostgreSQL refuses COPY into a table whose rows are guarded per shop; there the rows go through a temporary table of
    this connection, and each passes the guard.
    """
    if not rows:
        return
    table = model._meta.db_table
    columns = ", ".join(names)
    if is_sqlite():
        holes = ", ".join(["%s"] * len(names))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({holes})", rows)  # noqa: S608 - names of ours
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active(%s)", [table])
        (guarded,) = cursor.fetchone()
        if not guarded:
            _copy(cursor, f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)", rows)
            return
        staged = f"bulk_{table}"
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {staged} AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608 - as above
        )
        cursor.execute(f"TRUNCATE {staged}")
        _copy(cursor, f"COPY {staged} ({columns}) FROM STDIN (FORMAT BINARY)", rows)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged}")  # noqa: S608 - as above
        cursor.execute(f"TRUNCATE {staged}")


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
