from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "changed",  # a row is not as the last deed left it
    "added",  # a row that no deed wrote
    "removed",  # a row that a deed wrote and none removed
    "history",  # deeds on record contradict each other: an entry is missing or doubled
    "mac",  # an entry that this program did not write
    "position",  # a place of the log is missing, doubled or names no entry
    "tile",  # a stored hash of the tree is wrong or missing
    "checkpoint",  # a signed note in the database is wrong, missing or says otherwise
    "outside",  # the notes kept outside the database say otherwise: the tail was cut or the log rewritten
    "secret",  # the shop's keys do not open: nothing else can be checked
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was changed behind the ledger's back. Names rows by their keys, never by what they hold."""

    kind: Kind
    table: str
    key: str
    vi: str
    en: str
    seq: int | None = None
    entry: str | None = None
