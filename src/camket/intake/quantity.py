"""Quantities of goods: an amount and a unit, as Vietnamese shops count (metres, pieces, boxes …)."""

import re
from dataclasses import dataclass
from decimal import Decimal

from camket.base.errors import BadValueError
from camket.base.text import flat, fold, one_line

# Unit id: its Vietnamese sign, its English name, and the folded spellings that mean it.
UNITS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "m": ("m", "metres", ("m", "met", "metre", "metres", "meter", "meters")),
    "m2": ("m²", "square metres", ("m2", "met vuong", "m vuong")),
    "vien": ("viên", "pieces (tiles)", ("vien", "piece", "pieces", "tile", "tiles")),
    "thung": ("thùng", "boxes", ("thung", "box", "boxes", "carton", "cartons")),
    "hop": ("hộp", "packs", ("hop", "pack", "packs")),
    "cai": ("cái", "items", ("cai", "item", "items", "pc", "pcs", "chiec", "con")),
    "bo": ("bộ", "sets", ("bo", "set", "sets")),
    "doi": ("đôi", "pairs", ("doi", "cap", "pair", "pairs")),
    "chai": ("chai", "bottles", ("chai", "lon", "bottle", "bottles", "can", "cans")),
    "goi": ("gói", "bags", ("goi", "bao", "tui", "bag", "bags")),
    "lit": ("lít", "litres", ("lit", "l", "litre", "litres")),
    "tam": ("tấm", "sheets", ("tam", "to", "sheet", "sheets")),
    "cuon": ("cuộn", "rolls", ("cuon", "roll", "rolls")),
    "kg": ("kg", "kilograms", ("kg", "ky", "ki", "kilo", "kilogam")),
}
_SPELLINGS = {spelling: unit for unit, (_, _, spellings) in UNITS.items() for spelling in spellings}
_NUMBER = r"(?P<number>\d{1,3}(?:\.\d{3})+(?:,\d{1,3})?|\d+(?:[.,]\d{1,3})?)"
_WORDS = "|".join(sorted(map(re.escape, _SPELLINGS), key=len, reverse=True))
PATTERN = re.compile(rf"(?<![\w.,/-]){_NUMBER}\s*(?P<unit>{_WORDS})(?![\w²/]|\.\w)", re.ASCII)
_MOST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much of something; `unit` is an id of `UNITS`."""

    amount: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{plain(self.amount)} {UNITS[self.unit][0]}"


def plain(amount: Decimal) -> str:
    """Write an amount without its unit, a comma before decimals: `12,5`."""
    return f"{amount.normalize():f}".replace(".", ",")


def number(text: str) -> Decimal:
    """Read back what `plain` wrote."""
    return Decimal(text.replace(",", "."))


def sign(unit: str) -> str:
    """Give a unit's Vietnamese sign; an unknown unit stands for itself."""
    return UNITS[unit][0] if unit in UNITS else unit


def parse(text: str, *, unit: str | None = None) -> Quantity:
    """Read `12,5 m`, `1.200 viên` or, with the unit from another column, `3`; raise BadValueError otherwise."""
    line = flat(one_line(text)).replace("²", "2")
    found = PATTERN.fullmatch(line)
    if found:
        return of(found)
    if unit is not None and (known := unit_of(unit)) and (bare := re.fullmatch(_NUMBER, line, re.ASCII)):
        return _checked(bare["number"], known)
    raise _unreadable()


def of(found: re.Match[str]) -> Quantity:
    """Make the quantity of a match of `PATTERN`."""
    return _checked(found["number"], _SPELLINGS[re.sub(r"\s+", " ", found["unit"])])


def unit_of(text: str) -> str | None:
    """Find the unit that a word means."""
    return _SPELLINGS.get(fold(text.replace("²", "2")))


def _checked(digits: str, unit: str) -> Quantity:
    # 1.200 is a thousand and 12.5 is twelve and a half: a dot before exactly three digits groups thousands here.
    grouped = re.fullmatch(r"(\d{1,3}(?:\.\d{3})+)(,\d+)?", digits, re.ASCII)
    amount = Decimal(digits.replace(".", "").replace(",", ".") if grouped else digits.replace(",", "."))
    if not 0 < amount <= _MOST:
        raise _unreadable()
    return Quantity(amount, unit)


def _unreadable() -> BadValueError:
    return BadValueError(
        "số lượng này không đọc được",
        "this quantity cannot be read",
        "viết số và đơn vị, ví dụ 12,5 m, 50 viên hoặc 3 thùng",
        "write a number and a unit, such as 12,5 m, 50 viên or 3 thùng",
        "value.quantity",
    )
