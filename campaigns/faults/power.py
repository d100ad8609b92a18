"""The power-loss campaign: everything stops at once, and only what was synced is still there.

The server, the worker and the database write to a disk that knows what was made durable (disk.c). At a random moment
everything is killed and the files are put back as that disk would hold them. Then everything is started again, and what
the client outside was promised must be there. `--careless` switches durability off and demands that a loss is found.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.faults.check import Checker
from campaigns.faults.cluster import Cluster
from campaigns.faults.disk import Disk, build, scratch
from campaigns.faults.journal import Reader
from campaigns.faults.kill import Client, Plan
from campaigns.faults.model import Model
from campaigns.faults.product import ROOT, Product
from campaigns.faults.proxy import Proxy

# How each database is told not to wait for the disk.
CARELESS = {
    "sqlite": ("synchronous=OFF",),
    "postgresql": ("synchronous_commit=off", "fsync=off"),
}
_SETTINGS = "campaigns.faults.careless_settings"
_PAUSES = (0.6, 1.6)
# A server that finds less than its notes outside say does not start; that need not be waited for long.
_LOST_PATIENCE = 6.0


@dataclass(slots=True)
class Lost:
    """What the cuts did. `wrong` is empty when no promise was broken."""

    cuts: int = 0
    files: int = 0
    promised: int = 0
    opened: int = 0
    wrong: list[str] = field(default_factory=list)


class Machine:
    """One computer: its disk, its database, the product. It may lose power at any moment."""

    def __init__(self, database: str, folder: Path, careless: str = "", *, proxied: bool = False) -> None:
        library = build(folder)
        self.disks: list[Disk] = []
        self._careless = careless
        self.cluster: Cluster | None = None
        if database == "postgresql":
            self.cluster = Cluster(folder / "postgres", options=[careless] if careless else ())
            self.cluster.make()
            disk = Disk(library, self.cluster.data, folder / "postgres.image", journal=True)
            disk.settle()
            self.cluster.env.update(disk.env)
            self.disks.append(disk)
            self.cluster.start()
            self.cluster.make_database()
        home = folder / "home"
        address = self.cluster.url if self.cluster else ""
        self.proxy: Proxy | None = None
        if self.cluster is not None and proxied:
            self.proxy = Proxy(self.cluster.port)
            address = address.replace(f":{self.cluster.port}/", f":{self.proxy.port}/")
        self.product = Product(home, database=address)
        disk = Disk(library, home, folder / "home.image")
        disk.settle()
        self.disks.append(disk)
        self.product.env.update(disk.env)
        if careless == "synchronous=OFF":
            self.product.env.update(DJANGO_SETTINGS_MODULE=_SETTINGS, PYTHONPATH=str(ROOT))
        self.staff = self.product.prepare()

    def start(self) -> None:
        self._bring_database()
        self.product.serve(needs=self._bring_database)
        # Without a worker nothing is signed outside: with one, a careless machine sees its loss and does not start.
        if not self._careless and not self.product.runs("work"):
            self.product.begin("work", "work")

    def _bring_database(self) -> None:
        if self.cluster is not None and not self.cluster.runs():
            self.cluster.start()

    def cut(self) -> int:
        """Stop everything at once and forget what was not synced; how many files are not what they were."""
        self.product.kill_all()
        if self.cluster is not None:
            self.cluster.kill()
        return sum(disk.lose() for disk in self.disks)

    def rest(self) -> None:
        """Stop in good order and let the disk catch up, so that what is lost later was promised later."""
        if self.cluster is not None:
            self.cluster.stop()
        for disk in self.disks:
            disk.settle()

    def close(self) -> None:
        self.product.kill_all()
        if self.proxy is not None:
            self.proxy.close()
        if self.cluster is not None:
            self.cluster.kill()


def campaign(
    database: str, cuts: int, seed: int, folder: Path, *, careless: str = "", desks: int = 6, verbose: bool = True
) -> Lost:
    """Cut the power this often; with `careless` stop at the first loss that is found."""
    rng, result = random.Random(seed), Lost()
    with ExitStack() as stack:
        machine = Machine(database, folder, careless)
        stack.callback(machine.close)
        # The first cut comes right after the installation was made: its key and its tables must be there. A careless
        # one would be gone as a whole, which is no lost promise yet.
        if careless:
            machine.rest()
            machine.start()
        else:
            result.files += machine.cut()
            if not _starts(machine, result):
                return result
        client = Client(
            machine.product, machine.staff, folder / "journal", Plan(database, 0, seed, desks=desks), keyed=True
        )
        stack.callback(client.end)
        reader, model = Reader(folder / "journal"), Model()
        checker = Checker(machine.product, machine.staff, model)
        stack.callback(checker.close)
        if careless:
            machine.product.patience = _LOST_PATIENCE
        for _ in range(cuts):
            client.go()
            time.sleep(rng.uniform(*_PAUSES))
            result.files += machine.cut()
            result.cuts += 1
            if not _starts(machine, result):
                return result
            client.pause()
            model.read(reader.new())
            result.wrong += _checked(checker, model, machine)
            result.promised, result.opened = len(model.entries), checker.checked
            if verbose:
                print(
                    f"{result.cuts}/{cuts} cuts, {result.files} files set back, {result.promised} entries promised, "
                    f"{len(result.wrong)} broken",
                    flush=True,
                )
            if careless and result.wrong:
                break
    return result


def _starts(machine: Machine, result: Lost) -> bool:
    try:
        machine.start()
    except (TimeoutError, RuntimeError) as error:
        result.wrong.append(f"does not start again: {str(error)[-300:]}")
        return False
    return True


def _checked(checker: Checker, model: Model, machine: Machine) -> list[str]:
    try:
        wrong = checker.people([one for one in model.people.values() if one.life != "unborn"])
        return wrong + checker.ledger(machine.product.home / "export.jsonl", offline=True)
    except (RuntimeError, KeyError, OSError) as error:
        return [f"cannot be checked: {type(error).__name__} {str(error)[-300:]}"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./campaigns/power-loss", description=__doc__)
    parser.add_argument("--database", choices=sorted(CARELESS), required=True)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--careless", action="store_true", help="switch durability off; a loss must be found")
    given = parser.parse_args()
    failed = False
    for careless in CARELESS[given.database] if given.careless else ("",):
        folder = Path(tempfile.mkdtemp(prefix="camket-power-", dir=scratch()))
        folder.chmod(0o711)
        begun = time.monotonic()
        result = campaign(given.database, given.cuts, given.seed, folder, careless=careless)
        shutil.rmtree(folder)
        failed |= bool(result.wrong) != bool(careless)
        print(
            f"\n{given.database} {careless or 'as it is delivered'}, seed {given.seed}: {result.cuts} cuts in "
            f"{time.monotonic() - begun:.0f} s, {result.files} files set back, {result.promised} entries promised, "
            f"{result.opened} people opened, {len(result.wrong)} promises broken"
        )
        for wrong in result.wrong[:10]:
            print(f"  ✗ {wrong[:400]}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
