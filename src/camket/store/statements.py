"""SQL of the hot paths, written by hand and prepared: one round trip each, past the layers that would parse it again.

The text is the same for both databases, with `%s` or `%(name)s` holes. PostgreSQL keeps it prepared and sends bytes
and ids as they are; SQLite keeps it compiled. Ids are given as `store.db.raw_id` makes them. Django's own errors come
out (IntegrityError …), and an open transaction of this thread is used; without one each statement is its own durable
transaction.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from camket.store import wall

Parameters = Sequence[Any] | Mapping[str, Any]
_HOLE = re.compile(r"%\((\w+)\)s|%s|%%")


def fetch(text: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """Run a statement and give all its rows."""
    wrapper = _wrapper(text)
    with wrapper.wrap_database_errors:
        raw = wrapper.connection
        if isinstance(raw, sqlite3.Connection):
            return raw.execute(_for_sqlite(text), parameters).fetchall()
        return _postgresql(raw, text, parameters).fetchall()


def execute(text: str, parameters: Parameters = ()) -> int:
    """Run a statement that gives no rows; how many rows it touched (-1 where the database does not tell)."""
    wrapper = _wrapper(text)
    with wrapper.wrap_database_errors:
        raw = wrapper.connection
        if isinstance(raw, sqlite3.Connection):
            return raw.execute(_for_sqlite(text), parameters).rowcount
        return _postgresql(raw, text, parameters).rowcount


def together(given: Sequence[tuple[str, Parameters]]) -> list[list[tuple[Any, ...]]]:
    """Run statements one after the other in one round trip where the database can; the rows of each.

    Inside a transaction: without one, what stands before a failing statement may be committed.
    """
    wrapper = _wrapper(given[0][0])
    with wrapper.wrap_database_errors:
        raw = wrapper.connection
        if isinstance(raw, sqlite3.Connection):
            return [raw.execute(_for_sqlite(text), parameters).fetchall() for text, parameters in given]
        cursors = [psycopg.Cursor(raw) for _ in given]
        with wall.piped(raw):
            for cursor, (text, parameters) in zip(cursors, given, strict=True):
                cursor.format = psycopg.pq.Format.BINARY
                cursor.execute(text, parameters or None, prepare=True)
        return [cursor.fetchall() if cursor.description else [] for cursor in cursors]


def _wrapper(text: str) -> Any:
    """Give this thread's connection, opened."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    if wrapper.connection is None:
        wrapper.ensure_connection()
    if wrapper.queries_logged:
        wrapper.queries_log.append({"sql": text.strip(), "time": "0"})
    return wrapper


def _postgresql(raw: Any, text: str, parameters: Parameters) -> psycopg.Cursor[Any]:
    """Run a statement on the cursor that is kept with the connection: its rows are read before the next one."""
    cursor: psycopg.Cursor[Any] | None = getattr(raw, "camket_cursor", None)
    if cursor is None or cursor.closed:
        cursor = raw.camket_cursor = psycopg.Cursor(raw)
        cursor.format = psycopg.pq.Format.BINARY
    return wall.through(raw, cursor.execute, text, parameters or None, prepare=True)


@lru_cache(maxsize=2048)
def _for_sqlite(text: str) -> str:
    """Write the holes as SQLite does."""

    def hole(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f":{found[1]}" if found[1] else "?"

    return _HOLE.sub(hole, text)
