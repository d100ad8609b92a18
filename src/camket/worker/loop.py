"""The worker's loop: runs each job when it is due, one after the other, until it is told to stop.

A job that fails is reported by its name and waits, longer each time, before it is tried again; the others go on.
A stop is heeded between two jobs: a job that has begun finishes, so nothing is left half done. A job that says there is
more goes on in the next turn, which then comes at once; the others have their turn in between.

A clock that is set back would make every job wait until it is as late again; one that is set forward would leave
entries behind that carry an old moment. Both are noticed by a clock that nobody sets (`steady`, in seconds).
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections

from camket.base.errors import CamketError
from camket.store import unavailable
from camket.worker import schedule
from camket.worker.jobs import Job

LOG = logging.getLogger("camket.worker")
TICK = 0.25
LONGEST_PAUSE = 60.0
# Seconds by which the two clocks may differ between two turns; a slow job lets both go on alike.
CLOCK_JUMP = 30.0


@dataclass(slots=True)
class _State:
    """When a job last ended, and how long it pauses since."""

    ended: datetime
    pause: float = 0.0
    failures: int = 0
    thorough: bool = True

    def due(self, now: datetime) -> bool:
        """Tell whether the pause is over; a moment before its beginning means that the clock was set back."""
        return not self.ended <= now < self.ended + timedelta(seconds=self.pause)


class Loop:
    """Runs `jobs` by the clock it is given. `stop()` may be called from a signal handler."""

    def __init__(
        self, jobs: Sequence[Job], *, clock: Callable[[], datetime], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._jobs = jobs
        self._clock = clock
        self._steady = steady
        self._seen = (clock(), steady())
        self._more = False
        self._states = {job.name: _State(clock()) for job in jobs}
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        """Run until stopped."""
        while not self._stopped.is_set():
            self.turn()
            self._stopped.wait(0 if self._more else TICK)

    def turn(self) -> dict[str, int]:
        """Run what is due now, once; tell how much each job did."""
        self._look_at_clocks()
        done = {}
        self._more = False
        for job in self._jobs:
            if self._stopped.is_set():
                break
            if self._states[job.name].due(self._clock()):
                done[job.name] = self._attempt(job)
        return done

    def _look_at_clocks(self) -> None:
        now, steady = self._clock(), self._steady()
        (last, last_steady), self._seen = self._seen, (now, steady)
        jump = (now - last).total_seconds() - (steady - last_steady)
        if abs(jump) > CLOCK_JUMP:
            LOG.warning("đồng hồ bị chỉnh %+.0f s · the clock was set by %+.0f s", jump, jump)
            for state in self._states.values():
                state.thorough = True

    def _attempt(self, job: Job) -> int:
        state, now = self._states[job.name], self._clock()
        pause = job.every or 1.0
        try:
            close_old_connections()
            count = job(now) if self._is_claimed(job, state, now) else 0
            if job.at_once is not None and count >= job.at_once:
                pause, self._more = 0.0, True
            state.failures, state.thorough = 0, False
        except Exception as error:  # noqa: BLE001 (one job's fault must not stop the others; it is reported)
            state.failures += 1
            pause = min(LONGEST_PAUSE, pause * 2**state.failures)
            report(job.name, error, pause)
            count = 0
        state.ended, state.pause = self._clock(), pause
        return count

    @staticmethod
    def _is_claimed(job: Job, state: _State, now: datetime) -> bool:
        """Leave a job by a cron line to one worker; what is made up for at a start is everybody's."""
        if job.cron is None:
            return True
        return schedule.claim(job.name, job.cron, now) or (job.at_start and state.thorough)


def report(name: str, error: Exception, pause: float) -> None:
    """Log a failed job: its name, the kind of fault, our own words; never the fault's text, which may quote data."""
    told = unavailable.told(error) or error
    words = f"{told.vi} · {told.en}" if isinstance(told, CamketError) else type(error).__name__
    LOG.error("việc `%s` bị lỗi · job `%s` failed; %.0f s: %s", name, name, pause, words)
