"""The worker's loop: runs each job when it is due, one after the other, until it is told to stop.

A job that fails is reported by its name and waits, longer each time, before it is tried again; the others go on.
A stop is heeded between two jobs: a job that has begun finishes, so nothing is left half done.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections

from camket.base.errors import CamketError
from camket.worker import schedule
from camket.worker.jobs import Job

LOG = logging.getLogger("camket.worker")
TICK = 0.25
LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class _State:
    next_run: datetime
    failures: int = 0


class Loop:
    """Runs `jobs` by the clock it is given. `stop()` may be called from a signal handler."""

    def __init__(self, jobs: Sequence[Job], *, clock: Callable[[], datetime]) -> None:
        self._jobs = jobs
        self._clock = clock
        self._states = {job.name: _State(clock()) for job in jobs}
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        """Run until stopped."""
        while not self._stopped.is_set():
            self.turn()
            self._stopped.wait(TICK)

    def turn(self) -> dict[str, int]:
        """Run what is due now, once; tell how much each job did."""
        done = {}
        for job in self._jobs:
            if self._stopped.is_set():
                break
            if self._clock() >= self._states[job.name].next_run:
                done[job.name] = self._attempt(job)
        return done

    def _attempt(self, job: Job) -> int:
        state, now = self._states[job.name], self._clock()
        pause = job.every or 1.0
        try:
            close_old_connections()
            count = job(now) if job.cron is None or schedule.claim(job.name, job.cron, now) else 0
            state.failures = 0
        except Exception as error:  # noqa: BLE001 (one job's fault must not stop the others; it is reported)
            state.failures += 1
            pause = min(LONGEST_PAUSE, pause * 2**state.failures)
            report(job.name, error, pause)
            count = 0
        state.next_run = self._clock() + timedelta(seconds=pause)
        return count


def report(name: str, error: Exception, pause: float) -> None:
    """Log a failed job: its name, the kind of fault, our own words; never the fault's text, which may quote data."""
    words = f"{error.vi} · {error.en}" if isinstance(error, CamketError) else type(error).__name__
    LOG.error("việc `%s` bị lỗi · job `%s` failed; %.0f s: %s", name, name, pause, words)
