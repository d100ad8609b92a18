"""How the tests empty a database between two tests that really commit.

Append-only tables refuse to be emptied row by row, rightly. SQLite is set back to a copy made after the migrations;
PostgreSQL truncates the tables that hold anything.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

from django.db import connection


def empty_quickly() -> None:
    """Teach the connection of the tests another way to carry out Django's `flush`."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        template = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(template)
        connection.ops.execute_sql_flush = lambda _: _set_back(template)  # type: ignore[method-assign]  # this one object
    else:
        connection.ops.execute_sql_flush = _truncate  # type: ignore[method-assign]  # this one object only


def _set_back(template: sqlite3.Connection) -> None:
    connection.ensure_connection()
    template.backup(connection.connection)


def _truncate(_: Iterable[Any]) -> None:
    tables = [name for name in connection.introspection.table_names() if name != "django_migrations"]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in tables))
        full = [row[0] for row in cursor.fetchall()]
        if full:
            cursor.execute(f"TRUNCATE {', '.join(full)} RESTART IDENTITY CASCADE")


def all_bytes() -> bytes:
    """Give every value of every table in its written form, one after the other."""
    written = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                written += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return b"\n".join(written)
