"""Reads the law packs: one TOML file per rule under `camket/packs/law/<name>/`, found by looking.

Each rule carries its article, the day it came into force, the address of the instrument, both languages, what it
matches, and examples; the examples are its tests. What stands here is not legal advice and not all of the law: it is
the floor under every promise. Clocks, dossiers and the rest of the checks are other pages of this room.
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from camket.law.errors import LawError
from camket.policy.floor import Floor, FloorRule
from camket.policy.reach import Reach
from camket.policy.words import Words, suggest, words

FOLDER: Final = Path(__file__).resolve().parent.parent / "packs" / "law"


@dataclass(frozen=True, slots=True)
class Example:
    """A question to the rule alone, every fact met but `without`, and whether the rule denies it."""

    why: str
    ask: dict[str, str]
    without: frozenset[str]
    denies: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of law with its examples."""

    floor: FloorRule
    examples: tuple[Example, ...]


def floor(names: Sequence[str] = ("vn",), *, on: date | None = None) -> Floor:
    """Give the floor of these law packs; with `on`, only what is in force on that day.

    Raises `LawError` for an unknown pack.
    """
    found = [rule.floor for name in names for rule in rules(name)]
    return Floor(tuple(names), tuple(rule for rule in found if on is None or rule.in_force <= on))


@cache
def rules(name: str) -> tuple[Rule, ...]:
    """Give the rules of one law pack, in the order of their file names."""
    if name not in known():
        raise _unknown(name)
    return tuple(_read(path) for path in sorted((FOLDER / name).glob("*.toml")))


@cache
def known() -> tuple[str, ...]:
    """Give the names of the law packs of this installation."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and any(path.glob("*.toml"))))


def _unknown(name: str) -> LawError:
    near = suggest(name, dict.fromkeys(known(), name)) or list(known())
    listed = ", ".join(f"`{one}`" for one in near)
    return LawError(
        vi=f"không có gói luật `{name}`",
        en=f"there is no law pack `{name}`",
        advice_vi=f"viết {listed} ở dòng `law:` của chính sách",
        advice_en=f"write {listed} on the line `law:` of the policy",
        code="unknown_law",
    )


def _read(path: Path) -> Rule:
    try:
        return _rule(path, tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise LawError(
            vi=f"tệp luật `{path.name}` không đọc được: {error}",
            en=f"the law file `{path.name}` cannot be read: {error}",
            advice_vi="sửa tệp này theo mẫu của các tệp bên cạnh",
            advice_en="mend this file after the pattern of its neighbours",
            code="law_file",
        ) from error


def _rule(path: Path, data: dict[str, Any]) -> Rule:
    examples = tuple(_example(one) for one in data.pop("examples"))
    reach = _reach(data.pop("match"))
    needs, duties = _checked("facts", data.pop("needs", [])), _checked("duties", data.pop("duties", []))
    rule = FloorRule(file=f"{path.parent.name}/{path.name}", reach=reach, needs=needs, duties=duties, **data)
    if rule.deny + bool(needs) + bool(duties) != 1:
        raise ValueError("a rule has one of `deny`, `needs` and `duties`")
    return Rule(rule, examples)


def _example(data: dict[str, Any]) -> Example:
    denies = {"deny": True, "passes": False}[data["answer"]]
    return Example(data["why"], data["ask"], _checked("facts", data["without"]), denies)


def _checked(family: str, listed: Sequence[str]) -> frozenset[str]:
    wrong = set(listed) - set(words().family(family))
    if wrong:
        raise ValueError(f"unknown {family}: {', '.join(sorted(wrong))}")
    return frozenset(listed)


# Properties of words that a rule may match instead of listing the words: the dimension, and which words have it.
PROPERTIES: Final[dict[str, tuple[str, Callable[[Words, Any], set[str]]]]] = {
    "sensitivity": ("categories", lambda w, value: {c.id for c in w.categories.values() if c.sensitivity == value}),
    "promotional": ("purposes", lambda w, value: {p.id for p in w.purposes.values() if p.promotional is value}),
    "basis": ("purposes", lambda w, value: {p.id for p in w.purposes.values() if p.basis == value}),
    "but_purposes": ("purposes", lambda w, value: set(w.purposes) - _checked("purposes", value)),
    "recipient_kinds": ("recipients", lambda w, value: {r.id for r in w.recipients.values() if r.kind in value}),
}


def _reach(match: dict[str, Any]) -> Reach:
    dimensions: dict[str, frozenset[str]] = {}
    for name, value in match.items():
        if name in PROPERTIES:
            dimension, having = PROPERTIES[name]
            found = frozenset(having(words(), value))
        else:
            dimension, found = name, _checked(name, value)
        dimensions[dimension] = dimensions.get(dimension, found) & found
    return Reach(**dimensions)
