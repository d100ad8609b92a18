"""Order lines: what was ordered, how much, for how much, and what the customer asked of it.

A line is kept as two values: the goods (category `order`) and the customer's requirements (category
`product_requirement`: description, design, class, quality, origin, delivery time), which a shop's policy may open or
not, each on its own. Both are JSON texts with fixed keys.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from camket.base import format as written
from camket.base.errors import BadValueError
from camket.base.normalise import money
from camket.base.text import one_line
from camket.base.validate import short_text
from camket.intake import quantity

KEYS = ("description", "design", "class", "quality", "origin", "quantity", "unit", "price", "delivery_time")
_WISHES = ("design", "class", "quality", "origin", "delivery_time")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `amount` is what `quantity.Quantity` prints without its unit, `price` whole đồng for one unit."""

    description: str
    amount: str = ""
    unit: str = ""
    price: int | None = None
    wishes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """Read a line as it was filled in; raise BadValueError naming `line.<key>`."""
        fields = {key: one_line(given.get(key, "")) for key in KEYS}
        unknown = given.keys() - set(KEYS)
        if unknown:
            raise _unknown().at(f"line.{min(unknown)}")
        for key, value in fields.items():
            if value:
                _checked(key, value)
        amount, unit = _amount(fields["quantity"], fields["unit"])
        try:
            price = int(money(fields["price"])) if fields["price"] else None
        except BadValueError as error:
            raise error.at("line.price") from error
        wishes = tuple((key, fields[key]) for key in _WISHES if fields[key])
        if not fields["description"]:
            raise _missing().at("line.description")
        return cls(fields["description"], amount, unit, price, wishes)

    def goods(self) -> str:
        """Give the text that is kept as category `order`."""
        held = {"description": self.description, "amount": self.amount, "unit": self.unit, "price": self.price}
        return json.dumps({key: value for key, value in held.items() if value not in {"", None}}, ensure_ascii=False)

    def requirements(self) -> str | None:
        """Give the text that is kept as category `product_requirement`, or None where nothing was asked."""
        return json.dumps(dict(self.wishes), ensure_ascii=False) if self.wishes else None

    @property
    def cost(self) -> int | None:
        """Price times amount in whole đồng; None where either is not told."""
        if self.price is None or not self.amount:
            return None
        return int(self.price * quantity.number(self.amount))


def describe(text: str) -> str:
    """Write a kept line for people: `Gạch lát nền · 50 viên · 85.000 ₫`; other texts are given back."""
    try:
        held = json.loads(text)
    except ValueError:
        return text
    if not isinstance(held, dict):
        return text
    if "description" not in held:
        return " · ".join(str(value) for value in held.values())
    parts = [held["description"]]
    if held.get("amount"):
        parts.append(f"{held['amount']} {quantity.sign(held.get('unit', ''))}".strip())
    if held.get("price") is not None:
        parts.append(written.money(int(held["price"])))
    return " · ".join(parts)


def _amount(text: str, unit: str) -> tuple[str, str]:
    if not text:
        return "", ""
    try:
        found = quantity.parse(text, unit=unit or "cái")
    except BadValueError as error:
        raise error.at("line.quantity") from error
    return quantity.plain(found.amount), found.unit


def _checked(key: str, value: str) -> None:
    try:
        short_text(value)
    except BadValueError as error:
        raise error.at(f"line.{key}") from error


def _missing() -> BadValueError:
    return BadValueError(
        "dòng hàng này thiếu tên hàng",
        "this order line does not say what was ordered",
        "ghi tên hoặc mô tả hàng",
        "name or describe the goods",
        "line.description",
    )


def _unknown() -> BadValueError:
    return BadValueError(
        "dòng hàng có trường không biết",
        "the order line has an unknown field",
        f"chỉ dùng: {', '.join(KEYS)}",
        f"use only: {', '.join(KEYS)}",
        "line.unknown",
    )
