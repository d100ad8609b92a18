"""Shared set-up. `CAMKET_DATABASE` chooses SQLite (default) or PostgreSQL; `./test` runs both.

A deed opens a durable transaction, and Django allows that inside a test's own transaction, which is rolled back: so
`django_db` is enough, and fast, for nearly everything. `django_db(transaction=True)` is for tests with several
connections at once, or that look at what is really committed.
"""

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

# Before Django reads its settings: keys and files of a test run live in a folder of its own.
os.environ["CAMKET_HOME"] = tempfile.mkdtemp(prefix="camket-test-")

MONDAY = datetime.fromisoformat("2026-03-02T09:00:00+07:00")


class Clock:
    """A clock that only goes when told to."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        """Go forward: `clock.forward(days=3)`."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def now() -> datetime:
    """Monday 2 March 2026, 9:00 in Hanoi."""
    return MONDAY


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def world(db: None, now: datetime) -> Any:
    """The five shops, each with Hạnh (director) and Lan (clerk), both bound to secrecy. See tests/world.py."""
    from tests import world as made

    return made.world(now)


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    """What a process remembers of the database would be wrong in the next test."""
    yield
    from camket.store import secrets

    secrets.forget()
