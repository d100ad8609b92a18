"""The rotation campaign: both keys of an installation with many people, while other processes use it."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from campaigns.faults.product import ROOT, SHOP, Product, Staff

CLIENTS = 3


def main() -> int:
    asked = argparse.ArgumentParser(prog="campaigns/rotation")
    asked.add_argument("--people", type=int, default=100_000)
    asked.add_argument("--database", default="", help="postgresql://… of an empty database; empty: SQLite")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="camket-rotation-") as folder:
        home = Path(folder) / "home"
        campaign = Campaign(Product(home, database=given.database), given.people)
        try:
            return campaign.run()
        finally:
            campaign.product.kill_all()


class Campaign:
    """One run; what it measures goes to the screen, what is wrong decides how it ends."""

    def __init__(self, product: Product, people: int) -> None:
        self.product, self.people = product, people
        self.wrong: list[str] = []

    def run(self) -> int:
        staff = self.product.prepare()
        known = self.product.home / "known.json"
        self._measured("load", self._typed("load", staff.clerk_id, str(self.people), str(known)))
        self.product.begin("work", "work")
        stop = self.product.home / "stop"
        clients = [self._typed("client", staff.clerk_id, str(seed), str(known), str(stop)) for seed in range(CLIENTS)]
        time.sleep(5)
        self._rotate("--wrapping")
        self._rotate("--index", "--shop", SHOP)
        time.sleep(2)
        stop.touch()
        self._look_over([json.loads(one.communicate()[0]) for one in clients], staff)
        for fault in self.wrong:
            print(f"✗ {fault}")
        print("đúng · everything holds" if not self.wrong else f"{len(self.wrong)} faults")
        return 1 if self.wrong else 0

    def _rotate(self, *words: str) -> None:
        line = [sys.executable, "-m", "camket.cli", "keys", "rotate", *words, "--yes"]
        self._measured(f"rotate {' '.join(words)}", self._begun(line))

    def _look_over(self, told: list[dict[str, Any]], staff: Staff) -> None:
        for client in told:
            print(f"  client: {json.dumps(client['took'])} (count, median, p99, most; ms)")
            self.wrong += [f"{fault} (×{count})" for fault, count in Counter(client["faults"]).most_common(10)]
        winners = Counter(number for client in told for number in client["won"])
        self.wrong += [f"{number} was proven for {times} people" for number, times in winners.items() if times > 1]
        everybody = range(5_000_001, 5_000_001 + min(client["tried"] for client in told))
        self.wrong += [f"nobody got {number}" for number in everybody if number not in winners]
        known = self.product.home / "all.json"
        known.write_text(json.dumps({number: one for client in told for number, one in client["known"].items()}))
        stop = self.product.home / "stop"
        stop.unlink()
        finder = self._typed("client", staff.clerk_id, "5", str(known), str(stop))
        time.sleep(5)
        stop.touch()
        self.wrong += [f"afterwards: {fault}" for fault in json.loads(finder.communicate()[0])["faults"][:10]]
        print(f"  contested numbers: {len(winners)}; people known to clients: {len(json.loads(known.read_text()))}")
        self.product.kill("work")
        self.product.must("ledger", "sequence")
        self._measured("verify", self._begun([sys.executable, "-m", "camket.cli", "ledger", "verify", "--database"]))
        print(self.product.must("keys", "status"))
        for words in (("keys", "destroy", "1", "--early"), ("check",)):
            done = self.product.camket(*words)
            if done.returncode:
                self.wrong.append(f"camket {' '.join(words)}: {done.returncode}: {done.stdout}{done.stderr}"[:500])

    def _typed(self, *words: str) -> subprocess.Popen[str]:
        return self._begun([sys.executable, "-m", "campaigns.rotating.typed", *words])

    def _begun(self, words: list[str]) -> subprocess.Popen[str]:
        env = {**self.product.env, "DJANGO_SETTINGS_MODULE": "camket.project.settings"}
        return subprocess.Popen(words, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def _measured(self, what: str, process: subprocess.Popen[str]) -> None:
        """Wait for a process: wall time, CPU time of its own, most memory."""
        begun = time.monotonic()
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall, cpu = time.monotonic() - begun, used.ru_utime + used.ru_stime
        print(f"{what}: {wall:.1f} s, CPU {cpu:.1f} s, memory {used.ru_maxrss // 1024} MB")
        if process.returncode:
            self.wrong.append(f"{what} ended with {process.returncode}: {said[-500:]}")


if __name__ == "__main__":
    sys.exit(main())
