"""Shared set-up. `CAMKET_DATABASE` chooses SQLite (default) or PostgreSQL; `./test` runs both.

A deed opens a durable transaction, and Django allows that inside a test's own transaction, which is rolled back: so
`django_db` is enough, and fast, for nearly everything. `django_db(transaction=True)` is for tests with several
connections at once, or that look at what is really committed.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

# Named here and not in pyproject.toml, because Django must read its settings after this line: keys and files of each
# test process, and of the processes it starts, live in a folder of its own.
os.environ["CAMKET_HOME"] = tempfile.mkdtemp(prefix="camket-test-")
os.environ["XDG_CACHE_HOME"] = os.environ["CAMKET_HOME"]
os.environ["DJANGO_SETTINGS_MODULE"] = "camket.project.settings"
HOME = settings.HOME
# Worker processes of the runner must choose a home of their own before they read settings, as this one did.
del os.environ["DJANGO_SETTINGS_MODULE"]

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


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A file, as in a shop: Django's in-memory database shares one cache between threads and locks whole tables."""
    from django.db import connections

    from camket.store import wall

    # Tests look at everything; doors and deeds narrow their own view (tests/locks/test_wall.py).
    wall.stand_by_default(wall.EVERYWHERE)
    default = connections.databases["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default["TEST"]["NAME"] = str(HOME / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    from tests import databases

    with django_db_blocker.unblock():
        databases.empty_quickly()


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


@pytest.fixture
def all_bytes(db: None) -> Any:
    """Ask for everything that stands in the database, as one string of bytes to search for canaries."""
    from tests import databases

    return databases.all_bytes


@pytest.fixture(autouse=True)
def _each_test_opens_its_own_secrets() -> Iterator[None]:
    """Drop what a process remembers of shops, and what stands outside the emptied database."""
    yield
    if secrets := sys.modules.get("camket.store.secrets"):
        secrets.forget()
    for name in ("camket.shops.queries", "camket.shops.claims", "camket.watch.places"):
        if found := sys.modules.get(name):
            found.forget()
    if limits := sys.modules.get("camket.api.limits"):
        limits.doorkeeper.cache_clear()
    shutil.rmtree(settings.CAMKET_CHECKPOINTS, ignore_errors=True)
    if lists := sys.modules.get("camket.vault.backup.gone"):
        lists.forget()
