"""After a crash: everything that was promised must be there, and nothing else.

Everything is asked through the public doors: values through the API, the ledger through `camket ledger`.
"""

import base64
import json
import random
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import cbor2

from campaigns.faults.calls import Answer, Caller
from campaigns.faults.client import SEEN, e164
from campaigns.faults.model import Model, Person
from campaigns.faults.product import SHOP, Product, Staff

_ID = 3  # where the id stands in a record: docs/reference/ledger-format.md
_NOT_FOUND = 404
_UNAVAILABLE = 503
_PATIENCE = 15.0


class Checker:
    """Asks as the clerk does."""

    def __init__(self, product: Product, staff: Staff, model: Model) -> None:
        self.checked = 0
        self._single: set[str] = set()
        self._product = product
        self._model = model
        self._clerk = Caller(product.port, staff.clerk)

    def close(self) -> None:
        self._clerk.close()

    def people(self, people: Iterable[Person]) -> list[str]:
        """Open what was promised of each; what was uncertain is settled by what is seen."""
        wrong: list[str] = []
        for person in people:
            self.checked += 1
            wrong += self._person(person)
        return wrong

    def phones(self, phones: Iterable[str]) -> list[str]:
        """Each of these phones must be known exactly once."""
        found = {phone: len(self._find(phone)) for phone in phones}
        self.checked += len(found)
        return [f"imported {phone} is known {number} times" for phone, number in found.items() if number != 1]

    def ledger(self, out: Path, *, offline: bool) -> list[str]:
        """Verify the ledger and the database against each other, and look for every entry that was promised."""
        outside = str(self._product.home / "checkpoints" / f"{SHOP}.log")
        commands = [
            ["ledger", "sequence", "--shop", SHOP],
            ["ledger", "verify", "--database", "--shop", SHOP, "--json"],
            ["ledger", "export", "--shop", SHOP, "--out", str(out)],
            ["ledger", "verify", str(out), "--checkpoints", outside, "--json"],
        ]
        done = self._product.run(*commands[: 4 if offline else 3])
        wrong = [
            f"camket {' '.join(words[:3])}: {code} {said[:2000]}"
            for words, (code, said) in zip(commands, done, strict=False)
            if code
        ]
        return wrong + [f"the ledger has no entry {entry}" for entry in sorted(self._model.entries - _entries(out))]

    def _person(self, person: Person) -> list[str]:
        if person.life == "maybe":
            return self._settle_birth(person)
        look = self._look(person)
        if person.life in {"gone", "perhaps gone"} and look.status == _NOT_FOUND:
            person.life = "gone"
            return [f"{person.who} is erased and found"] if self._find(person.phone) else []
        if person.life == "gone":
            return [f"{person.who} was erased and answers {look.status}"]
        person.life = "alive"
        if look.outcome != "done":
            return [f"{person.who} cannot be looked at: {look.status} {look.code}"]
        wrong = person.judge_values(look.body["items"]) + self._consents(person)
        if person.who not in self._single:
            self._single.add(person.who)
            found = self._find(person.phone)
            wrong += [f"{person.who} was made {len(found)} times"] if found != [person.subject] else []
        return wrong

    def _settle_birth(self, person: Person) -> list[str]:
        found = self._find(person.phone)
        if len(found) > 1:
            return [f"{person.who} was made {len(found)} times"]
        # Its work was never told to us, so its values stay closed: that it is there once is all that can be asked.
        person.life = "unborn"
        return []

    def _consents(self, person: Person) -> list[str]:
        wrong = []
        for purpose in person.consents:
            body = {"purpose": purpose, "work": person.work}
            answer = self._post(f"subjects/{person.subject}/consents/state", body)
            wrong += person.judge_consent(purpose, str(answer.body.get("state")))
        return wrong

    def _look(self, person: Person) -> Answer:
        body = {"categories": list(SEEN), "purpose": "order", "work": person.work}
        return self._post(f"subjects/{person.subject}/look", body)

    def _find(self, phone: str) -> list[str]:
        body = {"category": "phone", "value": e164(phone), "purpose": "order", "work": "order:check"}
        answer = self._post("subjects/find", body)
        return sorted({one["subject_id"] for one in answer.body["found"]})  # one for each item that has it

    def _post(self, path: str, body: dict[str, object]) -> Answer:
        """Ask again while the connection is an old server's, or one of its processes still finds its database."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            answer = self._clerk.post(path, body)
            passes = answer.status in {0, _UNAVAILABLE}
            if not passes or time.monotonic() > deadline:
                return answer
            time.sleep(0.1)


def sample(model: Model, rng: random.Random, old: int) -> list[Person]:
    """Whoever was touched since the last check, and some of the others."""
    touched = [model.people[who] for who in sorted(model.touched)]
    others = sorted(set(model.people) - model.touched)
    model.touched.clear()
    return [
        person
        for person in [*touched, *(model.people[who] for who in rng.sample(others, min(old, len(others))))]
        if person.life != "unborn"
    ]


def _entries(out: Path) -> set[str]:
    with out.open(encoding="utf-8") as file:
        lines = (json.loads(line) for line in file)
        return {str(UUID(bytes=cbor2.loads(base64.b64decode(line["entry"]))[_ID])) for line in lines if "entry" in line}
