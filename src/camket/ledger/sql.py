"""The ledger's hot statements, by hand: one round trip each."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from camket.ledger.members import Line
from camket.store import wall
from camket.store.db import is_sqlite

INSERT_ENTRY = "INSERT INTO camket_entry (subject_id, id, shop_id, body, mac) VALUES (%s, %s, %s, %s, %s)"
INSERT_MEMBER = "INSERT INTO camket_entry_subject (subject_id, entry_id, shop_id, rows) VALUES "
_MEMBERS_AT_ONCE = 200


def parameter(value: UUID | bytes) -> Any:
    """Give an id as a statement's parameter: 16 bytes on SQLite, a UUID on PostgreSQL."""
    found = value if isinstance(value, UUID) else UUID(bytes=value)
    return found.bytes if is_sqlite() else found


def id_bytes(value: Any) -> bytes:
    """Give an id that came from a cursor in 16 bytes."""
    return value.bytes if isinstance(value, UUID) else bytes(value)


def fetch(text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a query planned for these very parameters (a prepared plan may be made for others), results in binary."""
    with connection.cursor() as cursor:
        if is_sqlite():
            cursor.execute(text, parameters)
            return list(cursor.fetchall())
        raw: psycopg.Cursor[Any] = psycopg.Cursor(connection.connection)
        raw.format = psycopg.pq.Format.BINARY
        with connection.wrap_database_errors, raw:
            return wall.through(connection.connection, raw.execute, text, parameters, prepare=False).fetchall()


def entry_values(shop_id: int, subject_id: UUID, entry_id: UUID, body: bytes, mac: bytes) -> tuple[Any, ...]:
    """Give the parameters of INSERT_ENTRY."""
    return parameter(subject_id), parameter(entry_id), shop_id, body, mac


def insert_members(shop_id: int, entry_id: UUID, lines: Iterable[Line]) -> None:
    """Insert the membership rows of a bulk deed, many to a statement."""
    stream = iter(lines)
    with connection.cursor() as cursor:
        while batch := list(islice(stream, _MEMBERS_AT_ONCE)):
            values = [
                part
                for subject, rows in batch
                for part in (parameter(subject), parameter(entry_id), shop_id, rows or None)
            ]
            cursor.execute(INSERT_MEMBER + ", ".join(["(%s, %s, %s, %s)"] * len(batch)), values)
