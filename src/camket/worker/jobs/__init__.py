"""The jobs: every file of this folder is one, found by looking.

A job has `run(*, now) -> int` (how much it did) and either `EVERY`, seconds between runs in each worker, or `CRON`, a
cron line in Vietnamese time that one worker of all runs. `WHAT` says in Vietnamese and English what it does.
A job with `EVERY` must be safe to run in two workers at once. `AT_ONCE` (optional) is how much it does at most in one
run: having done so much, it is run again without a pause, so that a queue that is hours behind is worked off in pieces.
`AT_START = True` with `CRON`: each worker runs it when it starts and after the clock was set, too; it must be safe to
run in two workers at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """One job file: `every` in seconds, or `cron`; `at_once` and `at_start` as above."""

    name: str
    what: tuple[str, str]
    run: Callable[..., int]
    every: float | None
    cron: str | None
    at_once: int | None = None
    at_start: bool = False

    def __call__(self, now: datetime) -> int:
        return self.run(now=now)


@cache
def jobs() -> tuple[Job, ...]:
    """List every job, by name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")
    return tuple(_job(name, import_module(f"{__name__}.{name}")) for name in names)


def _job(name: str, module: Any) -> Job:
    every, cron = getattr(module, "EVERY", None), getattr(module, "CRON", None)
    if (every is None) == (cron is None):
        raise TypeError(f"job `{name}` needs either EVERY or CRON")
    at_once, at_start = getattr(module, "AT_ONCE", None), getattr(module, "AT_START", False)
    return Job(name, module.WHAT, module.run, every, cron, at_once, at_start)
