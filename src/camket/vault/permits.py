"""Permits: what the gate hands out, and the only thing that opens a sealed value.

INVARIANT 2: a permit is made by the gate alone (it needs the token below, which this module does not export), inside
the deed whose ledger entry is `entry_id`; it is bound to shop, subject, actor, purpose, work and categories, and it is
spent by its one use.
"""

import threading
from dataclasses import dataclass
from typing import Never, SupportsIndex
from uuid import UUID

from camket.base.actor import Actor
from camket.base.plain import Token

_GATE = Token()


@dataclass(frozen=True, slots=True)
class Bound:
    """What a permit is good for."""

    shop_id: int
    subject_id: UUID
    actor: Actor
    purpose: str
    work: str | None
    action: str
    categories: frozenset[str]
    entry_id: UUID


class Permit:
    """One permission for one opening. Cannot be made outside the gate, copied, pickled or used twice."""

    __slots__ = ("__lock", "__spent", "bound")

    def __init__(self, bound: Bound, *, token: Token) -> None:
        if token is not _GATE:
            raise PermissionError("only the gate makes permits")
        self.bound = bound
        self.__spent = False
        self.__lock = threading.Lock()

    def spend(self, *, shop_id: int, subject_id: UUID, categories: frozenset[str]) -> Bound:
        """Use the permit up; PermissionError when it was used before or is for something else."""
        with self.__lock:
            if self.__spent:
                raise PermissionError("a permit is used once")
            self.__spent = True
        fits = self.bound.shop_id == shop_id and self.bound.subject_id == subject_id
        if not fits or not categories <= self.bound.categories:
            raise PermissionError("the permit is for something else")
        return self.bound

    def __copy__(self) -> Never:
        raise TypeError("a permit cannot be copied")

    def __deepcopy__(self, memo: dict[int, object]) -> Never:
        raise TypeError("a permit cannot be copied")

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> Never:
        raise TypeError("a permit cannot be pickled")

    def __repr__(self) -> str:
        return f"<Permit {self.bound.action} {self.bound.purpose}>"
