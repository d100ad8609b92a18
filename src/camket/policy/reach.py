"""How far a promise reaches: the questions it speaks to, as one set of words per dimension.

Compiling, contradictions and clashes all rest on this.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Final

from camket.policy.kinds import (
    DATA_ACTIONS,
    STAFF_ACTIONS,
    AccessPromise,
    CollectPromise,
    ComplainPromise,
    ContactPromise,
    DisclosePromise,
    Listing,
    LockedPromise,
    NeverPromise,
    Promise,
    PurposePromise,
    RightPromise,
)
from camket.policy.words import words

Some = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Reach:
    """The words a rule speaks to, per dimension; None means every word of it, and none given."""

    actions: Some = None
    roles: Some = None
    categories: Some = None
    purposes: Some = None
    sources: Some = None
    channels: Some = None
    recipients: Some = None

    def overlaps(self, other: "Reach") -> bool:
        """Whether some question is spoken to by both."""
        return all(a is None or b is None or a & b for a, b in self._pairs(other))

    def covers(self, other: "Reach") -> bool:
        """Whether every question of the other is spoken to by this one."""
        return all(a is None or (b is not None and b <= a) for a, b in self._pairs(other))

    def _pairs(self, other: "Reach") -> Iterator[tuple[Some, Some]]:
        return ((getattr(self, name), getattr(other, name)) for name in DIMENSIONS)


DIMENSIONS: Final = tuple(field.name for field in fields(Reach))

# The dimension of which an `only` list is closed, and which kind of promise opens each check of the gate.
MAIN: Final[Mapping[str, str]] = {
    "purpose": "purposes",
    "collect": "sources",
    "contact": "channels",
    "disclose": "recipients",
    "access": "roles",
    "right": "channels",
    "complain": "channels",
}


def _some(listed: tuple[str, ...]) -> Some:
    return frozenset(listed) or None


def opened(promise: Promise) -> Reach | None:  # noqa: PLR0911  (one return per kind reads best)
    """Tell what the promise opens, or None for a kind that opens nothing."""
    if isinstance(promise, PurposePromise):
        return Reach(frozenset(DATA_ACTIONS), purposes=_some(promise.purposes), categories=_some(promise.categories))
    if isinstance(promise, CollectPromise):
        return Reach(
            frozenset({"collect"}),
            sources=_some(promise.sources),
            categories=_some(promise.categories),
            purposes=_some(promise.purposes),
        )
    if isinstance(promise, ContactPromise):
        return Reach(frozenset({"contact"}), channels=_some(promise.channels), purposes=_some(promise.purposes))
    if isinstance(promise, DisclosePromise):
        return Reach(
            frozenset({"disclose"}),
            recipients=_some(promise.recipients),
            categories=_some(promise.categories),
            purposes=_some(promise.purposes),
        )
    if isinstance(promise, AccessPromise):
        return _access(promise)
    if isinstance(promise, RightPromise):
        return Reach(_some(promise.rights), channels=_some(promise.channels), categories=_some(promise.categories))
    if isinstance(promise, ComplainPromise):
        return Reach(frozenset({"complain"}), channels=_some(promise.channels))
    return None


def _access(promise: AccessPromise) -> Reach:
    # Who may give data away must at least be allowed to read it: disclosing by a person asks for this.
    actions = frozenset(promise.actions or STAFF_ACTIONS)
    return Reach(
        actions | {"disclose"} if "read" in actions else actions,
        roles=_some(promise.roles),
        categories=_some(promise.categories),
        purposes=_some(promise.purposes),
    )


def banned(promise: Promise) -> Reach | None:
    """Tell what the promise denies outright: a `never`, what an `only` list leaves out, fields locked in the portal."""
    if isinstance(promise, NeverPromise):
        return Reach(
            _some(promise.actions),
            _some(promise.roles),
            _some(promise.categories),
            _some(promise.purposes),
            _some(promise.sources),
            _some(promise.channels),
            _some(promise.recipients),
        )
    if isinstance(promise, LockedPromise):
        # Whoever corrects through the portal is the customer: a question that leaves the role out is denied too.
        return Reach(frozenset({"correct"}), categories=_some(promise.categories), channels=frozenset({"portal"}))
    if isinstance(promise, Listing) and promise.only:
        return _others(promise)
    return None


def _others(promise: Listing) -> Reach | None:
    """Give the questions of the list's own kind that name a value outside it."""
    reach = opened(promise)
    main = MAIN[promise.kind]
    members = getattr(reach, main)
    if reach is None or members is None:
        return None
    actions = frozenset(getattr(promise, "actions", ()) or STAFF_ACTIONS) if promise.kind == "access" else reach.actions
    return Reach(
        **{name: getattr(reach, name) for name in DIMENSIONS if name not in (main, "actions")},
        actions=actions,
        **{main: _universe(main) - members - (_carried(members) if main == "channels" else frozenset())},
    )


@cache
def _universe(dimension: str) -> frozenset[str]:
    known = words().family(dimension)
    if dimension == "roles":
        # A system and the customer are no staff: a closed list of people says nothing about them.
        return frozenset(word for word, role in words().roles.items() if role.kind == "staff")
    return frozenset(known)


def _carried(ways: frozenset[str]) -> frozenset[str]:
    """Forms of message that can travel by one of these ways: "only by email" does not forbid a letter by email."""
    return frozenset(form for form, channel in words().channels.items() if ways & set(channel.travels_by))
