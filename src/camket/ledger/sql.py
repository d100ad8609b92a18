"""The ledger's hot statements, by hand: one round trip each."""

from collections.abc import Iterable
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from camket.ledger import ranges
from camket.ledger.members import Line
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


def reader() -> ranges.Reader:
    """Read on this thread's own connection, and in its transaction; ids are given and come back in 16 bytes.

    Statements are planned for their very parameters: a prepared plan would be one for any range at all.
    """
    connection.ensure_connection()
    if is_sqlite():
        return ranges.on_sqlite(connection.connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # the shop that the thread stands for goes ahead of a statement (store/wall.py)
    return ranges.on_postgresql(connection.connection)


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
