"""Somebody with every right on the database and none of the keys."""

from uuid import UUID

from django.db import connection


def sql(statement: str, *parameters: object) -> int:
    """Run a statement behind the program's back; how many rows it touched. The triggers go first, as they would."""
    with connection.cursor() as cursor:
        _switch_triggers_off(cursor)
        cursor.execute(statement, [_bound(parameter) for parameter in parameters])
        return cursor.rowcount


def _switch_triggers_off(cursor) -> None:
    if connection.vendor == "postgresql":
        cursor.execute("SET LOCAL session_replication_role = replica")
        return
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP TRIGGER "{name}"')


def _bound(parameter: object) -> object:
    return parameter.bytes if isinstance(parameter, UUID) and connection.vendor == "sqlite" else parameter
