"""What a policy says about keeping, rights, locked fields, identity: read by the rooms that keep those promises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from camket.policy.kinds import (
    ComplainPromise,
    IdentityPromise,
    KeepPromise,
    LockedPromise,
    Promise,
    PurposePromise,
    RightPromise,
    SafeguardPromise,
)
from camket.policy.model import Clause, Policy
from camket.policy.question import Question, Verdict
from camket.policy.words import words

if TYPE_CHECKING:
    from camket.policy.rulebook import Rulebook

STRICTEST: Final = ("consent", "request", "contract", "law")
P = TypeVar("P", bound=Promise)


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One rule about keeping. `categories` is empty for every category; periods are ISO 8601 (see `period.parse`).

    `overruled` rules are what the text says but the law sets aside: shown, never run.
    """

    citation: str
    categories: frozenset[str]
    period: str | None = None
    after: str | None = None
    until: str | None = None
    forever: bool = False
    circulate: str | None = None
    overruled: bool = False

    @property
    def finite(self) -> bool:
        return self.period is not None


def of_kind(policy: Policy, kind: type[P]) -> Iterator[tuple[str, P]]:
    """Every promise of a kind with its citation, in file order."""
    return ((part.citation, promise) for part, promise in policy.promises() if isinstance(promise, kind))


def retention_rules(policy: Policy) -> tuple[RetentionRule, ...]:
    """Every `keep` promise, in file order."""
    overruled = {clause.citation for clause in policy.clauses if clause.overruled}
    return tuple(
        RetentionRule(
            citation,
            frozenset(keep.categories),
            keep.period,
            keep.after,
            keep.until,
            keep.forever,
            keep.circulate,
            citation in overruled,
        )
        for citation, keep in of_kind(policy, KeepPromise)
    )


def locked_fields(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """Locked categories with the citations that lock them."""
    locked: dict[str, tuple[str, ...]] = {}
    for citation, promise in of_kind(policy, LockedPromise):
        for category in promise.categories:
            locked[category] = (*locked.get(category, ()), citation)
    return MappingProxyType(locked)


def rights(policy: Policy) -> Mapping[str, frozenset[str]]:
    """Each opened right with its channels; every channel where the promise names none."""
    ways = frozenset(channel.id for channel in words().channels.values() if channel.kind == "way")
    opened: dict[str, frozenset[str]] = {}
    for _, promise in of_kind(policy, RightPromise):
        for right in promise.rights:
            opened[right] = opened.get(right, frozenset()) | (frozenset(promise.channels) or ways)
    for _, complaint in of_kind(policy, ComplainPromise):
        opened["complain"] = opened.get("complain", frozenset()) | (frozenset(complaint.channels) or ways)
    return MappingProxyType(opened)


def basis_of(policy: Policy, purpose: str) -> str:
    """Give the strictest basis that a promise names for the purpose, or the basis of its word."""
    named = {p.basis for _, p in of_kind(policy, PurposePromise) if p.basis and purpose in p.purposes}
    return next((basis for basis in STRICTEST if basis in named), words().purposes[purpose].basis)


def identity(policy: Policy) -> Mapping[str, str]:
    """Tell who the controller is: the file's `controller`, filled up by identity promises.

    What still stands in square brackets (`[điền địa chỉ]`) is a blank for the owner and counts as missing.
    """
    known: dict[str, str] = {}
    told = [policy.controller, *(promise for _, promise in of_kind(policy, IdentityPromise))]
    for one in told:
        for name, value in one.model_dump(exclude_none=True).items():
            if value and "[" not in value:
                known.setdefault(name, value)
    return MappingProxyType(known)


def measures(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """Each promised safeguard with the citations that promise it."""
    promised: dict[str, tuple[str, ...]] = {}
    for citation, promise in of_kind(policy, SafeguardPromise):
        for measure in promise.measures:
            promised[measure] = (*promised.get(measure, ()), citation)
    return MappingProxyType(promised)


def overruled(policy: Policy) -> tuple[Clause, ...]:
    """Give the clauses that the law sets aside."""
    return tuple(clause for clause in policy.clauses if clause.overruled)


def open_words(rulebook: "Rulebook") -> tuple[frozenset[str], frozenset[str]]:
    """Purposes and sources that are open for some question, every fact met."""
    from camket.policy.decide import decide  # late import: same-room (a rulebook tells what deciding on it gives)

    named = {purpose for _, promise in of_kind(rulebook.policy, PurposePromise) for purpose in promise.purposes}
    categories = (None, *words().categories)
    purposes, sources = set(), set()
    for purpose in named:
        for action in ("collect", "read", "contact", "disclose"):
            answers = (decide(rulebook, Question(action, None, category, purpose)) for category in categories)
            if any(answer.verdict is not Verdict.DENY and "purpose" not in answer.lacking for answer in answers):
                purposes.add(purpose)
                break
    for source in words().sources:
        questions = (Question("collect", None, c, p, source) for p in sorted(purposes) for c in categories)
        if any(decide(rulebook, question).allowed for question in questions):
            sources.add(source)
    return frozenset(purposes), frozenset(sources)
