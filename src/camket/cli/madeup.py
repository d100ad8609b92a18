"""Made-up customers: who they are and what they send. The same seed makes the same people, on every machine.

Nobody real is meant: names and streets are put together by chance, phone numbers come from hardly used ranges and mail
addresses from domains that exist for examples only.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from camket.base.text import fold

ORDERS = ("purchase", "order_email", "order_phone", "transaction_contact")
CONTACTS = ("product_review", "feedback", "contact_mail", "wholesale_enquiry", "resale_enquiry", "newsletter")


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up customer."""

    number: int
    name: str
    gender: str
    phone: str
    email: str
    address: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that a customer sends, by one source: fields by category, and the lines of an order."""

    source: str
    fields: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...] = field(default=())
    marketing: bool = False


@cache
def vocabulary() -> Mapping[str, Any]:
    """Read the word lists beside this file."""
    return tomllib.loads(Path(__file__).with_name("madeup.toml").read_text("utf-8"))


def people(slug: str, count: int) -> Iterator[Person]:
    """Make the customers of one shop."""
    for number in range(1, count + 1):
        chance = random.Random(f"{slug}/{number}")  # noqa: S311 (made-up people need no secret)
        yield _person(chance, number)


def _person(chance: random.Random, number: int) -> Person:
    words = vocabulary()
    sex = chance.choice(("female", "male"))
    parts = [
        chance.choice(words["family"]),
        chance.choice(words[f"middle_{sex}"]),
        chance.choice(words[f"given_{sex}"]),
    ]
    name = " ".join(part for part in parts if part)
    mailbox = ".".join(fold(name).split()[-2:])
    return Person(
        number,
        name,
        "nữ" if sex == "female" else "nam",
        f"{chance.choice(words['phone'])}{chance.randrange(1_000_000):06}",
        f"{mailbox}{number}@{chance.choice(words['mail'])}",
        f"{chance.randint(1, 299)} {chance.choice(words['street'])}, {chance.choice(words['place'])}",
    )


def arrivals(slug: str, person: Person, open_sources: frozenset[str]) -> Iterator[Arrival]:
    """Make what this customer sends: only by sources that the shop's policy opens."""
    chance = random.Random(f"{slug}/{person.number}/sent")  # noqa: S311 (made-up people need no secret)
    orders = [source for source in ORDERS if source in open_sources]
    contacts = [source for source in CONTACTS if source in open_sources]
    if orders:
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            yield _order(chance, slug, person, chance.choice(orders))
    if contacts and (not orders or chance.random() < 0.6):  # noqa: PLR2004 (a share, as good as any)
        yield _contact(chance, person, chance.choice(contacts))


def _order(chance: random.Random, slug: str, person: Person, source: str) -> Arrival:
    words = vocabulary()
    goods = words["goods"].get(slug, words["goods"]["other"])
    lines = tuple(_line(chance, *item) for item in chance.sample(goods, chance.randint(1, 2)))
    fields = {"name": person.name, "phone": person.phone, "postal_address": person.address}
    if chance.random() < 0.7:  # noqa: PLR2004 (a share, as good as any)
        fields["email"] = person.email
    return Arrival(source, fields, lines, marketing=chance.random() < 0.3)  # noqa: PLR2004 (a share, as good as any)


def _line(chance: random.Random, description: str, unit: str, price: int) -> dict[str, str]:
    quantity = chance.randint(1, 3) if unit in {"cái", "bộ"} else chance.randint(5, 120)
    return {
        "description": description,
        "quantity": str(quantity),
        "unit": unit,
        "price": str(price),
        "delivery_time": chance.choice(vocabulary()["delivery"]),
    }


def _contact(chance: random.Random, person: Person, source: str) -> Arrival:
    words = vocabulary()
    fields = {"name": person.name, "email": person.email}
    if source == "newsletter":
        return Arrival(source, {"email": person.email}, marketing=True)
    if source == "product_review":
        fields["review"] = chance.choice(words["praise"])
    elif source == "feedback":
        fields["feedback"] = chance.choice(words["praise"])
    else:
        fields |= {"phone": person.phone, "enquiry": chance.choice(words["question"])}
    return Arrival(source, fields)
