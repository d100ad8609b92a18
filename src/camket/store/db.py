"""Transactions and the few places where the databases differ."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.db import transaction as django_transaction

Vendor = Literal["sqlite", "postgresql"]


@contextmanager
def transaction() -> Iterator[None]:
    """Open the one transaction of a deed: durable when it ends, RuntimeError inside another.

    SQLite takes its write lock at once (`transaction_mode` IMMEDIATE), so nothing read in it can go stale;
    PostgreSQL runs READ COMMITTED, so rows that are read to be changed are locked (`FOR UPDATE`).
    """
    with django_transaction.atomic(durable=True):
        yield


def vendor() -> Vendor:
    """Tell which of the two databases is in use."""
    return "sqlite" if connection.vendor == "sqlite" else "postgresql"


def is_sqlite() -> bool:
    """Tell whether the database is SQLite."""
    return connection.vendor == "sqlite"


def in_transaction() -> bool:
    """Tell whether a transaction is open."""
    return connection.in_atomic_block


def raw_id(value: UUID | None) -> UUID | bytes | None:
    """Give an id as SQL written by hand takes it on this database."""
    return value if value is None or connection.vendor == "postgresql" else value.bytes


def read_id(value: Any) -> UUID:
    """Make an id of what SQL written by hand gave back."""
    return value if isinstance(value, UUID) else UUID(bytes=bytes(value))


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything as it was at one moment, without holding writers up; nothing can be written.

    PostgreSQL: REPEATABLE READ READ ONLY. SQLite: a deferred transaction, which WAL serves without a lock. Inside an
    open transaction it is that transaction's view.
    """
    if connection.in_atomic_block:
        yield
        return
    if is_sqlite():
        with _deferred():
            yield
        return
    with django_transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@contextmanager
def _deferred() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
