"""What the README and the tour show is what happens."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import tour
from tests.house import source


def test_every_command_of_the_pages_prints_what_the_pages_say() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/tour.py"], cwd=source.ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), f"see `python scripts/tour.py --write`\n{done.stderr}"


@pytest.mark.parametrize("page", tour.PAGES, ids=lambda page: page.name)
def test_the_pages_have_tested_commands(page: Path) -> None:
    found = [step for block in tour.BLOCK.findall(page.read_text("utf-8")) for step in tour.steps(block)]
    assert len([step for step in found if step.output]) >= 3


def test_what_differs_from_run_to_run_is_compared_by_shape() -> None:
    assert tour.shape("01a203ef-5e59-73d3-a19b-4d5b3f9e7293 2026-11-22T15:45:48.633000+00:00 15:04") == (
        "<id> <date> <time>"
    )
    assert tour.shape("allow\nclauses: 1.2") != tour.shape("deny\nclauses: 1.2")


def test_a_command_may_go_over_several_lines() -> None:
    (first, second) = tour.steps("$ one \\\n  --two\nprinted\n$ three\n")
    assert (first.command, first.output) == ("one \\\n  --two", "printed\n")
    assert (second.command, second.output) == ("three", "")
