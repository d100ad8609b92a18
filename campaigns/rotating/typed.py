"""A process of its own: `load CLERK PEOPLE OUT`, or `client CLERK SEED KNOWN STOP` (until the file STOP is there)."""

import json
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from uuid import UUID

import django

CONTESTED = 5_000_000  # numbers that every client tries to take in: one of them may
OWN = 1_000_000
_PIECE = 1000


def load(clerk: str, people: int, out: Path) -> None:
    from campaigns.rotating.shop import Shop  # late import: set-up

    shop, ids = Shop(clerk), []
    for start in range(0, people, _PIECE):
        ids += shop.load(range(start, min(people, start + _PIECE)))
    chosen = random.Random(1).sample(range(people), min(people, 300))
    for number in chosen:
        shop.assign(ids[number])
    out.write_text(json.dumps({str(number): str(ids[number]) for number in chosen}))


class Client:
    """Does one thing after another; whatever fails is written down, and how long each took."""

    def __init__(self, clerk: str, seed: int, known: dict[int, UUID]) -> None:
        from campaigns.rotating.shop import Shop  # late import: set-up

        self.shop, self.seed, self.known = Shop(clerk), seed, known
        self.chance = random.Random(seed)
        self.fresh = OWN * (seed + 1)
        self.contested = CONTESTED
        self.took: dict[str, list[float]] = defaultdict(list)
        self.faults: list[str] = []
        self.won: list[int] = []

    def run(self, stop: Path) -> None:
        ways = {"find": 5, "look": 5, "taken": 2, "create": 2, "contest": 2, "add": 2}
        while not stop.exists():
            what = self.chance.choices(list(ways), list(ways.values()))[0]
            begun = time.monotonic()
            try:
                getattr(self, f"_{what}")()
            except Exception as error:  # noqa: BLE001 (the campaign counts whatever went wrong)
                self.faults.append(f"{what}: {type(error).__name__}: {error}")
            self.took[what].append(time.monotonic() - begun)

    def _one(self) -> int:
        return self.chance.choice(list(self.known))

    def _find(self) -> None:
        number = self._one()
        found = self.shop.find(number)
        if found != [self.known[number]]:
            self.faults.append(f"find: {len(found)} people for one number")

    def _look(self) -> None:
        from campaigns.rotating.shop import phone_of  # late import: set-up

        number = self.chance.choice([number for number in self.known if number < OWN])
        if self.shop.look(self.known[number]) != phone_of(number):
            self.faults.append("look: another value")

    def _taken(self) -> None:
        if self.shop.create(self._one()) is not None:
            self.faults.append("taken: a proven contact was proven again")

    def _create(self) -> None:
        self.fresh += 1
        made = self.shop.create(self.fresh)
        if made is None:
            self.faults.append("create: refused as taken")
        else:
            self.known[self.fresh] = made

    def _contest(self) -> None:
        self.contested += 1
        if self.shop.create(self.contested) is not None:
            self.won.append(self.contested)

    def _add(self) -> None:
        self.shop.add(self.known[self._one()], self.chance.randrange(10**9))

    def told(self) -> str:
        took = {what: [len(all_), *_spread(all_)] for what, all_ in sorted(self.took.items())}
        known = {str(number): str(one) for number, one in self.known.items()}
        return json.dumps(
            {"took": took, "faults": self.faults, "won": self.won, "tried": self.contested - CONTESTED, "known": known}
        )


def _spread(seconds: list[float]) -> list[float]:
    ordered = sorted(seconds)
    return [round(1000 * ordered[int(part * (len(ordered) - 1))], 1) for part in (0.5, 0.99, 1.0)]


def main() -> None:
    django.setup()
    from camket.store import wall  # late import: set-up

    wall.stand_by_default(wall.EVERYWHERE)
    what, clerk, *words = sys.argv[1:]
    if what == "load":
        load(clerk, int(words[0]), Path(words[1]))
        return
    known = {int(number): UUID(one) for number, one in json.loads(Path(words[1]).read_text()).items()}
    client = Client(clerk, int(words[0]), known)
    client.run(Path(words[2]))
    sys.stdout.write(client.told() + "\n")


if __name__ == "__main__":
    main()
