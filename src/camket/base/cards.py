"""Payment card numbers in a text that is already flat (see `base.text.flat`) with ASCII digits.

A number counts as a card's when it has 13 to 19 digits, passes the Luhn check and starts as an issuer's (ISO/IEC
7812; NAPAS 9704), or is grouped as cards are, or stands beside a word for a card. Order numbers, phone lists, IMEI
and bar codes pass through as far as their digits allow: of numbers that happen to start like an issuer's and to be as
long, one in ten passes the Luhn check and is refused too. A refusal costs a retyping; a stored card number cannot be
unstored.
"""

import re
from collections.abc import Iterator

# Digits in groups; between two groups one to three separators, never a new line (a column of numbers is no card).
_BETWEEN = r"[ \t\u00a0\u2009\u202f.\-\u2010-\u2015_/*\u00b7\u200b-\u200d\ufeff\u00ad]{1,3}"
_RUN = re.compile(rf"\d+(?:{_BETWEEN}\d+)*", re.ASCII)
_GROUP = re.compile(r"\d+", re.ASCII)
_SHORTEST, _LONGEST = 13, 19
_CARD_SHAPES = frozenset({
    (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1), (4, 4, 4, 1),
    (8, 8), (6, 13), (6, 10), (4, 12), (12, 4),
})  # fmt: skip
_CARD_WORD = re.compile(
    r"\b(?:so the|the (?:tin dung|ghi no|atm|ngan hang|visa)|visa|master ?card|jcb|amex|napas|card|credit|debit)\b"
)
_NEAR = 40
# Issuer: first digits from, to, and the lengths in use.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4, 4, frozenset({13, 16, 18, 19})),
    (51, 55, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),
    (37, 37, frozenset({15})),
    (300, 305, frozenset({14, 16, 17, 18, 19})),
    (309, 309, frozenset({14, 16})),
    (36, 36, frozenset({14, 16, 17, 18, 19})),
    (38, 39, frozenset({14, 16, 17, 18, 19})),
    (3528, 3589, frozenset({16, 17, 18, 19})),
    (6011, 6011, frozenset({16, 17, 18, 19})),
    (644, 659, frozenset({16, 17, 18, 19})),
    (62, 62, frozenset({16, 17, 18, 19})),
    (81, 81, frozenset({16, 17, 18, 19})),
    (2200, 2204, frozenset({16, 17, 18, 19})),
    (9704, 9704, frozenset({16, 19})),
    (5018, 5018, frozenset(range(13, 20))),
    (5020, 5020, frozenset(range(13, 20))),
    (5038, 5038, frozenset(range(13, 20))),
    (5893, 5893, frozenset(range(13, 20))),
    (6304, 6304, frozenset(range(13, 20))),
    (6759, 6763, frozenset(range(13, 20))),
)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Yield where card numbers stand, first digit to after the last."""
    if len(text) < _SHORTEST or sum(map(text.count, "0123456789")) < _SHORTEST:
        return
    for run in _RUN.finditer(text):
        if sum(char.isdigit() for char in run[0]) < _SHORTEST:
            continue
        groups = [found.span() for found in _GROUP.finditer(run[0])]
        near = _CARD_WORD.search(text, max(0, run.start() - _NEAR), run.end() + _NEAR) is not None
        yield from _cards_in(run[0], groups, run.start(), near=near)


def _cards_in(run: str, groups: list[tuple[int, int]], offset: int, *, near: bool) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(groups):
        after = _card_from(run, groups, first, near=near)
        if after is None:
            first += 1
            continue
        yield offset + groups[first][0], offset + groups[after - 1][1]
        first = after


def _card_from(run: str, groups: list[tuple[int, int]], first: int, *, near: bool) -> int | None:
    digits, shape, best = "", [], None
    for last in range(first, len(groups)):
        start, end = groups[last]
        digits += run[start:end]
        shape.append(end - start)
        if len(digits) > _LONGEST:
            break
        whole = first == 0 and last == len(groups) - 1
        if len(digits) >= _SHORTEST and _is_card(digits, tuple(shape), whole=whole, near=near):
            best = last + 1
    return best


def luhn(digits: str) -> bool:
    """Check digit of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the digits of a two-digit product are added
    return total % 10 == 0


def _is_card(digits: str, shape: tuple[int, ...], *, whole: bool, near: bool) -> bool:
    if len(set(digits)) == 1 or not luhn(digits):
        return False
    grouped = shape in _CARD_SHAPES
    even = len(shape) > 1 and len(set(shape[:-1])) == 1 and shape[-1] <= shape[0] <= 4  # noqa: PLR2004 - cards are read out by fours at most
    if _issued(digits):
        return grouped or even or whole or near or len(shape) == 1
    return near or shape == (4, 4, 4, 4)


def _issued(digits: str) -> bool:
    return any(
        len(digits) in lengths and low <= int(digits[: len(str(low))]) <= high for low, high, lengths in _ISSUERS
    )
