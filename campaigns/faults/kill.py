"""The kill campaign: signal 9 at random moments while customers are served, files imported and keys rotated.

A client outside writes down what it was promised; after the kills everything is started again and every promise is
checked. The same seed gives the same order of deeds, targets and pauses (the moments themselves are the machine's).
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.faults import chores, processes
from campaigns.faults.check import Checker, sample
from campaigns.faults.cluster import Cluster
from campaigns.faults.journal import Reader
from campaigns.faults.model import Model
from campaigns.faults.product import ROOT, Product, Staff

_PAUSES = (0.05, 0.6)
_IMPATIENT = 0.3
_GAP = 0.1
# Answers between two kills, bytes of the journal for each, and how long to wait for them at most.
_ANSWERS = (0, 12)
_LINE = 300
_MOST_PATIENCE = 3.0
# What is killed, and how often. On SQLite the processes are the database.
TARGETS = {
    "sqlite": {"server": 34, "server process": 10, "chore": 26, "worker": 15, "everything": 15},
    "postgresql": {
        "server": 18,
        "server process": 5,
        "chore": 19,
        "worker": 10,
        "backend": 16,
        "postmaster": 14,
        "database": 12,
        "everything": 6,
    },
}


@dataclass(slots=True)
class Plan:
    """What a run is asked for."""

    database: str
    kills: int
    seed: int
    check_every: int = 15
    desks: int = 6
    rows: int = chores.ROWS
    verbose: bool = True


@dataclass(slots=True)
class Result:
    """What a run found. `wrong` is empty when no promise was broken."""

    kills: Counter[str] = field(default_factory=Counter)
    processes: int = 0
    checks: int = 0
    opened: int = 0
    wrong: list[str] = field(default_factory=list)


class Client:
    """The process outside."""

    def __init__(self, product: Product, staff: Staff, journal: Path, plan: Plan, *, keyed: bool) -> None:
        words = ["--port", str(product.port), "--journal", str(journal), "--desks", str(plan.desks)]
        words += ["--seed", str(plan.seed), *(["--keyed"] if keyed else [])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "campaigns.faults.client", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        tokens = {"clerk": staff.clerk, "director": staff.director}
        self._say(json.dumps(tokens))

    def go(self) -> None:
        self._say("go")

    def pause(self) -> None:
        """Wait until every desk has its answer and asks nothing more."""
        self._say("pause")
        if self._process.stdout is None or self._process.stdout.readline() != "paused\n":
            raise RuntimeError("the client outside has ended")

    def end(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(60)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _say(self, word: str) -> None:
        if self._process.stdin is None:
            raise RuntimeError("the client outside has no input")
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()


class Campaign:
    """One installation, its database, its client, and whoever kills them."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.result = Result()
        self._random = random.Random(plan.seed)
        self.cluster = Cluster(folder / "postgres") if plan.database == "postgresql" else None
        if self.cluster is not None:
            self.cluster.make()
            self.cluster.start()
            self.cluster.make_database()
        self.product = Product(folder / "home", database=self.cluster.url if self.cluster else "")
        self.staff = self.product.prepare()
        self.journal = folder / "journal"
        self.journal.touch(0o600)
        self.reader, self.model = Reader(self.journal), Model()
        self.checker = Checker(self.product, self.staff, self.model)
        self.chores = chores.chores(self.product, self._random, plan.rows)
        self._phones: list[str] = []
        self._told = 0

    def run(self) -> Result:
        """Kill and check until the number is reached, then check everybody."""
        keyed = self._keyed()
        self.start_all()
        client = Client(self.product, self.staff, self.journal, self.plan, keyed=keyed)
        client.go()
        checked = 0
        while sum(self.result.kills.values()) < self.plan.kills:
            # Now and then something is killed while the rest still starts.
            self.start_all(wait=self._random.random() >= _IMPATIENT)
            self._let_work(self._random.uniform(*_PAUSES), self._random.randrange(*_ANSWERS))
            for target in self._targets():
                self._kill(target)
                time.sleep(self._random.uniform(0, _GAP))
            number = sum(self.result.kills.values())
            if number >= checked + self.plan.check_every or number >= self.plan.kills:
                checked = number
                self.start_all()
                client.pause()
                self.check(last=number >= self.plan.kills)
                self._tell(number)
                client.go()
        client.end()
        return self.result

    def _let_work(self, seconds: float, answers: int) -> None:
        """Wait so long, and until the client was answered so often, but not for ever."""
        end = self.journal.stat().st_size + answers * _LINE
        time.sleep(seconds)
        deadline = time.monotonic() + _MOST_PATIENCE
        while self.journal.stat().st_size < end and time.monotonic() < deadline:
            time.sleep(0.01)

    def _keyed(self) -> bool:
        """Whether this version knows idempotency keys."""
        text = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
        return "Idempotency-Key" in text

    def start_all(self, *, wait: bool = True) -> None:
        """Bring back whatever does not run; `wait` until the server answers."""
        self._bring_database()
        self.product.serve(wait=wait, needs=self._bring_database)
        if not self.product.runs("work"):
            self.product.begin("work", "work")
        for chore in self.chores:
            self._turn(chore)

    def _bring_database(self) -> None:
        """Start the cluster where it stopped: it does so by itself when its own recovery is killed."""
        if self.cluster is not None and not self.cluster.runs():
            self.cluster.start()

    def _turn(self, chore: chores.Chore) -> None:
        """Begin a chore that does not run; first judge how it ended."""
        if self.product.runs(chore.name):
            return
        if chore.name in self.product.running:
            code = self.product.running.pop(chore.name).wait()
            ended = chore.ended(code, _last_line(self.product.said(chore.name)))
            if ended is not None:
                self._phones += ended.phones
                self.result.wrong += ended.wrong
        if chore.rest:
            chore.rest -= 1
            return
        self.product.begin(chore.name, *chore.words())

    def _targets(self) -> list[str]:
        """Choose what is killed at one moment: one thing, or two or three shortly after each other."""
        weights = TARGETS[self.plan.database]
        number = self._random.choices((1, 2, 3), (4, 4, 2))[0]
        return list(dict.fromkeys(self._random.choices(list(weights), list(weights.values()), k=number)))

    def _kill(self, target: str) -> None:
        """Kill it, and count it unless it had ended by itself."""
        cluster, product = self.cluster, self.product
        match target:
            case "server":
                killed = product.kill("serve")
            case "server process":
                killed = processes.kill(product.pids("serve")[-1:])
            case "worker":
                killed = product.kill("work")
            case "chore":
                running = [chore.name for chore in self.chores if product.runs(chore.name)]
                killed = product.kill(self._random.choice(running)) if running else 0
            case "everything":
                names = [*product.running]
                killed = sum(product.kill(name) for name in names) + (cluster.kill() if cluster else 0)
            case _:
                killed = self._kill_database(target)
        self.result.kills[target] += bool(killed)
        self.result.processes += killed

    def _kill_database(self, target: str) -> int:
        if self.cluster is None:
            return 0
        pids = self.cluster.pids()
        if not pids:
            return 0
        match target:
            case "backend":
                return self.cluster.kill(self._random.sample(pids[1:], min(1, len(pids) - 1)))
            case "postmaster":
                return self.cluster.kill(pids[:1])
        return self.cluster.kill()

    def check(self, *, last: bool) -> None:
        """Read what was promised since the last time and look whether it holds."""
        self.model.read(self.reader.new())
        people = [person for person in self.model.people.values() if person.life != "unborn"]
        chosen = people if last else sample(self.model, self._random, 15)
        wrong = self.checker.people(chosen)
        phones = self._phones if last else self._random.sample(self._phones, min(20, len(self._phones)))
        wrong += self.checker.phones(phones)
        wrong += self.checker.ledger(self.product.home / "export.jsonl", offline=last or self.result.checks % 5 == 0)
        self.result.wrong += wrong + self.model.wrong
        self.model.wrong.clear()
        self.result.checks += 1
        self.result.opened = self.checker.checked

    def _tell(self, number: int) -> None:
        if self.plan.verbose:
            for wrong in self.result.wrong[self._told :][:5]:
                sys.stdout.write(f"  ✗ {wrong[:500]}\n")
            self._told = len(self.result.wrong)
            counts = ", ".join(f"{name} {count}" for name, count in sorted(self.model.counts.items()))
            done = ", ".join(f"{chore.name} {chore.finished}" for chore in self.chores)
            sys.stdout.write(
                f"{number}/{self.plan.kills} kills; asked: {counts}; {len(self.model.entries)} entries promised; "
                f"{done}; {len(self.result.wrong)} wrong\n"
            )
            sys.stdout.flush()

    def close(self) -> None:
        self.checker.close()
        self.product.kill_all()
        if self.cluster is not None:
            self.cluster.kill()


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def campaign(plan: Plan, folder: Path) -> tuple[Result, Campaign]:
    """Run one campaign in an empty folder."""
    with ExitStack() as stack:
        made = Campaign(plan, folder)
        stack.callback(made.close)
        return made.run(), made


