"""SQLite: the deeds of one process share commits, each as a savepoint that fails alone (design, invariant 9).

One connection of the process writes; threads take turns on it. Whoever finishes while others wait leaves the commit to
them; the last one commits, and everybody returns only when that commit is on the disk. One commit is one fsync, so
many threads cost hardly more than one. Between processes (server, worker, commands) two file locks make turns fair:
SQLite alone would let a busy process starve the others.

A fault that ends the whole transaction (a full disk, say) is raised in every thread whose deed was in it.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connection, connections
from django.db.transaction import Atomic, atomic

from camket.store import unavailable

_MOST_MEMBERS = 64


class _Group:
    """The deeds of one commit."""

    def __init__(self) -> None:
        self.members = 0
        self.done = threading.Event()
        self.error: BaseException | None = None


class Writer:
    """The one connection through which this process writes a database file."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._waiting = 0
        self._wrapper: Any = None
        self._doubtful = False
        self._outer: Atomic | None = None
        self._group = _Group()
        self._locks: tuple[int, int] | None = None

    @contextmanager
    def deed(self) -> Iterator[None]:
        """Run the block as one savepoint; return when its commit is durable. Errors of the block pass through."""
        with self._count:
            self._waiting += 1
        self._turn.acquire()
        with self._count:
            self._waiting -= 1
        own = connections[DEFAULT_DB_ALIAS]
        try:
            connections[DEFAULT_DB_ALIAS] = self._connection()
            group = self._joined()
            try:
                with atomic():
                    yield
                group.members += 1
            except DatabaseError as error:
                self._doubtful |= unavailable.told(error) is not None
                raise
            finally:
                self._leave(group)
        finally:
            connections[DEFAULT_DB_ALIAS] = own
            self._turn.release()
        group.done.wait()
        if group.error is not None:
            raise OperationalError("the shared commit failed") from group.error

    def close(self) -> None:
        """Close the connection (tests, and before a fork)."""
        with self._turn:
            if self._wrapper is not None:
                self._wrapper.close()
                self._wrapper = None

    def _connection(self) -> Any:
        if self._wrapper is None:
            self._wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
            self._wrapper.inc_thread_sharing()
        return self._wrapper

    def _joined(self) -> _Group:
        """Join the open group, or begin one."""
        if self._outer is None:
            self._lock()
            try:
                outer = Atomic(DEFAULT_DB_ALIAS, savepoint=True, durable=False)
                outer.__enter__()
            except BaseException:
                self._forget()
                self._unlock()
                raise
            self._outer, self._group = outer, _Group()
        return self._group

    def _leave(self, group: _Group) -> None:
        """Commit unless somebody who waits will; end the group at once when SQLite has given the whole of it up."""
        lost = self._wrapper.needs_rollback or not self._wrapper.connection.in_transaction
        with self._count:
            others = self._waiting
        if not lost and others and group.members < _MOST_MEMBERS:
            return
        outer, self._outer = self._outer, None
        try:
            self._end(outer, lost=lost)
        except DatabaseError as error:
            group.error = error
            self._doubtful = True
        finally:
            if self._doubtful:
                self._forget()
            self._unlock()
            group.done.set()

    def _end(self, outer: Atomic | None, *, lost: bool) -> None:
        if outer is None:
            return
        if not lost:
            outer.__exit__(None, None, None)
            return
        error = DatabaseError("SQLite has rolled the shared transaction back")
        outer.__exit__(DatabaseError, error, None)
        raise error

    def _forget(self) -> None:
        """Start anew: nothing of a broken transaction may be left, nor a file that was opened to be read only."""
        self._doubtful = False
        self._wrapper.close()
        self._wrapper = None

    def _lock(self) -> None:
        """Wait for the turn among processes: the gate first, so that whoever came first is let in first."""
        if self._locks is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._locks = (os.open(f"{self._place}-gate", flags, 0o600), os.open(f"{self._place}-turn", flags, 0o600))
        gate, turn = self._locks
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)

    def _unlock(self) -> None:
        if self._locks is not None:
            fcntl.flock(self._locks[1], fcntl.LOCK_UN)


_writers: dict[str, Writer] = {}
_making = threading.Lock()


def writer() -> Writer:
    """Give this process's writer of the database in use."""
    place = str(connection.settings_dict["NAME"])
    found = _writers.get(place)
    if found is None:
        with _making:
            found = _writers.setdefault(place, Writer(place))
    return found


def forget() -> None:
    """Leave what a parent process opened: a forked child starts with writers of its own."""
    _writers.clear()


os.register_at_fork(after_in_child=forget)
