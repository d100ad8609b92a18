"""Transactions and the few places where the databases differ."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Literal, cast
from uuid import UUID

from django.db import connection, connections
from django.db import transaction as django_transaction

from camket.store import group, unavailable

Vendor = Literal["sqlite", "postgresql"]

_joined: ContextVar[bool] = ContextVar("joined", default=False)


@contextmanager
def transaction() -> Iterator[None]:
    """Open the one transaction of a deed: durable when it ends, RuntimeError inside another.

    SQLite takes its write lock at once (`transaction_mode` IMMEDIATE), so nothing read in it can go stale, and shares
    the commit with the deeds of other threads (group.py); PostgreSQL runs READ COMMITTED, so rows that are read to be
    changed are locked (`FOR UPDATE`).
    """
    if _joined.get():
        with django_transaction.atomic():
            yield
            if not is_sqlite():
                connection.check_constraints()  # deferred ones speak here, where the deed can answer them
        return
    shared = is_sqlite() and not connection.in_atomic_block
    with unavailable.commit() as end, group.writer().deed() if shared else django_transaction.atomic(durable=True):
        yield
        end.begun = True


@contextmanager
def alone() -> Iterator[None]:
    """Let a block of one statement be its own transaction: PostgreSQL needs none around it, unless it joins others.

    RuntimeError inside a transaction, where the statement would not be durable.
    """
    if is_sqlite() or _joined.get():
        with transaction():
            yield
        return
    require_none_open()
    connection.ensure_connection()
    with unavailable.commit() as end:
        end.begun = True
        yield


def require_none_open() -> None:
    """Raise RuntimeError inside a transaction that nobody means to join: what is written there is not durable yet."""
    ours = [block for block in connection.atomic_blocks if not getattr(block, "_from_testcase", False)]
    if ours and not _joined.get():
        raise RuntimeError("a deed cannot be nested in a transaction")


@contextmanager
def joined() -> Iterator[None]:
    """Let the deeds inside, and what else is written there, become durable in one commit at the end of the block.

    Each deed is a savepoint that stands or falls alone: a refusal's entry stays although its deed was undone. An
    exception that leaves the block undoes all of them, so a caller who wants to keep them catches it inside.
    """
    with transaction():
        token = _joined.set(True)
        try:
            yield
        finally:
            _joined.reset(token)


@cache
def let_go() -> None:
    """Close every connection of this process, before it is forked.

    A child that inherits a pool has connections that its parent uses too, and none of the threads that make new ones;
    one that inherits a SQLite file loses its locks with the first copy it closes.
    """
    connections.close_all()
    if is_sqlite():
        group.writer().close()
    else:
        cast("Any", connection).close_pool()  # PostgreSQL's own; the stub knows both databases only


def vendor() -> Vendor:
    """Tell which of the two databases is in use; an installation has one."""
    return "sqlite" if connection.vendor == "sqlite" else "postgresql"


@cache
def is_sqlite() -> bool:
    """Tell whether the database is SQLite."""
    return vendor() == "sqlite"


def in_transaction() -> bool:
    """Tell whether a transaction is open."""
    return connection.in_atomic_block


def raw_id(value: UUID | None) -> UUID | bytes | None:
    """Give an id as SQL written by hand takes it on this database."""
    return value.bytes if value is not None and is_sqlite() else value


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
