"""Faults are made to real processes on the database that the run is for: `CAMKET_DATABASE`, as everywhere."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.rig import Rig, rigged

DATABASE = "postgresql" if os.environ.get("CAMKET_DATABASE", "").startswith("postgres") else "sqlite"
# What only a database server can do to us: be stopped, be reached over a network.
collect_ignore = [] if DATABASE == "postgresql" else ["test_server.py"]


@pytest.fixture(scope="session")
def database() -> str:
    return DATABASE


@pytest.fixture(scope="session")
def rig(database: str) -> Iterator[Rig]:
    with rigged(database) as made:
        yield made
