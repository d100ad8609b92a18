"""Putting values of many people: one deed, one entry, a membership row each; reads and writes go by sets of rows.

Nothing is looser than `put`: each value of each person passes the gate on facts read in the deed, is sealed for its
row under a key of its person and class, and is told to the ledger. What is refused about one is their refusal alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.errors import CamketError
from camket.base.ids import uuid7s
from camket.base.values import accept
from camket.crypto.sealer import Sealer, nonces
from camket.ledger.actions import Deed, deed
from camket.ledger.bulk import BulkRows
from camket.policy import Rulebook, words
from camket.shops import queries as shops
from camket.store import among
from camket.store.errors import ForgedRowError
from camket.store.secrets import index_keys
from camket.subjects import blind
from camket.subjects.bulk import PeopleRows, verified_among
from camket.subjects.errors import TakenError, UnknownSubjectError
from camket.subjects.queries import tombstone_digest
from camket.vault import classes, gate
from camket.vault.bulk_sealing import LONG_MOMENT, ItemShape, NewKeys
from camket.vault.deciding import Decisions
from camket.vault.errors import ErasedError, RefusedError
from camket.vault.facts import Facts
from camket.vault.facts_many import collect_many, fresh
from camket.vault.gate import Wish
from camket.vault.keys_many import keys_of, lock_many
from camket.vault.models import Item
from camket.vault.values import Value

# What the shop held before is taken in to be justified or destroyed, unless the law itself forbids holding it.
_LEGACY_REFUSED: Final = frozenset({"law", "error"})
_BURIED: Final = (
    "SELECT t.digest FROM camket_tombstone t WHERE t.digest {among} AND t.shop_id = %(shop)s AND t.ends_at > %(now)s"
)
_NO_ANCHORS: Mapping[str, datetime] = {}


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is put for one person, as `put` takes it. A `new` person comes in by this very deed, under this id."""

    subject_id: UUID
    values: Sequence[Value]
    new: bool = False
    anchors: Mapping[str, datetime] = field(default_factory=lambda: _NO_ANCHORS)
    proven: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of one parcel: the ids of its items, or why nothing of it was kept."""

    subject_id: UUID
    ids: tuple[bytes, ...] = ()
    refused: CamketError | None = None

    @property
    def items(self) -> tuple[UUID, ...]:
        """The ids, as other rooms name items."""
        return tuple(UUID(bytes=one) for one in self.ids)


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for every parcel."""

    shop_id: int
    source: str
    actor: Actor
    now: datetime
    legacy: str
    basis: str
    prepared: bool


def put_many(
    *,
    shop_id: int,
    parcels: Sequence[Parcel],
    source: str,
    actor: Actor,
    now: datetime,
    legacy: str = "",
    basis: str = "",
    work: str | None = None,
    prepared: bool = False,
    within: Deed | None = None,
    rows: BulkRows | None = None,
) -> list[Kept]:
    """Keep the values of many people; what came of each parcel, in order. See `put` for the arguments.

    A refused parcel (RefusedError, BadValueError, TakenError, ErasedError, UnknownSubjectError) leaves nothing behind
    and makes no new person; the others are kept. The entry counts and names the refused, by reason, and they are
    members of it. With `within` and `rows` the caller's bulk deed goes on, and writes the rows.
    Errors: RefusedError where nobody could be put at all (no role, a key for other purposes).
    """
    task = Task(shop_id, source, actor, now, legacy, basis, prepared)
    if within is not None and rows is not None:
        return _Putting(task, within, rows).put(parcels)
    with ExitStack() as stack:
        stack.enter_context(
            gate.watched(shop_id=shop_id, actor=actor, subject_id=None, now=now, purpose=None, work=work)
        )
        made = stack.enter_context(deed(shop_id=shop_id, event="item.put", actor=actor, now=now, work=work, bulk=True))
        own = BulkRows(made)
        kept = _Putting(task, made, own).put(parcels)
        own.write()
        for one, parcel in zip(kept, parcels, strict=True):
            if one.refused is None or not (parcel.new or isinstance(one.refused, UnknownSubjectError)):
                made.member(one.subject_id)
        made.detail.update(put=sum(one.refused is None for one in kept), values=sum(len(one.ids) for one in kept))
        if told := reasons((one.subject_id, one.refused) for one in kept if one.refused is not None):
            made.detail["refused"] = told
    return kept


