"""Small worlds made by real deeds, for tests that look at every table. Each `*_world.py` here is one, found by looking.

A world file has `build(world, now)`: `world` is the five shops with their staff. Together the worlds put a row into
every table that deeds write; whoever adds a table adds to a world (tests/ledger/test_database_replay.py says which).
"""

from datetime import datetime
from importlib import import_module
from pathlib import Path

from tests.world import World


def build_all(world: World, now: datetime) -> None:
    for path in sorted(Path(__file__).parent.glob("*_world.py")):
        import_module(f"tests.worlds.{path.stem}").build(world, now)
