"""A database that does not answer, is full or may not be written: what to say of it, and what became of the work.

What was under way is undone whole, and the errors of this file say so. There is one exception: a connection that breaks
while a commit is on its way leaves nobody knowing, and then that is what is said (`OutcomeUnknownError`).
"""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from camket.store.errors import (
    DatabaseAwayError,
    DatabaseBusyError,
    DiskFullError,
    OutcomeUnknownError,
    ReadOnlyError,
    UnavailableError,
)

# SQLite's primary result codes (https://sqlite.org/rescode.html).
_SQLITE: Final[dict[int, Callable[[], UnavailableError]]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusyError,
    sqlite3.SQLITE_LOCKED: DatabaseBusyError,
    sqlite3.SQLITE_READONLY: ReadOnlyError,
    sqlite3.SQLITE_FULL: DiskFullError,
    sqlite3.SQLITE_IOERR: DatabaseAwayError,
    sqlite3.SQLITE_CANTOPEN: DatabaseAwayError,
}
# PostgreSQL's error codes by their beginning, the longest first (its appendix A).
_POSTGRESQL: Final[dict[str, Callable[[], UnavailableError]]] = {
    "53100": DiskFullError,
    "25006": ReadOnlyError,
    "40001": DatabaseBusyError,
    "40P01": DatabaseBusyError,
    "55P03": DatabaseBusyError,
    "57014": DatabaseBusyError,
    "58030": DatabaseAwayError,
    "57P": DatabaseAwayError,
    "53": DatabaseBusyError,
    "08": DatabaseAwayError,
}
# The system's own, for the files beside the database: locks, notes, the list of erased people.
_SYSTEM: Final[dict[int, Callable[[], UnavailableError]]] = {
    errno.ENOSPC: DiskFullError,
    errno.EDQUOT: DiskFullError,
    errno.EROFS: ReadOnlyError,
    errno.EIO: DatabaseAwayError,
}
# PostgreSQL says "insufficient privilege" of a read-only disk, as it does of a row behind the wall between shops.
_FILE_REFUSED: Final = "42501"
_READ_ONLY_DISK: Final = "Read-only file system"
_LOST: Final = ("08", "57P")
# The commit's own mark was written and may yet be found by whoever opens the file next. Before it, nothing counts.
_NOT_SYNCED: Final = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)
_PRIMARY: Final = 0xFF


def told(error: BaseException) -> UnavailableError | None:
    """Give what to answer when the database failed in a way that passes; None for a fault of ours.

    After a lost connection the idle ones of the pool are tried too, so that a restart costs one answer, not twenty.
    """
    found = error if isinstance(error, UnavailableError) else _kind(error)
    if found is not None:
        renew()
    return found


def renew() -> None:
    """Let the pool replace connections that broke; a file that could only be read is opened again."""
    if connection.vendor == "sqlite":
        if not connection.in_atomic_block:
            connection.close()
        return
    pool = getattr(connection, "pool", None)
    if pool is not None and not pool.closed:
        pool.check()


@dataclass(slots=True)
class Commit:
    """Whether the commit is on its way."""

    begun: bool = False


@contextmanager
def commit() -> Iterator[Commit]:
    """Raise OutcomeUnknownError when the database is lost while the commit is on its way.

    Whoever opens the block says when that is (`begun = True`).
    """
    state = Commit()
    try:
        yield state
    except DatabaseError as error:
        if state.begun and _lost(error):
            raise OutcomeUnknownError from error
        raise
    except InterfaceError as error:
        if state.begun:
            raise OutcomeUnknownError from error
        raise


def _kind(error: BaseException) -> UnavailableError | None:
    if isinstance(error, OSError):
        refused = _SYSTEM.get(error.errno or 0)
        return refused() if refused else None
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    # The driver's own words, without a code: no connection to be had, or it broke.
    made: Callable[[], UnavailableError] | None = None
    if isinstance(error, OperationalError | InterfaceError):
        made = DatabaseAwayError
    sqlite, state = _sqlite(error), _state(error)
    if sqlite is not None:
        made = _SQLITE.get(sqlite.sqlite_errorcode & _PRIMARY)
    elif state == _FILE_REFUSED and _READ_ONLY_DISK in str(error):
        made = ReadOnlyError
    elif state is not None:
        made = next((kind for begin, kind in _POSTGRESQL.items() if state.startswith(begin)), None)
    return made() if made else None


def _lost(error: DatabaseError) -> bool:
    """Tell whether the commit may have happened: a full or read-only disk refuses it, a torn connection does not."""
    if connection.vendor == "sqlite":
        sqlite = _sqlite(error)
        return sqlite is not None and sqlite.sqlite_errorcode in _NOT_SYNCED
    state = _state(error)
    return isinstance(error, OperationalError) if state is None else state.startswith(_LOST)


def _sqlite(error: BaseException | None) -> sqlite3.Error | None:
    """Find what SQLite itself said, below Django's error and ours."""
    while error is not None:
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) is not None:
            return error
        error = error.__cause__
    return None


def _state(error: BaseException | None) -> str | None:
    while error is not None:
        state: str | None = getattr(error, "sqlstate", None)
        if state:
            return state
        error = error.__cause__
    return None
