"""What a part gives: figures beside what the project set itself, tables with the detail, and notes."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured several times. `reach` must hold, `aim` is wanted; each for CPU and for wall time.

    Where one of the two makes no sense (bytes have no CPU), its list is empty and the other decides.
    """

    what: str
    unit: str
    reach: float | None
    aim: float | None
    better: Literal["less", "more"] = "less"
    cpu: tuple[float, ...] = ()
    wall: tuple[float, ...] = ()

    def holds(self, side: Literal["cpu", "wall"], limit: float | None) -> bool | None:
        """Tell whether the median is within the limit; nothing where there is no limit or no measurement."""
        values = self.cpu if side == "cpu" else self.wall
        if not values or limit is None:
            return None
        return median(values) <= limit if self.better == "less" else median(values) >= limit


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers behind the figures, written out."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Result:
    """All that one part found."""

    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A result with where, when and of what it was taken."""

    part: str
    quick: bool
    machine: dict[str, str]
    result: Result

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / f"{self.part}.json").write_text(text + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        told = found["result"]
        figures = [Figure(**{**one, "cpu": tuple(one["cpu"]), "wall": tuple(one["wall"])}) for one in told["figures"]]
        tables = [
            Table(one["title"], tuple(one["columns"]), tuple(tuple(row) for row in one["rows"]))
            for one in told["tables"]
        ]
        result = Result(figures, tables, told["notes"], told["wrong"])
        return cls(found["part"], found["quick"], found["machine"], result)


def number(value: float) -> str:
    """Write a number with three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(values: tuple[float, ...]) -> str:
    """Write the median, and the least and greatest beside it."""
    if not values:
        return "–"
    middle = number(median(values))
    return middle if len(values) == 1 else f"{middle} ({number(min(values))}…{number(max(values))})"
