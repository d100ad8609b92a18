"""The functions that category packs name: how a value is made one spelling, checked and masked."""

from collections.abc import Callable, Mapping

from camket.base import postal
from camket.base.errors import BadValueError
from camket.base.normalise import NORMALISERS
from camket.base.text import fold
from camket.base.validate import VALIDATORS, ForbiddenValueError, nothing_forbidden

__all__ = ["MASKED", "MASKS", "NORMALISERS", "VALIDATORS", "BadValueError", "ForbiddenValueError", "accept", "fold"]

MASKED = "•••"
_TAIL = 3
# What is shorter shows nothing: three of six digits would be half the value.
_LONG_ENOUGH = 8


def accept(written: str, *, normalise: str, validate: str) -> str:
    """Return the one spelling of a written value, by the names that its category pack gives; raise BadValueError.

    Forbidden content is looked for before anything else reads the value, so that no error speaks about a card number.
    """
    nothing_forbidden(written)
    value = NORMALISERS[normalise](written)
    VALIDATORS[validate](value)
    return value


def _all(_value: str) -> str:
    return MASKED


def _tail(value: str) -> str:
    return f"{MASKED}{value[-_TAIL:]}" if len(value) >= _LONG_ENOUGH else MASKED


def _short(value: str) -> str:
    return f"{value[:2]}{MASKED}" if len(value) >= _LONG_ENOUGH else MASKED


def _name(value: str) -> str:
    return " ".join(f"{word[0]}{MASKED}" for word in value.split()) or MASKED


def _email(value: str) -> str:
    mailbox, _, domain = value.rpartition("@")
    if not mailbox or "." not in domain:
        return MASKED
    return f"{mailbox[:1]}{MASKED}@{MASKED}.{domain.rpartition('.')[2]}"


def _address(value: str) -> str:
    province = postal.parse(value).province_now
    return f"{MASKED}, {province}" if province else MASKED


def _year(value: str) -> str:
    return f"{MASKED}{value[:4]}"


MASKS: Mapping[str, Callable[[str], str]] = {
    "address": _address,
    "all": _all,
    "email": _email,
    "name": _name,
    "phone": _tail,
    "short": _short,
    "tail": _tail,
    "year": _year,
}
