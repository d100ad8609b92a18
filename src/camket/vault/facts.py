"""Facts for the gate: one round trip over the rooms below, then pure."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from uuid import UUID

from camket.base.actor import Actor
from camket.consent.models import ConsentEvent, Restraint
from camket.consent.queries import Answer as ConsentAnswer
from camket.consent.queries import in_force, settle
from camket.consent.sql import CONSENT_FACTS, RESTRAINT_FACTS
from camket.policy import words
from camket.shops import undertaking
from camket.shops.models import Assignment, Setting, StaffRole, Undertaking
from camket.shops.settings import value_of
from camket.shops.sql import ASSIGNMENT_FACTS, KEY_FACTS, PERSON_FACTS, SHOP_FACTS
from camket.store import statements, vouch
from camket.store.db import raw_id, read_id
from camket.store.errors import ForgedRowError
from camket.subjects.sql import SUBJECT_FACTS
from camket.vault import sealed
from camket.vault.sealed import Row
from camket.vault.sql import ITEM_FACTS, VERIFIED_FACTS
from camket.vault.sql import KEY_FACTS as HELD_FACTS

# What only rooms above can know: a caller may state these, and the ledger entry names that it did.
PROVABLE: Final = frozenset(
    {
        "approval",
        "authority_request",
        "case_file",
        "moderated",
        "necessity",
        "order",
        "verified_identity",
        "written_request",
    }
)
_SELF_ACTING: Final = frozenset({"customer", "worker", "public"})


@cache
def all_facts() -> frozenset[str]:
    """Every fact of the word list."""
    return frozenset(words().facts)


@dataclass(slots=True)
class Facts:
    """What the database says about actor, subject and shop at one moment."""

    policy_version: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)
    undertaking: int = 0
    works: set[str] = field(default_factory=set)
    broken_glass: set[str] = field(default_factory=set)
    key_role: str | None = None
    key_purposes: frozenset[str] = frozenset()
    known: bool = False
    verified: bool = False
    agreement: bool = False
    child: bool = False
    representative: bool = False
    consents: list[tuple[str, ConsentAnswer]] = field(default_factory=list)
    restraints: list[tuple[int, str, str, bool]] = field(default_factory=list)

    def take(self, kind: str, *row: Any) -> None:
        """Add one row of the facts query: `a, b, c, d, n` as the rooms' SQL says for its kind."""
        _TAKES[kind](self, *row)

    def established(
        self,
        *,
        actor: Actor,
        purpose: str | None,
        work: str | None,
        channel: str | None,
        category: str | None,
        proven: Collection[str],
    ) -> set[str]:
        """Tell which facts are met for one category. Every fact that is not named here is missing."""
        # `circulating` and `third_party_consent` stand in the values: who reads those takes them away again.
        met = set(proven) & PROVABLE | {"circulating", "third_party_consent"}
        if actor.kind in _SELF_ACTING:
            met |= {"undertaking", "assignment"}
        elif self.undertaking >= undertaking.VERSION:
            met.add("undertaking")
        if work is not None and (work in self.works or work in self.broken_glass):
            met.add("assignment")
        # Work that somebody was given on an order; not what a request or break-glass merely names (INVARIANT 14).
        if work is not None and work in self.works and work.startswith("order:"):
            met.add("order")
        if self.verified:
            met.add("verified_contact")
        if self.agreement:
            met.add("agreement")
        if not self.child or self.representative:
            met.add("representative")
        if value_of(self.settings, "own_server") == "yes":
            met.add("own_server")
        held = in_force(row for row in self.restraints if row[2] in ("", purpose))
        met |= {fact for kind, fact in (("restrict", "not_restricted"), ("object", "not_objected")) if kind not in held}
        return met | self._consented(purpose, channel, category)

    def _consented(self, purpose: str | None, channel: str | None, category: str | None) -> set[str]:
        answers = [answer for named, answer in self.consents if named == purpose]
        if not answers:
            return set()
        met: set[str] = set()
        state, double = settle(answers, channel or "")
        if state == "given":
            met |= {"consent", "double_opt_in"} if double else {"consent"}
        if category and settle(answers, channel or "", category)[0] == "given":
            met.add("sensitive_consent")
        return met


def _take_assignment(facts: Facts, work: str, reason: str, *_: Any) -> None:
    (facts.broken_glass if reason == "break_glass" else facts.works).add(work)


def _take_key(facts: Facts, role: str, purposes: str, *_: Any) -> None:
    facts.key_role, facts.key_purposes = role, frozenset(json.loads(purposes))


def _take_subject(facts: Facts, child: str, representative: str, *_: Any) -> None:
    facts.known, facts.child, facts.representative = True, bool(child), bool(representative)


def _take_consent(facts: Facts, value: str, channel: str, category: str, *rest: Any) -> None:
    (purpose, _, how), number = rest[0].partition(" "), rest[1]
    facts.consents.append((purpose, ConsentAnswer(number, value, channel, category, double=how == "double_opt_in")))


def _take_restraint(facts: Facts, kind: str, purpose: str, lifted: str, *rest: Any) -> None:
    facts.restraints.append((rest[1], kind, purpose, bool(lifted)))


def _take_number(name: str) -> Callable[..., None]:
    return lambda facts, *row: setattr(facts, name, max(getattr(facts, name), row[-1] or 0))


