"""The compiled policy: one bit per rule, one mask per word. Immutable; answering is a few lookups and ANDs.

INVARIANTS
- What no promise opens stays closed: an action without a check in `checks` is never allowed.
- The order of the clauses changes nothing: bits follow the order of citations.
- A ban yields only to a matching promise whose needs are met, that names it, and that is of a kind that governs it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from camket.policy import reading
from camket.policy.errors import PolicyError
from camket.policy.floor import Floor, FloorRule
from camket.policy.kinds import STAFF_ACTIONS
from camket.policy.model import Clause, Completion, Policy
from camket.policy.reach import DIMENSIONS
from camket.policy.rules import OPEN_NOTHING, Rule, rules
from camket.policy.words import words

Masks = Mapping[str | None, int]

# Per action: the checks it must pass, as (name in a gap, sort of rule that opens it).
DATA_CHECKS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "collect": (("purpose", "purpose"), ("source", "collect"), ("category", "data")),
        **dict.fromkeys(STAFF_ACTIONS, (("purpose", "purpose"), ("role", "access"))),
        "disclose": (("purpose", "purpose"), ("recipient", "disclose")),
        "contact": (("purpose", "purpose"), ("channel", "contact")),
    }
)
BY_PERSON: Final = (("purpose", "purpose"), ("recipient", "disclose"), ("role", "access"))

_MOST_SAYINGS = 4096


@dataclass(frozen=True, slots=True)
class Checks:
    """The masks of an action's checks, and their union."""

    masks: tuple[int, ...]
    names: tuple[str, ...]
    union: int


@dataclass(frozen=True)
class Rulebook:
    """A policy that can be asked. Make it with `compile_rulebook`."""

    policy: Policy
    floor: Floor
    rules: tuple[Rule, ...]
    tables: tuple[Masks, Masks, Masks, Masks, Masks, Masks, Masks]
    uncategorised: Mapping[str, int]
    needing: Mapping[str, int]
    denies: int
    binding: int
    law: int
    closing: int
    lifting: int
    lifts: Mapping[int, int]
    checks: Mapping[str, Checks]
    by_person: Checks

    @property
    def version(self) -> str:
        """SHA-256 of the canonical bytes of the policy."""
        return self.policy.digest

    digest = version

    def clause(self, citation: str) -> Clause | Completion:
        """Give the clause or completion that a citation names; raises `PolicyError` for an unknown one."""
        part = self.policy.parts.get(citation) or self.policy.parts.get(f"completion:{citation}")
        if part is None:
            raise PolicyError(
                vi=f"chính sách không có điều khoản `{citation}`",
                en=f"the policy has no clause `{citation}`",
                advice_vi="xem số hiệu các điều khoản: camket policy page",
                advice_en="see the ids of the clauses: camket policy page",
                code="unknown_clause",
            )
        return part

    def articles(self, citation: str, bits: int) -> tuple[FloorRule, ...]:
        """Give the rules of law behind a citation: those among these bits, or else every rule of the article."""
        every = tuple(rule for rule in self.floor.rules if rule.article == citation)
        # INVARIANT: the first bits are the rules of the floor, in its order (see `rules.rules`).
        struck = tuple(rule for bit, rule in enumerate(self.floor.rules) if bits >> bit & 1 and rule in every)
        return struck or every

    def cited(self, bits: int) -> tuple[str, ...]:
        """Give the citations of these rules, in their order, each once."""
        return self._said(bits)[0]

    def needed(self, bits: int) -> frozenset[str]:
        """Give the facts these rules need."""
        return self._said(bits)[1]

    def duties(self, bits: int) -> frozenset[str]:
        """Give the duties these rules bring, and `log`."""
        return self._said(bits)[2]

    def _said(self, bits: int) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
        """Give citations, needs and duties of a set of rules: few sets are ever asked for, each again and again."""
        found = self._sayings.get(bits)
        if found is None:
            if len(self._sayings) >= _MOST_SAYINGS:
                self._sayings.clear()
            rules = tuple(self.of(bits))
            found = self._sayings[bits] = (
                tuple(dict.fromkeys(rule.citation for rule in rules)),
                frozenset().union(*(rule.needs for rule in rules)),
                frozenset({"log"}).union(*(rule.duties for rule in rules)),
            )
        return found

    @cached_property
    def _sayings(self) -> dict[int, tuple[tuple[str, ...], frozenset[str], frozenset[str]]]:
        return {}

    def of(self, bits: int) -> Iterator[Rule]:
        """Give the rules of these bits."""
        return (self.rules[low.bit_length() - 1] for low in each_bit(bits))

    @cached_property
    def _open(self) -> Any:
        return reading.open_words(self)

    def purposes_open(self) -> frozenset[str]:
        """Purposes that some deed may be done for, if every fact is met."""
        opened: frozenset[str] = self._open[0]
        return opened

    def sources_open(self) -> frozenset[str]:
        """Give sources that may supply some category for some purpose, if every fact is met."""
        opened: frozenset[str] = self._open[1]
        return opened

    def retention_rules(self) -> tuple[reading.RetentionRule, ...]:
        """Tell what the text and the completions say about keeping; overruled sentences are marked."""
        return reading.retention_rules(self.policy)

    def locked_fields(self) -> Mapping[str, tuple[str, ...]]:
        """Categories that customers may not edit in the portal, each with the clauses that lock it."""
        return reading.locked_fields(self.policy)

    def rights(self) -> Mapping[str, frozenset[str]]:
        """Each right that a promise opens, with the channels it opens it through."""
        return reading.rights(self.policy)

    def basis_of(self, purpose: str) -> str:
        """Give the basis of the purpose: what the policy says (consent before anything else), or what its word says."""
        return reading.basis_of(self.policy, purpose)


