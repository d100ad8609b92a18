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
    return "sqlite" if connection.vendor == "sqlite" else "postgresql"


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def in_transaction() -> bool:
    return connection.in_atomic_block


def raw_id(value: UUID | None) -> UUID | bytes | None:
    """Give an id as SQL written by hand takes it on this database."""
    return value if value is None or connection.vendor == "postgresql" else value.bytes


def read_id(value: Any) -> UUID:
    """Make an id of what SQL written by hand gave back."""
    return value if isinstance(value, UUID) else UUID(bytes=bytes(value))
