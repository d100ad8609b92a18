"""The closed word list: every word a policy may use, with its Vietnamese and English name and its DPV term.

One TOML file per word under `camket/packs/<family>/`, the file name is the word's id; a new word is a new file and
nothing else. Ids are forever: policies, tests and ledgers refer to them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar

from camket.policy.errors import PolicyError

FOLDER: Final = Path(__file__).resolve().parent.parent / "packs"

Basis = Literal["contract", "consent", "law", "request"]
Sensitivity = Literal["basic", "sensitive", "forbidden", "none"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `dpv` is the W3C DPV 2 term, "-" where DPV has none."""

    id: str
    vi: str
    en: str
    dpv: str = "-"

    def name(self, lang: str) -> str:
        """Give the word as people read it, in `vi` or `en`."""
        return self.en if lang == "en" else self.vi


@dataclass(frozen=True, slots=True)
class Role(Word):
    """Who acts. `opens` is false for a custodian that stores and backs up but sees nothing."""

    kind: Literal["staff", "customer", "system"] = "staff"
    opens: bool = True


@dataclass(frozen=True, slots=True)
class Action(Word):
    """What is done. `right` is a customer's right; `trade` (sell, buy, rent …) is opened by no promise."""

    kind: Literal["deed", "right", "trade"] = "deed"


@dataclass(frozen=True, slots=True)
class Right(Word):
    law: str = ""


@dataclass(frozen=True, slots=True)
class Purpose(Word):
    """Why.

    `basis` and `needs` hold unless the policy is stricter; a promotional purpose is advertising under the law.
    """

    basis: Basis = "consent"
    promotional: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category(Word):
    """A kind of personal data. `normalise`, `validate` and `mask` name functions of `camket.base.values`."""

    sensitivity: Sensitivity = "basic"
    law: str = ""
    identifies: bool = False
    index: Literal["", "exact", "name"] = ""
    normalise: str = ""
    validate: str = ""
    mask: str = ""
    aliases: tuple[str, ...] = ()
    free_text: bool = False
    retention_group: str = ""


@dataclass(frozen=True, slots=True)
class Source(Word):
    """Where data comes from. `public` sources are filled in by the public; `by` tells who hands the data over."""

    public: bool = False
    by: Literal["customer", "staff", "system"] = "staff"


@dataclass(frozen=True, slots=True)
class Channel(Word):
    """A way to reach a person, or a form of message that travels by such ways."""

    kind: Literal["way", "form"] = "way"
    travels_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient(Word):
    """Who may receive data; `least` are the most categories that such a recipient ever needs."""

    kind: Literal["processor", "third_party", "authority", "other"] = "other"
    least: tuple[str, ...] = ()


FAMILIES: Final[Mapping[str, type[Word]]] = MappingProxyType(
    {
        "roles": Role,
        "actions": Action,
        "rights": Right,
        "purposes": Purpose,
        "categories": Category,
        "sources": Source,
        "channels": Channel,
        "recipients": Recipient,
        "facts": Word,
        "events": Word,
        "duties": Word,
        "measures": Word,
        "customer_duties": Word,
    }
)

# What one word of the family is called in a sentence: Vietnamese, English.
FAMILY_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "roles": ("vai trò", "role"),
        "actions": ("hành động", "action"),
        "rights": ("quyền", "right"),
        "purposes": ("mục đích", "purpose"),
        "categories": ("loại dữ liệu", "category"),
        "sources": ("nguồn thu thập", "source"),
        "channels": ("kênh liên hệ", "channel"),
        "recipients": ("bên nhận", "recipient"),
        "facts": ("điều kiện", "fact"),
        "events": ("sự kiện", "event"),
        "duties": ("nghĩa vụ", "duty"),
        "measures": ("biện pháp", "measure"),
        "customer_duties": ("nghĩa vụ của khách hàng", "customer's duty"),
    }
)

# A part of a name must be this long to suggest the whole word.
SHORTEST_PART: Final = 4

W = TypeVar("W", bound=Word)


