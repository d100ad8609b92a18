"""Find what may never be stored, in any text: payment card numbers, bank log-ins, passwords, one-time codes."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from camket.base import cards, credentials
from camket.base.text import flat, nfc

Kind = Literal["card_number", "bank_login", "password"]
HIDDEN = "•"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in `nfc(text)` that may not be stored; `kind` is a category of the packs."""

    kind: Kind
    start: int
    end: int


def find(text: str) -> list[Finding]:
    """List what may not be stored, in order of place; positions are in `nfc(text)`. A masked text has none."""
    flattened = _ascii_digits(flat(text))
    found = [Finding("card_number", start, end) for start, end in cards.find(flattened)]
    if credentials.may_stand_in(flattened):
        found += [Finding("password", start, end) for start, end in credentials.passwords(flattened)]
        found += [Finding("bank_login", start, end) for start, end in credentials.bank_logins(flattened)]
        if HIDDEN in text:  # what was covered before says nothing more
            found = [one for one in found if set(flattened[one.start : one.end]) != {HIDDEN}]
    if len(found) < 2:  # noqa: PLR2004 - nothing to put in order
        return found
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Finding] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def kinds(text: str) -> frozenset[Kind]:
    """Tell which forbidden categories stand in the text; empty for nearly every text."""
    return frozenset(one.kind for one in find(text))


def mask(text: str) -> str:
    """Return the text with every forbidden place covered; card separators stay, so that the line stays readable.

    Of a secret the whole word is covered, however long it is.
    """
    composed = nfc(text)
    pieces, at = [], 0
    for one in find(text):
        if one.start < at:
            continue  # in a word that is covered already
        end = one.end if one.kind == "card_number" else _end_of_word(composed, one.end)
        hidden = composed[one.start : end]
        if one.kind == "card_number":
            hidden = "".join(HIDDEN if char.isdigit() else char for char in hidden)
        else:
            hidden = HIDDEN * 3
        pieces += [composed[at : one.start], hidden]
        at = end
    return "".join([*pieces, composed[at:]])


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
