"""Two workers on one installation: nothing is done twice, nothing is lost, both stop cleanly."""

import signal
import time
from pathlib import Path

from tests.cli.installation import installed, stop


def test_two_workers_at_once_keep_one_true_ledger(tmp_path: Path) -> None:
    with installed(tmp_path / "home") as installation:
        assert installation.camket("prepare").returncode == 0
        workers = [installation.begin("work") for _ in range(2)]
        filled = installation.camket("demo", "--customers", "4")
        assert filled.returncode == 0, filled.stderr
        time.sleep(2.5)
        assert [stop(worker, signal.SIGTERM) for worker in workers] == [(0, ""), (0, "")]
        checked = installation.camket("check")
        assert (checked.returncode, "no entry waits" in checked.stdout) == (0, True), checked.stdout
        verified = installation.camket("ledger", "verify", "--database")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        late = installation.camket("ledger", "sequence", "--shop", "comet")
        assert late.stdout.startswith("comet: +0, ")