class Words:
    """All families of words. Each family is read from its folder when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def family(self, name: str) -> Mapping[str, Word]:
        """Give the words of one family by id, in alphabetical order of ids."""
        found: Mapping[str, Word] = getattr(self, name)
        return found

    def families(self) -> Iterator[tuple[str, Mapping[str, Word]]]:
        """Every family with its words, in the order of the reference."""
        return ((name, self.family(name)) for name in FAMILIES)

    def suggest(self, family: str, wrong: str) -> list[str]:
        """Up to three words of the family that look like the wrong one, or are called like it in either language."""
        return suggest(wrong, self.family(family))

    def name(self, family: str, word: str, lang: str) -> str:
        """Give the word as people read it; an unknown word stands for itself."""
        known = self.family(family).get(word)
        return known.name(lang) if known else word

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        return self._read("roles", Role)

    @cached_property
    def actions(self) -> Mapping[str, Action]:
        return self._read("actions", Action)

    @cached_property
    def rights(self) -> Mapping[str, Right]:
        return self._read("rights", Right)

    @cached_property
    def purposes(self) -> Mapping[str, Purpose]:
        return self._read("purposes", Purpose)

    @cached_property
    def categories(self) -> Mapping[str, Category]:
        return self._read("categories", Category)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        return self._read("sources", Source)

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        return self._read("channels", Channel)

    @cached_property
    def recipients(self) -> Mapping[str, Recipient]:
        return self._read("recipients", Recipient)

    @cached_property
    def facts(self) -> Mapping[str, Word]:
        return self._read("facts", Word)

    @cached_property
    def events(self) -> Mapping[str, Word]:
        return self._read("events", Word)

    @cached_property
    def duties(self) -> Mapping[str, Word]:
        return self._read("duties", Word)

    @cached_property
    def measures(self) -> Mapping[str, Word]:
        return self._read("measures", Word)

    @cached_property
    def customer_duties(self) -> Mapping[str, Word]:
        return self._read("customer_duties", Word)

    def _read(self, family: str, kind: type[W]) -> Mapping[str, W]:
        folder = self._folder / family
        return MappingProxyType({path.stem: _word(path, kind) for path in sorted(folder.glob("*.toml"))})


@cache
def words() -> Words:
    """Give the word list of this installation, read once."""
    return Words(FOLDER)


def suggest(wrong: str, known: Mapping[str, Word] | Mapping[str, object]) -> list[str]:
    """Up to three known ids near the wrong one, by spelling of the id or of its Vietnamese or English name."""
    spelled: dict[str, str] = {}
    for key, word in known.items():
        spelled[key.lower()] = key
        if isinstance(word, Word):
            spelled.setdefault(word.vi.lower(), key)
            spelled.setdefault(word.en.lower(), key)
        for alias in getattr(word, "aliases", ()):
            spelled.setdefault(alias.lower(), key)
    looked = wrong.lower().strip()
    near = get_close_matches(looked.replace("-", "_"), spelled, n=6, cutoff=0.6)
    inside = [name for name in spelled if looked in name] if len(looked) >= SHORTEST_PART else []
    return list(dict.fromkeys(spelled[match] for match in (*near, *inside)))[:3]


def _word(path: Path, kind: type[W]) -> W:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _broken(path, str(error)) from error
    known = {field.name: field for field in fields(kind)}
    wrong = data.keys() - known.keys() or {
        name for name, field in known.items() if name not in data and name != "id" and field.default is MISSING
    }
    if wrong:
        raise _broken(path, ", ".join(sorted(wrong)))
    return kind(id=path.stem, **{name: _frozen(value) for name, value in data.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _broken(path: Path, what: str) -> PolicyError:
    return PolicyError(
        vi=f"tệp từ vựng `{path.parent.name}/{path.name}` không đọc được: {what}",
        en=f"the word file `{path.parent.name}/{path.name}` cannot be read: {what}",
        advice_vi="sửa tệp này theo mẫu của các tệp bên cạnh",
        advice_en="mend this file after the pattern of its neighbours",
        code="word_file",
    )
