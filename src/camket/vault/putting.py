"""Deeds of the vault: put, change, verify. See looks.py, erasure.py, emergency.py for the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

from django.db import IntegrityError

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.base.values import accept
from camket.ledger.actions import Deed, deed
from camket.policy import Answer, Rulebook, words
from camket.shops import queries as shops
from camket.store import shapes
from camket.store.db import is_sqlite
from camket.store.errors import ConflictError
from camket.subjects import actions as subjects
from camket.subjects import blind
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.queries import tombstone_digest
from camket.vault import classes, gate, sealing
from camket.vault import facts as fact_room
from camket.vault.errors import ErasedError
from camket.vault.facts import Facts, Reading
from camket.vault.gate import Wish
from camket.vault.keys import Keys, raced
from camket.vault.models import Item, Tombstone
from camket.vault.values import Value

Absent = dict[str | None, tuple[str, ...]]
# What the shop held before is taken in to be justified or destroyed, unless the law itself forbids holding it.
_LEGACY_REFUSED: Final = frozenset({"law", "error"})
_MOST_BASES: Final = 4096
# Every race lost is another deed's that was won: so many at once on one person are no honest work.
_MOST_RACES: Final = 64
_bases: dict[tuple[str, str], str] = {}
_NO_ANCHORS: Mapping[str, datetime] = {}


class Place(TypedDict):
    """Where and by whom, as the ledger and the gate take it."""

    shop_id: int
    actor: Actor
    subject_id: UUID
    now: datetime
    work: str | None


@dataclass(frozen=True, slots=True)
class _Put:
    """What is the same for every value of one put."""

    shop_id: int
    subject_id: UUID
    source: str
    actor: Actor
    now: datetime
    legacy: str
    basis: str
    anchors: Mapping[str, datetime]
    proven: frozenset[str]
    prepared: bool


def put(
    *,
    shop_id: int,
    subject_id: UUID,
    values: Sequence[Value],
    source: str,
    actor: Actor,
    now: datetime,
    legacy: str = "",
    basis: str = "",
    anchors: Mapping[str, datetime] = _NO_ANCHORS,
    proven: frozenset[str] = frozenset(),
    work: str | None = None,
    prepared: bool = False,
    within: Deed | None = None,
    read: Reading | None = None,
) -> list[UUID]:
    """Seal values and keep them with keys, look-up rows and one ledger entry, in one transaction.

    Each value passes the gate: may this source supply this category for each of these purposes? One refusal refuses
    the whole. Legacy data (`legacy` is its declared origin, `basis` the declared basis) is refused by the law only; it
    opens when the gate says so later, and what no clause covers is for the owner to justify or destroy. `anchors` are
    events whose moments are known (`order_completed`, `last_order` …). `prepared` values were normalised and checked
    by intake already. `read` is what the intake that opened the deed `within` read and knows beside it: a person or an
    answer of this very deed is not in the database yet.

    Errors: RefusedError, BadValueError, TakenError (verified for somebody else), ErasedError (legacy of an erased
    person), UnknownSubjectError.
    """
    task = _Put(shop_id, subject_id, source, actor, now, legacy, basis, anchors, proven, prepared)
    if within is not None:
        return _put(task, values, within, read)
    for turn in range(_MOST_RACES):
        try:
            # The second time SQLite reads with the write lock held: the winner's row may wait for the shared commit.
            return _put_alone(task, values, work, single=turn == 0 or not is_sqlite())
        except IntegrityError as error:
            # Between our read and our write another deed made the class's key, or moved it to a new one (invariant 5).
            if not raced(str(error)):
                raise
    raise ConflictError


def _put_alone(task: _Put, values: Sequence[Value], work: str | None, *, single: bool) -> list[UUID]:
    place: Place = {
        "shop_id": task.shop_id,
        "actor": task.actor,
        "subject_id": task.subject_id,
        "now": task.now,
        "work": work,
    }
    with gate.watched(**place, purpose=None), deed(**place, event="item.put", single=single) as made:
        return _put(task, values, made, None)


def _put(task: _Put, values: Sequence[Value], made: Deed, given: Reading | None) -> list[UUID]:
    read = given or _read(task)
    facts = read.facts
    if given is None and not facts.known:
        raise UnknownSubjectError
    rulebook = shops.rulebook(task.shop_id, facts.policy_version)
    _admit(task, values, facts, rulebook)
    texts = [_accepted(task, value) for value in values]
    items = [_row(task, value, rulebook) for value in values]
    keys = Keys(shop_id=task.shop_id, subject_id=task.subject_id, now=task.now, within=made, held=read.keys)
    taken = keys.take([item.retention for item in items])
    for item, text in zip(items, texts, strict=True):
        item.key_id, key = taken[item.retention]
        item.sealed = sealing.seal_item(item, key, text)
    entries = [entry for item, text in zip(items, texts, strict=True) if (entry := index_of(item, text)) is not None]
    if task.legacy:
        _refuse_erased(task, items, texts)
    made.insert_many(items)
    subjects.add_index(shop_id=task.shop_id, subject_id=task.subject_id, entries=entries, within=made)
    return [item.id for item in items]


def _read(task: _Put) -> Reading:
    return fact_room.read(
        shop_id=task.shop_id, actor=task.actor, subject_id=task.subject_id, now_ms=to_ms(task.now), keys=True
    )


def _admit(task: _Put, values: Sequence[Value], facts: Facts, rulebook: Rulebook) -> None:
    """Ask the gate about each purpose with the categories that are given for it."""
    by_purpose: dict[str, dict[str, Value]] = {}
    for value in values:
        for purpose in value.purposes or ("",):
            by_purpose.setdefault(purpose, {})[value.category] = value
    for purpose, held in by_purpose.items():
        wish = Wish(
            action="collect",
            purpose=purpose or None,
            categories=tuple(held),
            source=task.source,
            proven=task.proven,
        )
        absent: Absent = {
            name: ("third_party_consent",) for name, value in held.items() if value.third_party and not value.stated
        }

        def think(wish: Wish = wish, absent: Absent = absent) -> dict[str | None, Answer]:
            answers = gate.judge(rulebook=rulebook, facts=facts, actor=task.actor, wish=wish, absent=absent)
            if not task.legacy:
                return answers
            return {name: answer for name, answer in answers.items() if answer.kind in _LEGACY_REFUSED}

        gate.decided(wish, think)


def _accepted(task: _Put, value: Value) -> str:
    if task.prepared:
        return value.text
    pack = words().categories[value.category]
    return accept(value.text, normalise=pack.normalise, validate=pack.validate)


def _row(task: _Put, value: Value, rulebook: Rulebook) -> Item:
    at = to_ms(task.now)
    kept = classes.retention(rulebook=rulebook, category=value.category, collected=task.now, anchors=task.anchors)
    columns = {
        "subject_id": task.subject_id,
        "id": uuid7(at),
        "shop_id": task.shop_id,
        "category": value.category,
        "key_id": None,
        "sealed": b"",
        "purposes": ",".join(sorted(set(value.purposes))),
        "source": task.source,
        "basis": task.basis or ",".join(sorted({_basis(rulebook, purpose) for purpose in value.purposes})),
        "retention": kept.name,
        "collected_at": at,
        "expires_at": kept.expires_at,
        "circulates_until": kept.circulates_until,
        "verified": value.verified,
        "third_party": value.third_party,
        "legacy": task.legacy,
        "group_id": value.group,
        "version": 1,
    }
    return shapes.make(Item, columns)


def _basis(rulebook: Rulebook, purpose: str) -> str:
    place = (rulebook.version, purpose)
    found = _bases.get(place)
    if found is None:
        if len(_bases) >= _MOST_BASES:
            _bases.clear()
        found = _bases[place] = rulebook.basis_of(purpose)
    return found


def index_of(item: Item, text: str) -> subjects.Index | None:
    """Make what an item is found by; nothing for categories without an index."""
    kind = words().categories[item.category].index
    if not kind:
        return None
    exact = kind == "exact"
    digest, *also = blind.written(item.shop_id, item.category, text) if exact else (None,)
    return subjects.Index(
        item_id=item.id,
        kind=item.category,
        digest=digest,
        also=tuple(one for one in also if one is not None),
        tokens=() if exact else tuple(blind.name_tokens_written(item.shop_id, text)),
        verified=item.verified and exact,
    )


def _refuse_erased(task: _Put, items: Sequence[Item], texts: Sequence[str]) -> None:
    """Refuse contacts of erased people, by every digest they ever had: tombstones outlive rotations of the key."""
    digests = [
        tombstone_digest(task.shop_id, digest)
        for item, text in zip(items, texts, strict=True)
        if words().categories[item.category].index == "exact"
        for digest in blind.ever(task.shop_id, item.category, text)
    ]
    if Tombstone.objects.filter(digest__in=digests, shop_id=task.shop_id, ends_at__gt=to_ms(task.now)).exists():
        raise ErasedError
