"""The two campaigns, in short: `./campaigns/kill` and `./campaigns/power-loss` are the long ones."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.faults import kill, power
from campaigns.faults.disk import scratch


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory that the database's own user may go through."""
    made = Path(tempfile.mkdtemp(prefix="camket-short-", dir=scratch()))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def test_no_promise_is_broken_by_five_kills(database: str, folder: Path) -> None:
    plan = kill.Plan(database, kills=5, seed=5, check_every=5, desks=3, rows=60, verbose=False)
    result, campaign = kill.campaign(plan, folder)
    assert result.wrong == []
    assert sum(result.kills.values()) >= 5
    assert campaign.model.counts.get("done", 0) > 0


def test_what_was_answered_outlives_a_power_cut(database: str, folder: Path) -> None:
    result = power.campaign(database, 1, 5, folder, desks=3, verbose=False)
    assert result.wrong == []
    assert (result.cuts, result.promised > 0, result.files > 0) == (1, True, True)


def test_the_power_cut_finds_a_database_that_does_not_wait_for_its_disk(database: str, folder: Path) -> None:
    result = power.campaign(database, 3, 5, folder, careless=power.CARELESS[database][0], desks=3, verbose=False)
    # Not merely that it does not start, or cannot be asked: what somebody was answered is gone.
    assert [wrong for wrong in result.wrong if "cannot be looked at: 404" in wrong or "has no entry" in wrong] != []
