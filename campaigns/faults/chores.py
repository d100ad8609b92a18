"""Long commands that run beside the server and are killed in the middle: an import, a rotation of keys.

A chore that was killed is begun again with the same words until it ends well; then what it promised is checked.
"""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from campaigns.faults.product import SHOP, Product, commands

ROWS = 400
_FIRST = 500_000
_STEP = 7919
_HEAD = "Họ tên;Số ĐT;Email;Địa chỉ\n"


@dataclass(slots=True)
class Ended:
    """What a finished chore promises: phones that must be known exactly once, or what is wrong already."""

    phones: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Chore(Protocol):
    """A command that may be repeated until it ends."""

    name: str
    finished: int
    restarted: int
    rest: int  # turns to wait before the next begins

    def words(self) -> list[str]: ...

    def ended(self, code: int, out: str) -> Ended | None:
        """Judge the end of a run; None when it has to be run again."""


class Import:
    """Brings in one file after another; a file counts when the command says so."""

    name = "import"

    def __init__(self, folder: Path, rows: int = ROWS) -> None:
        self.finished = self.restarted = self.rest = 0
        self._folder = folder
        self._rows = rows
        self._phones: list[str] = []

    def words(self) -> list[str]:
        path = self._folder / f"list-{self.finished}.csv"
        if not path.exists():
            first = self.finished * self._rows
            numbers = [_FIRST + first + number for number in range(self._rows)]
            self._phones = [f"0983{(number * _STEP) % 1_000_000:06d}" for number in numbers]
            lines = [
                f"Trần Thị Nhập;{phone};n{number}@example.com;{number} Lê Lợi, Hà Nội\n"
                for number, phone in zip(numbers, self._phones, strict=True)
            ]
            path.write_text(_HEAD + "".join(lines), "utf-8")
        return ["import", str(path), "--shop", SHOP, "--yes", "--json", "--origin", "danh sách cũ"]

    def ended(self, code: int, out: str) -> Ended | None:
        if code:
            self.restarted += 1
            return None
        report: dict[str, Any] = json.loads(out)["report"]
        self.finished += 1
        ended = Ended(phones=self._phones)
        if report["good"] + report["known"] != self._rows or report["bad"]:
            ended.wrong.append(f"import {self.finished}: {report['good']} + {report['known']} of {self._rows} rows")
        return ended


class Rotate:
    """Rotates the wrapping key and the index keys in turn; one that was killed goes on where it stopped."""

    name = "rotate"

    def __init__(self, rng: random.Random) -> None:
        self.finished = self.restarted = 0
        self.rest = 1
        self._rng = rng

    def words(self) -> list[str]:
        return ["keys", "rotate", "--index" if self.finished % 2 else "--wrapping", "--yes"]

    def ended(self, code: int, _out: str) -> Ended | None:
        if code:
            self.restarted += 1
            return None
        self.finished += 1
        self.rest = self._rng.randrange(2, 7)
        return Ended()


def chores(product: Product, rng: random.Random, rows: int = ROWS) -> list[Chore]:
    """Everything that this version of the product can be interrupted in."""
    found: list[Chore] = [Import(product.home, rows)]
    if "rotate" in commands(product, "keys"):
        found.append(Rotate(rng))
    return found
