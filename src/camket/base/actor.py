"""Who does a deed. The ledger writes it into every entry."""

from dataclasses import dataclass
from typing import Literal, Self, get_args

Kind = Literal["staff", "system", "customer", "public", "worker", "owner"]
_KINDS = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Actor:
    """One doer: `id` is a pseudonymous id of ours (staff, key, subject), empty where there is none, never a name.

    `on_behalf` is the staff id of the signed-in person for whom a system looks (design, invariant 14).
    """

    kind: Kind
    id: str = ""
    on_behalf: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ValueError(f"an actor is one of {', '.join(sorted(_KINDS))}")
        if self.kind in {"staff", "system", "customer"} and not self.id:
            raise ValueError(f"an actor of kind {self.kind} needs an id")

    @classmethod
    def public(cls) -> Self:
        """Somebody who has not signed in: a web form, a mail, a call."""
        return cls(kind="public")

    @classmethod
    def worker(cls, name: str = "") -> Self:
        """Name a scheduled job of this installation."""
        return cls(kind="worker", id=name)