_TAKES: Final[dict[str, Callable[..., None]]] = {
    "policy": _take_number("policy_version"),
    "undertaking": _take_number("undertaking"),
    "setting": lambda facts, name, value, *_: facts.settings.update({name: value}),
    "role": lambda facts, role, *_: facts.roles.add(role),
    "assignment": _take_assignment,
    "key": _take_key,
    "subject": _take_subject,
    "verified": lambda facts, *_: setattr(facts, "verified", True),
    "consent": _take_consent,
    "restraint": _take_restraint,
}


# Per kind of row: its table, and what the row's mark binds, in the order of the model's `vouched`.
_VOUCHED: Final[dict[str, tuple[int, Callable[..., tuple[Any, ...]]]]] = {
    "setting": (Setting.table_code, lambda _who, _whose, name, value, *_: (name, value)),
    "role": (StaffRole.table_code, lambda who, _whose, role, *_: (who, role)),
    "undertaking": (Undertaking.table_code, lambda who, _whose, *row: (who, row[-1])),
    "assignment": (
        Assignment.table_code,
        lambda who, whose, work, reason, since, until, _: (
            whose,
            who,
            work,
            reason,
            int(since),
            int(until) if until else None,
        ),
    ),
    "consent": (
        ConsentEvent.table_code,
        lambda _who, whose, value, channel, category, rest, number: (
            whose,
            number,
            value,
            channel,
            category,
            rest.partition(" ")[0],
            rest.partition(" ")[2],
        ),
    ),
    "restraint": (
        Restraint.table_code,
        lambda _who, whose, kind, purpose, lifted, _, number: (whose, number, kind, purpose, bool(lifted)),
    ),
}


_BEHIND: Final = {"item": 11, "held": 1}


@cache
def statement(*, person: bool, key: bool, subject: bool, categories: int = 0, keys: bool = False) -> str:
    """Join the rooms' parts that apply to one SQL statement: with values of so many categories, or a person's keys."""
    parts = [SHOP_FACTS]
    if person:
        parts.append(PERSON_FACTS)
    if key:
        parts.append(KEY_FACTS)
    if subject:
        parts += [SUBJECT_FACTS, VERIFIED_FACTS, CONSENT_FACTS, RESTRAINT_FACTS]
    if subject and person:
        parts.append(ASSIGNMENT_FACTS)
    facts = "\nUNION ALL\n".join(part.strip() for part in parts)
    if not (categories or keys):
        return facts
    first, behind = (ITEM_FACTS, "item") if categories else (HELD_FACTS, "held")
    first = first.strip().replace("{categories}", ", ".join(f"%(c{number})s" for number in range(categories)))
    empty = ", NULL" * _BEHIND[behind]
    return f"{first}\nUNION ALL\nSELECT f.*{empty} FROM (\n{facts}\n) f"


@dataclass(slots=True)
class Reading:
    """Facts, and what was read in the same round trip: sealed values, or the person's keys by retention class."""

    facts: Facts = field(default_factory=Facts)
    rows: list[Row] = field(default_factory=list)
    keys: dict[str, tuple[UUID, bytes]] = field(default_factory=dict)


def collect(*, shop_id: int, actor: Actor, subject_id: UUID | None, now_ms: int) -> Facts:
    """Read all facts in one round trip."""
    return read(shop_id=shop_id, actor=actor, subject_id=subject_id, now_ms=now_ms).facts


def read(
    *,
    shop_id: int,
    actor: Actor,
    subject_id: UUID | None,
    now_ms: int,
    categories: Sequence[str] = (),
    keys: bool = False,
) -> Reading:
    """Read all facts, and with them sealed values of `categories` or the person's `keys`, in one round trip."""
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    key = actor.id if actor.kind == "system" else None
    query = statement(
        person=person is not None,
        key=key is not None,
        subject=subject_id is not None,
        categories=len(categories),
        keys=keys,
    )
    parameters: dict[str, Any] = {"shop": shop_id, "now": now_ms}
    if person is not None:
        parameters["person"] = raw_id(UUID(person))
    if key is not None:
        parameters["key"] = raw_id(UUID(key))
    if subject_id is not None:
        parameters["subject"] = raw_id(subject_id)
    parameters |= {f"c{number}": category for number, category in enumerate(categories)}
    found = Reading()
    for row in statements.fetch(query, parameters):
        if row[0] == "item" and subject_id is not None:
            found.rows.append(sealed.row(shop_id, subject_id, row))
        elif row[0] == "held":
            found.keys[row[1]] = (read_id(row[7]), bytes(row[6]))
        else:
            _require_vouched(shop_id, person, subject_id, row, row[6])
            found.facts.take(*row[:6])
    found.rows.sort(key=sealed.by_id)
    return found


def _require_vouched(shop_id: int, person: str | None, subject_id: UUID | None, row: Sequence[Any], mark: Any) -> None:
    """Raise ForgedRowError for a row that grants something and was not written by a deed (vouch.py)."""
    vouched = _VOUCHED.get(row[0])
    if vouched is None:
        return
    table_code, values = vouched
    who = UUID(person).bytes if person else b""
    whose = subject_id.bytes if subject_id else b""
    if not vouch.fits(mark, shop_id, table_code, *values(who, whose, *row[1:6])):
        raise ForgedRowError