def compile_rulebook(policy: Policy, floor: Floor) -> Rulebook:
    """Compiles a policy over the law's floor."""
    compiled = rules(policy, floor)
    sorts: dict[str, int] = {}
    for bit, rule in enumerate(compiled):
        sorts[rule.sort] = sorts.get(rule.sort, 0) | 1 << bit
    openers = sum(mask for sort, mask in sorts.items() if sort not in OPEN_NOTHING)
    lifts = _lifts(compiled)
    actions, *others = (_table(compiled, dimension) for dimension in DIMENSIONS)
    roles, categories, *rest = others
    return Rulebook(
        policy=policy,
        floor=floor,
        rules=compiled,
        tables=(actions, roles, categories, *rest),  # type: ignore[arg-type]  # one table per dimension: seven
        uncategorised=_uncategorised(categories[None], openers | sorts.get("condition", 0)),
        needing=_needing(compiled),
        denies=_mask(bit for bit, rule in enumerate(compiled) if rule.deny),
        binding=_mask(bit for bit, rule in enumerate(compiled) if not rule.deny and rule.sort in ("law", "condition")),
        law=sorts.get("law", 0),
        closing=sorts.get("closing", 0),
        lifting=_mask(bit.bit_length() - 1 for bit in lifts),
        lifts=MappingProxyType(lifts),
        checks=MappingProxyType({action: _checks(action, sorts) for action in words().actions}),
        by_person=_gathered(BY_PERSON, sorts),
    )


def each_bit(bits: int) -> Iterator[int]:
    """Give the single bits of a mask, lowest first."""
    while bits:
        low = bits & -bits
        yield low
        bits ^= low


def _mask(numbers: Iterable[int]) -> int:
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def _table(compiled: tuple[Rule, ...], dimension: str) -> Masks:
    """Per word the rules that speak to it; under None those that speak to every word."""
    every = 0
    named: dict[str, int] = dict.fromkeys(words().family(dimension), 0)
    for bit, rule in enumerate(compiled):
        some = getattr(rule.reach, dimension)
        if some is None:
            every |= 1 << bit
        else:
            for word in some:
                named[word] |= 1 << bit
    return MappingProxyType({None: every, **{word: every | mask for word, mask in named.items()}})


def _uncategorised(strict: int, spoken: int) -> Mapping[str, int]:
    """Tell what a question without a category matches.

    A message and a right concern a person, not a field: there what is said of some categories speaks too, opening and
    binding. Everywhere else only what is said of every category does.
    """
    loose = {action.id for action in words().actions.values() if action.kind == "right"} | {"contact"}
    return MappingProxyType({action: strict | spoken if action in loose else strict for action in words().actions})


def _needing(compiled: tuple[Rule, ...]) -> Mapping[str, int]:
    needing = dict.fromkeys(words().facts, 0)
    for bit, rule in enumerate(compiled):
        for fact in rule.needs:
            needing[fact] |= 1 << bit
    return MappingProxyType(needing)


def _lifts(compiled: tuple[Rule, ...]) -> dict[int, int]:
    """Per opener that names exceptions: the bans it lifts. A closed list also yields to what its own clause opens."""
    lifts = {}
    for bit, opener in enumerate(compiled):
        if opener.sort in OPEN_NOTHING:
            continue
        lifted = _mask(number for number, ban in enumerate(compiled) if _lifted_by(ban, opener))
        if lifted:
            lifts[1 << bit] = lifted
    return lifts


def _lifted_by(ban: Rule, opener: Rule) -> bool:
    if ban.sort not in ("ban", "condition"):
        return False
    if ban.only:
        return ban.only == opener.sort and (ban.citation in opener.despite or ban.citation == opener.citation)
    if ban.citation not in opener.despite:
        return False
    # Naming a purpose lifts a ban on purposes, never one on deeds, sources or recipients as such.
    return opener.sort != "purpose" or ban.reach.purposes is not None


def _checks(action: str, sorts: Mapping[str, int]) -> Checks:
    if words().actions[action].kind == "right":
        return _gathered((("right", "right"),), sorts)
    return _gathered(DATA_CHECKS.get(action, ()), sorts)


def _gathered(listed: tuple[tuple[str, str], ...], sorts: Mapping[str, int]) -> Checks:
    masks = tuple(sorts.get(sort, 0) for _, sort in listed)
    return Checks(masks, tuple(name for name, _ in listed), _union(masks))


def _union(masks: tuple[int, ...]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
