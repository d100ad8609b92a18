"""The client outside: several customers' desks at once, each asks one thing after another and writes down the answers.

It is told `pause` and `go` on its standard input and answers `paused`; it ends when its input ends. It never asks
the database anything and is never killed: what it wrote down is what the product promised.
"""

import argparse
import itertools
import json
import random
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from campaigns.faults.calls import Answer, Caller
from campaigns.faults.journal import Journal
from campaigns.faults.model import Person, apply
from campaigns.faults.product import PURPOSES

PHONE = "0912"
WEIGHTS = {"create": 14, "note": 22, "look": 26, "change": 18, "consent": 16, "shred": 2}
_KEPT = 25
_STEP = 7919  # walks through all endings of a phone number without one beside the next
_WAIT = 0.05
_NOT_FOUND = 404
SEEN = ("name", "phone", "email", "postal_address", "order_note")
_NAMES = ("An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Khánh", "Linh", "Nam", "Oanh", "Phúc", "Quỳnh", "Sơn", "Tú")


def phone_of(number: int) -> str:
    """Make a phone number that no other number gives."""
    return f"{PHONE}{(123_457 + number * _STEP) % 1_000_000:06d}"


def e164(phone: str) -> str:
    return "+84" + phone[1:]


@dataclass(slots=True)
class Shared:
    """What the desks share."""

    port: int
    clerk: str
    director: str
    journal: Journal
    numbers: Any = field(default_factory=itertools.count)
    people: Any = field(default_factory=itertools.count)
    go: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Desk(threading.Thread):
    """Serves its own customers, so that nobody else changes what it was promised."""

    def __init__(self, shared: Shared, seed: str, *, keyed: bool) -> None:
        super().__init__(daemon=True)
        self._keyed = keyed
        self.resting = threading.Event()
        self._shared = shared
        self._random = random.Random(seed)
        self._clerk = Caller(shared.port, shared.clerk)
        self._director = Caller(shared.port, shared.director)
        self._people: list[Person] = []
        self._versions: dict[str, dict[str, tuple[str, int]]] = {}

    def run(self) -> None:
        while not self._shared.over.is_set():
            if not self._shared.go.is_set():
                self.resting.set()
                self._shared.go.wait(0.2)
                continue
            self.resting.clear()
            self._one()

    def _one(self) -> None:
        if not (self._clerk.reaches() and self._director.reaches()):
            self._shared.over.wait(_WAIT)  # the server is away
            return
        alive = [person for person in self._people if person.life == "alive"][-_KEPT:]
        deeds = list(WEIGHTS) if alive else ["create"]
        deed = self._random.choices(deeds, [WEIGHTS[name] for name in deeds])[0]
        person = self._random.choice(alive) if deed != "create" else self._stranger()
        if getattr(self, f"_{deed}")(person) in {"not", "maybe"}:
            self._shared.over.wait(_WAIT)  # do not run hot

    def _stranger(self) -> Person:
        number = next(self._shared.people)
        return Person(f"k{number}", phone_of(number))

    def _ask(self, person: Person, deed: str, path: str, body: dict[str, Any], **said: Any) -> Answer:
        """Write the question down, send it, write the answer down. With keys an unknown outcome is asked again."""
        number = next(self._shared.numbers)
        asked = {"ask": number, "deed": deed, "who": person.who, "phone": person.phone, **said}
        self._shared.journal.note(asked)
        caller = self._director if deed == "shred" else self._clerk
        key = str(UUID(int=self._random.getrandbits(128))) if self._keyed and deed != "look" else ""
        answer = caller.post(path, body, key=key)
        repeats = 0
        while key and answer.outcome == "maybe" and repeats < 200 and not self._shared.over.is_set():
            self._shared.over.wait(_WAIT)
            again = caller.post(path, body, key=key)
            answer = again if again.outcome == "done" or again.status not in {0, 409, 503} else answer
            repeats += 1
        if repeats and deed == "shred" and answer.status == _NOT_FOUND:
            # Its line was in the list outside, and the next start finished it: nobody is there any more.
            answer = replace(answer, outcome="maybe")
        end = {"end": number, "outcome": answer.outcome, "status": answer.status, "repeats": repeats}
        if answer.outcome == "not":
            end["code"] = answer.code
        end.update(_named(answer))
        if answer.outcome != "not":
            apply(person, asked, end)
        self._shared.journal.acknowledge(end)
        return answer

    def _create(self, person: Person) -> str:
        number = int(person.who[1:])
        name = f"Lê {_NAMES[number % 14]} {_NAMES[number // 14 % 14]}"
        values = {"name": name, "phone": person.phone, "email": f"{person.who}@example.com"}
        values["postal_address"] = f"{number + 1} Hàng Bạc, phường Hoàn Kiếm, Hà Nội"
        fields = [{"category": category, "value": value} for category, value in values.items()]
        body = {"fields": fields, "lines": [{"description": "Máy khoan", "quantity": "1", "price": "500000"}]}
        kept = {**values, "phone": e164(person.phone)}
        answer = self._ask(person, "create", "intake/purchase", body, values=kept)
        if answer.outcome != "not":
            self._people.append(person)
        return answer.outcome

    def _note(self, person: Person) -> str:
        note = f"giao {self._random.randrange(8, 20)} giờ, lần {next(self._shared.numbers)}"
        fields = [{"category": "phone", "value": person.phone}, {"category": "order_note", "value": note}]
        body = {"fields": fields, "subject_id": person.subject}
        return self._ask(person, "note", "intake/purchase", body, note=note).outcome

    def _look(self, person: Person) -> str:
        body = {"categories": list(SEEN), "purpose": "order", "work": person.work}
        answer = self._ask(person, "look", f"subjects/{person.subject}/look", body)
        if answer.outcome == "done":
            items = answer.body["items"]
            for wrong in person.judge_values(items):
                self._shared.journal.acknowledge({"wrong": f"while it ran: {wrong}"})
            self._versions[person.who] = {item["category"]: (item["item_id"], item["version"]) for item in items}
        return answer.outcome

    def _change(self, person: Person) -> str:
        if person.who not in self._versions:
            return self._look(person)
        category = self._random.choice(("name", "email", "postal_address"))
        item, version = self._versions.pop(person.who)[category]
        number = next(self._shared.numbers)
        value = {
            "name": f"Lê {_NAMES[number % 14]} {_NAMES[number // 14 % 14]}",
            "email": f"{person.who}.{number}@example.com",
            "postal_address": f"{number + 1} Hàng Đào, phường Hoàn Kiếm, Hà Nội",
        }[category]
        body = {"value": value, "version": version, "purpose": "order", "work": person.work}
        path = f"subjects/{person.subject}/items/{item}/change"
        return self._ask(person, "change", path, body, category=category, value=value).outcome

    def _consent(self, person: Person) -> str:
        purpose = self._random.choice(PURPOSES[1:])
        value = self._random.choice(("given", "refused"))
        body = {"purpose": purpose, "value": value, "how": "phone", "text": f"Đồng ý cho mục đích {purpose}?"}
        path = f"subjects/{person.subject}/consents"
        return self._ask(person, "consent", path, body, purpose=purpose, value=value).outcome

    def _shred(self, person: Person) -> str:
        return self._ask(person, "shred", f"subjects/{person.subject}/shred", {"reason": "request"}).outcome


def _named(answer: Answer) -> dict[str, str]:
    """Give what an answer promises by name."""
    body = answer.body if answer.outcome == "done" else {}
    names = {"subject": "subject_id", "work": "work", "entry": "entry"}
    return {ours: body[theirs] for ours, theirs in names.items() if body.get(theirs)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--desks", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keyed", action="store_true", help="every other desk sends idempotency keys")
    given = parser.parse_args()
    staff = json.loads(sys.stdin.readline())
    journal = Journal(given.journal)
    shared = Shared(given.port, staff["clerk"], staff["director"], journal)
    # Every other desk names its requests and repeats what is unknown; the rest leave it for the check to find out.
    desks = [
        Desk(shared, f"{given.seed}/{number}", keyed=given.keyed and number % 2 == 0) for number in range(given.desks)
    ]
    for desk in desks:
        desk.start()
    for line in sys.stdin:
        if line.strip() == "go":
            for desk in desks:
                desk.resting.clear()
            shared.go.set()
        else:
            shared.go.clear()
            for desk in desks:
                desk.resting.wait()
            sys.stdout.write("paused\n")
            sys.stdout.flush()
    shared.over.set()


if __name__ == "__main__":
    main()
