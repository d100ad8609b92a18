"""Lets several processes check ranges of a log, in order and a few at a time, so that memory stays small."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType
from typing import Self

from django.db import connection

from camket.ledger import ranges, sql
from camket.ledger.ranges import Found, Range, Source
from camket.store.db import is_sqlite

# A process costs about as long to begin as this many entries take.
WORTH_A_PROCESS = 100_000
_AHEAD = 2


class Pool:
    """Processes of its own for a log that is long enough, else this one. Use as a context manager."""

    def __init__(self, total: int, processes: int | None, source: Source | None = None) -> None:
        wanted = min(len(os.sched_getaffinity(0)), total // WORTH_A_PROCESS) if processes is None else processes
        self._ahead = wanted * _AHEAD
        self._executor = _executor(wanted, source or settings_source()) if wanted > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    def run(self, wanted: Iterable[Range]) -> Iterator[tuple[Range, Found]]:
        """Check ranges; what they are comes in their order."""
        if self._executor is None:
            read = sql.reader()
            for asked in wanted:
                yield asked, ranges.check(asked, read)
            return
        waiting: deque[tuple[Range, Future[Found]]] = deque()
        for asked in wanted:
            waiting.append((asked, self._executor.submit(ranges.check_here, asked)))
            if len(waiting) > self._ahead:
                first, future = waiting.popleft()
                yield first, future.result()
        for asked, future in waiting:
            yield asked, future.result()


def _executor(processes: int, source: Source) -> ProcessPoolExecutor:
    # Not forked: a child would share this process's connection, and end it with its own end.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, context, initializer=ranges.open_source, initargs=(source,))


def settings_source() -> Source:
    """Tell a process of the pool where this installation's database is."""
    settings = connection.settings_dict
    if is_sqlite():
        return Source(f"file:{settings['NAME']}", {})
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    return Source("", {name: settings[key] for key, name in names.items() if settings.get(key)})
