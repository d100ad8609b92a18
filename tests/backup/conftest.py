"""A house with a home of its own, and ways to look at all of its rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    settings.CAMKET_CHECKPOINTS = tmp_path / "checkpoints"
    settings.CAMKET_BACKUP_KEYS = [str(tmp_path / "keys" / "backup")]
    return tmp_path


@pytest.fixture
def house(home: Path, world: Any) -> Any:
    from tests.backup.house import House

    return House(home, world)


@pytest.fixture
def rows(db: None) -> Callable[[], dict[str, list[Any]]]:
    """Ask for every row of every table that a backup takes, in a written form that both databases share."""

    from camket.vault.backup import tables

    def asked() -> dict[str, list[Any]]:
        return {
            table.name: sorted(repr(row) for piece in tables.stored(table) for row in piece)
            for kind in ("data", "keys")
            for table in tables.tables(kind)
        }

    return asked
