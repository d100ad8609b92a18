"""What goes into the vault and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from camket.base.plain import Plain
from camket.policy import Answer


@dataclass(frozen=True, slots=True)
class Value:
    """One value to keep. `purposes` are why; `group` ties the values of one order, review or message together.

    `third_party` marks data about somebody else than the subject; `stated` that their consent was declared.
    """

    category: str
    text: str = field(repr=False)
    purposes: tuple[str, ...]
    group: UUID | None = None
    third_party: bool = False
    stated: bool = False
    verified: bool = False


class Seen(NamedTuple):
    """One opened value. `plain` shows a mask wherever it is printed; `only_masked` values have nothing more to show.

    `opening.masked` gives the mask of the category (`•••678`), worked out when it is asked for.
    """

    item_id: UUID
    category: str
    plain: Plain
    only_masked: bool
    purposes: tuple[str, ...]
    source: str
    basis: str
    collected_at: int
    expires_at: int | None
    verified: bool
    third_party: bool
    legacy: str
    group: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class Look:
    """What a look gave. `withheld` counts values whose circulation has ended: stored, no longer opened for use."""

    values: list[Seen]
    entry_id: UUID
    answers: Mapping[str, Answer]
    duties: frozenset[str]
    withheld: int


@dataclass(frozen=True, slots=True)
class Found:
    """A person found by a contact, user name, number or name. No value comes with it."""

    subject_id: UUID
    item_id: UUID
    verified: bool


@dataclass(frozen=True, slots=True)
class Shredded:
    """How much was destroyed: item rows, key rows and all other rows, and the entry that says so."""

    items: int
    keys: int
    rows: int
    entry_id: UUID