def reasons(refused: Iterable[tuple[UUID, CamketError]]) -> list[list[object]]:
    """Group who was refused by why, as an entry keeps it: code, citations, what lacks, and the people's ids."""
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[UUID]] = {}
    for subject_id, error in refused:
        lacking = error.lacking if isinstance(error, RefusedError) else ()
        found.setdefault((error.code, error.clauses, lacking), []).append(subject_id)
    return [[code, clauses, lacking, people] for (code, clauses, lacking), people in found.items()]


class _Putting:
    """One bulk put: facts, decisions, keys and rows of all its parcels."""

    def __init__(self, task: Task, made: Deed, rows: BulkRows) -> None:
        self._task = task
        self._deed = made
        self._rows = rows
        self._at = to_ms(task.now)
        self._one_key = len(index_keys(task.shop_id).held) == 1
        self._people = PeopleRows(rows, shop_id=task.shop_id, origin=task.source, legacy=task.legacy, now=task.now)
        self._keys = NewKeys(rows, shop_id=task.shop_id, made_at=self._at)
        self._shapes: dict[tuple[object, ...], ItemShape] = {}
        self._kept_for: dict[tuple[object, ...], classes.Retention] = {}
        self._bases: dict[tuple[str, ...], str] = {}
        self._allowed: dict[tuple[object, ...], RefusedError | None] = {}

    def put(self, parcels: Sequence[Parcel]) -> list[Kept]:
        task = self._task
        known = [parcel.subject_id for parcel in parcels if not parcel.new]
        lock_many(shop_id=task.shop_id, subject_ids=known)
        held = keys_of(shop_id=task.shop_id, subject_ids=known)
        shared, facts = collect_many(shop_id=task.shop_id, actor=task.actor, subject_ids=known, now_ms=self._at)
        self._rulebook: Rulebook = shops.rulebook(task.shop_id, shared.policy_version)
        kinds = frozenset(_LEGACY_REFUSED) if task.legacy else None
        self._decisions = Decisions(self._rulebook, task.actor, refused_only=kinds)
        newcomer = fresh(shared)
        refused: dict[int, CamketError] = {}
        texts: dict[int, list[str]] = {}
        for number, parcel in enumerate(parcels):
            about = newcomer if parcel.new else facts.get(parcel.subject_id)
            error = self._refusal(parcel, about)
            if error is None:
                try:
                    texts[number] = self._accepted(parcel)
                    continue
                except CamketError as bad:
                    error = bad
            refused[number] = error
        indexed = {number: self._indexed(parcels[number], found) for number, found in texts.items()}
        refused |= self._unwelcome(parcels, texts, indexed)
        self._add_people(parcels, refused)
        self._opened: dict[tuple[bytes, str], tuple[bytes, Sealer]] = {
            place: (key_id, Sealer(key)) for place, (key_id, key) in held.items()
        }
        plans = {
            number: [self._retention(value, parcels[number]) for value in parcels[number].values]
            for number in texts
            if number not in refused
        }
        self._add_keys(parcels, plans)
        count = sum(len(texts[number]) for number in plans)
        self._ids, self._nonces = iter(uuid7s(self._at, count)), nonces(count)
        return [
            Kept(parcel.subject_id, refused=refused[number])
            if number in refused
            else self._keep(parcel, texts[number], indexed[number], plans[number])
            for number, parcel in enumerate(parcels)
        ]

    def _refusal(self, parcel: Parcel, facts: "Facts | ForgedRowError | None") -> CamketError | None:
        """Ask the gate about each purpose with the categories that are given for it."""
        if facts is None:
            return UnknownSubjectError()
        if isinstance(facts, ForgedRowError):
            return forged(facts)
        asked = tuple((one.category, one.purposes, one.third_party and not one.stated) for one in parcel.values)
        if not parcel.new:
            return self._asked(parcel, facts, asked)
        place = (parcel.proven, asked)
        if place not in self._allowed:
            self._allowed[place] = self._asked(parcel, facts, asked)
        return self._allowed[place]

    def _asked(
        self, parcel: Parcel, facts: Facts, asked: Sequence[tuple[str, tuple[str, ...], bool]]
    ) -> RefusedError | None:
        by_purpose: dict[str, dict[str, bool]] = {}
        for category, purposes, lacks in asked:
            for purpose in purposes or ("",):
                given = by_purpose.setdefault(purpose, {})
                given[category] = given.get(category, False) or lacks
        for purpose, given in by_purpose.items():
            wish = Wish(
                action="collect",
                purpose=purpose or None,
                categories=tuple(given),
                source=self._task.source,
                proven=parcel.proven,
            )
            absent: dict[str | None, tuple[str, ...]] = {
                name: ("third_party_consent",) for name, lacks in given.items() if lacks
            }
            answers = self._decisions.answers(facts, wish, absent)
            if isinstance(answers, RefusedError):
                return answers
        return None

    def _accepted(self, parcel: Parcel) -> list[str]:
        if self._task.prepared:
            return [value.text for value in parcel.values]
        packs = [words().categories[value.category] for value in parcel.values]
        return [
            accept(value.text, normalise=pack.normalise, validate=pack.validate)
            for value, pack in zip(parcel.values, packs, strict=True)
        ]

    def _indexed(self, parcel: Parcel, texts: Sequence[str]) -> list[tuple[bytes, ...]]:
        """Give the exact digests that each value is written under; none for those that are not found by one."""
        return [
            blind.written(self._task.shop_id, value.category, text) if _index(value.category) == "exact" else ()
            for value, text in zip(parcel.values, texts, strict=True)
        ]

    def _ever(self, parcel: Parcel, texts: Sequence[str], indexed: Sequence[tuple[bytes, ...]]) -> set[bytes]:
        """Give every digest that the parcel's contacts ever had: tombstones outlive rotations of the key."""
        if self._one_key:
            return set().union(*indexed)
        return {
            digest
            for value, text in zip(parcel.values, texts, strict=True)
            if _index(value.category) == "exact"
            for digest in blind.ever(self._task.shop_id, value.category, text)
        }

    def _unwelcome(
        self,
        parcels: Sequence[Parcel],
        texts: Mapping[int, Sequence[str]],
        indexed: Mapping[int, Sequence[tuple[bytes, ...]]],
    ) -> dict[int, CamketError]:
        """Find who was erased (legacy only), and whose proven contact is proven for somebody else."""
        shop_id = self._task.shop_id
        refused: dict[int, CamketError] = {}
        if self._task.legacy:
            ever = {number: self._ever(parcels[number], found, indexed[number]) for number, found in texts.items()}
            gone = buried(shop_id, set().union(*ever.values()), self._at)
            refused |= {number: ErasedError() for number, found in ever.items() if not gone.isdisjoint(found)}
        proven = [
            (number, digest)
            for number, found in indexed.items()
            for value, digests in zip(parcels[number].values, found, strict=True)
            if value.verified
            for digest in digests
        ]
        taken = verified_among(shop_id=shop_id, digests=[digest for _, digest in proven]) if proven else set()
        for number, digest in proven:
            if digest in taken:
                refused.setdefault(number, TakenError())
            taken.add(digest)
        return refused

    def _add_people(self, parcels: Sequence[Parcel], refused: Mapping[int, CamketError]) -> None:
        seen: set[UUID] = set()
        for number, parcel in enumerate(parcels):
            if parcel.new and number not in refused and parcel.subject_id not in seen:
                seen.add(parcel.subject_id)
                self._people.person(parcel.subject_id.bytes)

    def _retention(self, value: Value, parcel: Parcel) -> classes.Retention:
        place = (value.category, *parcel.anchors.items())
        found = self._kept_for.get(place)
        if found is None:
            found = self._kept_for[place] = classes.retention(
                rulebook=self._rulebook, category=value.category, collected=self._task.now, anchors=parcel.anchors
            )
        return found

    def _add_keys(self, parcels: Sequence[Parcel], plans: Mapping[int, Sequence[classes.Retention]]) -> None:
        """Make the keys that are missing; their rows go in before any item's."""
        for number, plan in plans.items():
            subject = parcels[number].subject_id.bytes
            for kept in plan:
                if (subject, kept.name) not in self._opened:
                    self._opened[subject, kept.name] = self._keys.make(subject, kept.name)

    def _keep(
        self,
        parcel: Parcel,
        texts: Sequence[str],
        indexed: Sequence[tuple[bytes, ...]],
        plan: Sequence[classes.Retention],
    ) -> Kept:
        subject = parcel.subject_id.bytes
        ids = tuple(islice(self._ids, len(texts)))
        for value, text, digests, kept, item_id in zip(parcel.values, texts, indexed, plan, ids, strict=True):
            self._shape(value, kept).add(
                self._rows,
                subject_id=subject,
                item_id=item_id,
                key=self._opened[subject, kept.name],
                text=text,
                nonce=next(self._nonces),
                group_id=None if value.group is None else value.group.bytes,
                expires_at=kept.expires_at,
            )
            for digest in digests:
                self._people.identifier(subject, item_id, value.category, digest, verified=value.verified)
            if not digests and _index(value.category):
                self._people.names(subject, item_id, blind.name_tokens_written(self._task.shop_id, text))
        return Kept(parcel.subject_id, ids)

    def _shape(self, value: Value, kept: classes.Retention) -> ItemShape:
        timed = (kept.expires_at or 0) >= LONG_MOMENT
        place = (
            value.category,
            value.purposes,
            kept.name,
            None if timed else kept.expires_at,
            timed,
            kept.circulates_until,
            value.verified,
            value.third_party,
            value.group is None,
        )
        found = self._shapes.get(place)
        if found is None:
            found = self._shapes[place] = ItemShape(self._rows, self._example(value, kept))
        return found

    def _example(self, value: Value, kept: classes.Retention) -> Item:
        task = self._task
        return Item(
            shop_id=task.shop_id,
            category=value.category,
            purposes=",".join(sorted(set(value.purposes))),
            source=task.source,
            basis=task.basis or self._basis(value.purposes),
            retention=kept.name,
            collected_at=self._at,
            expires_at=kept.expires_at,
            circulates_until=kept.circulates_until,
            verified=value.verified,
            third_party=value.third_party,
            legacy=task.legacy,
            group_id=value.group,
            version=1,
        )

    def _basis(self, purposes: tuple[str, ...]) -> str:
        return ",".join(sorted({self._rulebook.basis_of(purpose) for purpose in purposes}))


def _index(category: str) -> str:
    return words().categories[category].index or ""


def buried(shop_id: int, digests: Iterable[bytes], at: int) -> set[bytes]:
    """Tell which identifiers belong to erased people and may not come back yet."""
    named = {tombstone_digest(shop_id, digest): digest for digest in digests}
    return {named[bytes(one)] for (one,) in among.fetch(_BURIED, named, {"shop": shop_id, "now": at})}


def forged(error: ForgedRowError) -> RefusedError:
    """Make the refusal of somebody about whom a row was not written by a deed."""
    return RefusedError(vi=error.vi, en=error.en, action="forged_row", citations=("error",), lacking=("error",))
