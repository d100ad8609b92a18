"""How an import went: counts, and where rows were wrong. No value of anybody stands here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from uuid import UUID

from camket.intake.rows import Problem

_MOST_SHOWN = 200


@dataclass(slots=True)
class Report:
    """How a run went. `problems` holds the first ones only; `reasons` counts all by reason."""

    run_id: UUID
    good: int = 0
    known: int = 0
    bad: int = 0
    erased: int = 0
    people: int = 0
    joined: int = 0
    proposals: int = 0
    orders: int = 0
    values: int = 0
    expired: int = 0
    unstated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    never_asked: Counter[str] = field(default_factory=Counter)
    consents: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Report") -> None:
        """Take over the counts of a batch that was stored."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            elif isinstance(mine, int):
                setattr(self, one.name, mine + theirs)

    def as_dict(self) -> dict[str, Any]:
        """Write the report for machines: counts, and places without values."""
        told: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Counter):
                told[one.name] = dict(sorted(value.items()))
            elif isinstance(value, list):
                told[one.name] = [asdict(problem) for problem in value]
            else:
                told[one.name] = str(value) if isinstance(value, UUID) else value
        return told

    def note(self, problems: Sequence[Problem]) -> None:
        """Count a bad row and keep its problems while there are few."""
        self.bad += 1
        self.reasons.update(problem.code for problem in problems)
        self.problems += problems[: max(0, _MOST_SHOWN - len(self.problems))]
