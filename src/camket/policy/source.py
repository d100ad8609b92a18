"""What reading a policy file gives: its values, where each one stands, and what was wrong (read by yaml_source.py)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from camket.policy.errors import Problem

MOST_BYTES: Final = 1_000_000

Path = tuple[str | int, ...]
Mark = tuple[int, int]


@dataclass(slots=True)
class Tree:
    """The values of a file, where each value and key stands, and what was wrong while reading."""

    file: str
    data: Any = None
    marks: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(  # noqa: PLR0917  (a problem is told in one breath: where, what, advice)
        self, mark: Mark, code: str, vi: str, en: str, advice_vi: str, advice_en: str
    ) -> None:
        """Note one problem at a line and column (counted from 1)."""
        self.problems.append(Problem(*mark, code, vi, en, advice_vi, advice_en, self.file))

    def at(self, path: Path, *, key: bool = False) -> Mark:
        """Where the value (or its key) stands; for a value that is missing, where the nearest one around it stands."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, (1, 1))


def nearest(wrong: str, known: Iterator[str] | list[str] | tuple[str, ...]) -> list[str]:
    """Up to three of the known names that are spelled like the wrong one."""
    return get_close_matches(wrong, list(known), n=3, cutoff=0.5)
