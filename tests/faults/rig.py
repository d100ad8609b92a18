"""A whole installation on a disk and a database that can be made to fail; slow to make, so many tests share one."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from campaigns.faults.calls import Answer, Caller
from campaigns.faults.client import e164, phone_of
from campaigns.faults.disk import scratch
from campaigns.faults.power import Machine
from campaigns.faults.product import SHOP

_numbers = itertools.count(1)


class Rig:
    """Asks as the clerk of the shop does."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.disk = machine.disks[0]  # where the database writes
        self.clerk = Caller(machine.product.port, machine.staff.clerk)

    def stranger(self) -> str:
        """A phone number that nobody has."""
        return phone_of(next(_numbers))

    def order(self, phone: str, *, key: str = "") -> Answer:
        """Take in a stranger's purchase."""
        fields = [{"category": "name", "value": "Lê An"}, {"category": "phone", "value": phone}]
        return self.clerk.post("intake/purchase", {"fields": fields}, key=key)

    def look(self, order: Answer) -> Answer:
        """Look at the phone number that came with an order."""
        body = {"categories": ["phone"], "purpose": "order", "work": order.body["work"]}
        return self.clerk.post(f"subjects/{order.body['subject_id']}/look", body)

    def known(self, phone: str) -> int:
        """How many people have this phone number."""
        body = {"category": "phone", "value": e164(phone), "purpose": "order", "work": "order:check"}
        found: list[Any] = self.clerk.post("subjects/find", body).body["found"]
        return len(found)

    def holds(self) -> list[tuple[int, str]]:
        """What the ledger says against the database; nothing when all is well."""
        done = self.machine.product.run(
            ["ledger", "sequence", "--shop", SHOP], ["ledger", "verify", "--database", "--shop", SHOP]
        )
        return [found for found in done if found[0]]

    def start(self) -> None:
        self.machine.start()


def new_key() -> str:
    return str(uuid4())


def is_clean(answer: Answer, *codes: str) -> bool:
    """A refusal that passes: 503, when to come back, both languages, and no data."""
    error = answer.body.get("error", {})
    words = [error.get(part, {}).get(language) for part in ("message", "advice") for language in ("vi", "en")]
    return (
        answer.status == 503
        and answer.code in codes
        and int(answer.headers["retry-after"]) > 0
        and all(words)
        and set(answer.body) == {"error"}
    )


@contextmanager
def rigged(database: str) -> Iterator[Rig]:
    """Make one, with its server and its worker running."""
    folder = Path(tempfile.mkdtemp(prefix="camket-rig-", dir=scratch()))
    folder.chmod(0o711)
    machine = Machine(database, folder, proxied=True)
    try:
        machine.start()
        made = Rig(machine)
        yield made
        made.clerk.close()
    finally:
        machine.close()
        shutil.rmtree(folder)