def main() -> None:
    parser = argparse.ArgumentParser(prog="./campaigns/kill", description=__doc__)
    parser.add_argument("--database", choices=sorted(TARGETS), required=True)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check-every", type=int, default=15)
    parser.add_argument("--keep", action="store_true", help="keep the folder of the run")
    given = parser.parse_args()
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="camket-kill-"))
    folder.chmod(0o711)
    result, made = campaign(Plan(given.database, given.kills, given.seed, given.check_every), folder)
    _summary(result, made, time.monotonic() - begun)
    if given.keep or result.wrong:
        sys.stdout.write(f"kept: {folder}\n")
    else:
        subprocess.run(["rm", "-rf", folder], check=False)
    sys.exit(1 if result.wrong else 0)


def _summary(result: Result, made: Campaign, seconds: float) -> None:
    say = sys.stdout.write
    kills = f"{sum(result.kills.values())} kills ({result.processes} processes)"
    say(f"\n{made.plan.database}, seed {made.plan.seed}: {kills} in {seconds:.0f} s\n")
    for target, number in sorted(result.kills.items()):
        say(f"  {target:<28}{number:>6}\n")
    for outcome, number in sorted(made.model.counts.items()):
        say(f"  asked, outcome {outcome:<13}{number:>6}\n")
    for chore in made.chores:
        say(f"  {chore.name} ended well / again    {chore.finished:>4} /{chore.restarted:>4}\n")
    say(f"  people                      {len(made.model.people):>6}\n")
    say(f"  ledger entries promised     {len(made.model.entries):>6}\n")
    say(f"  checks, of people           {result.checks:>6}, {result.opened}\n")
    say(f"  broken promises             {len(result.wrong):>6}\n")
    for wrong in result.wrong[:50]:
        say(f"  ✗ {wrong}\n")


if __name__ == "__main__":
    main()
