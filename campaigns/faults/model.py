"""What must be true of each person after what the journal says, and what may be.

Every question of the client stands in the journal twice: as it was asked (`ask`) and with what came of it (`end`: done,
not, maybe). What was done must be there; what was not done must not; of what may have been done either is right, but
once it was seen it must stay so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Life = Literal["unborn", "maybe", "alive", "perhaps gone", "gone"]
NEVER = "never_asked"


@dataclass(slots=True)
class Person:
    """One made-up customer: what may stand in each place, by category, by purpose; notes that must and may be there."""

    who: str
    phone: str
    life: Life = "unborn"
    subject: str = ""
    work: str = ""
    values: dict[str, set[str]] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)
    perhaps: set[str] = field(default_factory=set)
    consents: dict[str, set[str]] = field(default_factory=dict)

    def judge_values(self, items: Iterable[dict[str, Any]]) -> list[str]:
        """Compare a look with what must be there; what was seen is certain from now on."""
        found: dict[str, list[str]] = {}
        for item in items:
            found.setdefault(item["category"], []).append(item["value"])
        wrong = []
        for category, allowed in self.values.items():
            seen = set(found.get(category, []))
            if len(seen) != 1 or not seen <= allowed:
                wrong.append(f"{self.who}: {category} is {sorted(seen)}, promised {sorted(allowed)}")
            else:
                self.values[category] = seen
        return wrong + self._judge_notes(found.get("order_note", []))

    def _judge_notes(self, seen: list[str]) -> list[str]:
        wrong = [f"{self.who}: note {note} is lost" for note in sorted(self.notes - set(seen))]
        wrong += [f"{self.who}: note {note} was never sent" for note in set(seen) - self.notes - self.perhaps]
        wrong += [f"{self.who}: note {note} is doubled" for note in set(seen) if seen.count(note) > 1]
        self.notes |= self.perhaps & set(seen)
        self.perhaps.clear()
        return wrong

    def judge_consent(self, purpose: str, state: str) -> list[str]:
        allowed = self.consents.get(purpose, {NEVER})
        if state not in allowed:
            return [f"{self.who}: consent to {purpose} is {state}, promised {sorted(allowed)}"]
        self.consents[purpose] = {state}
        return []


class Model:
    """Everybody, and every ledger entry that an answer named."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.entries: set[str] = set()
        self.touched: set[str] = set()
        self.counts: dict[str, int] = {}
        self.wrong: list[str] = []
        self._asked: dict[int, dict[str, Any]] = {}

    def read(self, records: Iterable[dict[str, Any]]) -> None:
        """Take in records of the journal in their order."""
        for record in records:
            if "wrong" in record:
                self.wrong.append(record["wrong"])
            elif "ask" in record:
                self._asked[record["ask"]] = record
            else:
                asked = self._asked.pop(record["end"])
                self.counts[record["outcome"]] = self.counts.get(record["outcome"], 0) + 1
                self._apply(asked, record)

    def open_questions(self) -> int:
        """How many were asked and have no end yet; none while the client rests."""
        return len(self._asked)

    def _apply(self, asked: dict[str, Any], end: dict[str, Any]) -> None:
        if end["outcome"] == "not":
            return
        person = self.people.setdefault(asked["who"], Person(asked["who"], asked["phone"]))
        self.touched.add(person.who)
        if entry := end.get("entry"):
            self.entries.add(entry)
        apply(person, asked, end)


def apply(person: Person, asked: dict[str, Any], end: dict[str, Any]) -> None:
    """Change what is promised of a person by one question that was done, or may have been."""
    sure = end["outcome"] == "done"
    match asked["deed"]:
        case "create":
            person.life = "alive" if sure else "maybe"
            person.subject, person.work = end.get("subject", ""), end.get("work", "")
            person.values = {category: {value} for category, value in asked["values"].items()}
        case "note":
            (person.notes if sure else person.perhaps).add(asked["note"])
        case "change":
            held = person.values[asked["category"]]
            person.values[asked["category"]] = {asked["value"]} if sure else held | {asked["value"]}
        case "consent":
            held = person.consents.get(asked["purpose"], {NEVER})
            person.consents[asked["purpose"]] = {asked["value"]} if sure else held | {asked["value"]}
        case "shred":
            person.life = "gone" if sure else "perhaps gone"
