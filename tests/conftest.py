"""Shared test set-up. `CAMKET_DATABASE` chooses SQLite (default) or PostgreSQL; `./test` runs both."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

import pytest
from django.conf import settings

# For the processes that tests start; this process has read its settings before this file (pytest-django).
os.environ.setdefault("CAMKET_HOME", tempfile.mkdtemp(prefix="camket-test-"))


@pytest.fixture(scope="session", autouse=True)
def _places_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each test process its own keys and checkpoints, never those of an installation."""
    home = tmp_path_factory.mktemp("home")
    settings.HOME = home
    settings.CAMKET_KEYS = home / "keys" / "wrapping.key"
    settings.CAMKET_CHECKPOINTS = home / "checkpoints"


@pytest.fixture(autouse=True)
def _each_test_opens_its_own_secrets() -> Iterator[None]:
    """Drop what a process remembers of shops, and the checkpoint files beside the emptied database."""
    yield
    if secrets := sys.modules.get("camket.store.secrets"):
        secrets.forget()
    shutil.rmtree(settings.CAMKET_CHECKPOINTS, ignore_errors=True)
