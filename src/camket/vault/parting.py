"""Deeds on several values of one person at once: corrections together, and the destruction of a part.

INVARIANT 5: when values of a class part, those that stay are sealed anew under a new key and the old key is destroyed
in the same deed; no copy of the row of a corrected or removed value opens with a key that is still there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.base.values import accept
from camket.ledger.actions import Deed, deed
from camket.policy import words
from camket.shops import managers
from camket.store import shapes, statements
from camket.store.db import is_sqlite, raw_id
from camket.store.errors import ConflictError
from camket.store.rows import values_of
from camket.subjects import actions as subjects
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.sql import LOCK_SUBJECT
from camket.vault import gate, sealing, sql
from camket.vault.changing import write_move
from camket.vault.erasure import require_reason
from camket.vault.errors import UnknownItemError
from camket.vault.gate import Wish
from camket.vault.models import Item, ItemKey
from camket.vault.putting import index_of
from camket.vault.values import Shredded


@dataclass(frozen=True, slots=True)
class Change:
    """The new text of one value that was read at `version`."""

    item_id: UUID
    text: str = field(repr=False)
    version: int


def change_many(
    *,
    shop_id: int,
    subject_id: UUID,
    changes: Sequence[Change],
    actor: Actor,
    now: datetime,
    purpose: str,
    work: str | None = None,
    proven: frozenset[str] = frozenset(),
) -> None:
    """Correct several values of one person in one deed; all or none. See `change`.

    Errors: RefusedError, ConflictError (one of them was changed meanwhile), UnknownItemError, BadValueError.
    """
    items = _read(shop_id, subject_id, locked=False).chosen([change.item_id for change in changes])
    new = {change.item_id: change.text for change in changes}
    texts = {item.id: _accepted(item, new[item.id]) for item in items}
    right = actor.kind == "customer"
    wish = Wish(
        action="correct" if right else "edit",
        purpose=None if right else purpose,
        categories=_categories(items),
        work=work,
        channel="portal" if right else None,
        proven=proven,
    )
    with gate.granted(
        shop_id=shop_id, subject_id=subject_id, wish=wish, event="item.changed", actor=actor, now=now
    ) as grant:
        held = _read(shop_id, subject_id, locked=True)
        parted = held.chosen(texts)
        if any(held.items[change.item_id].version != change.version for change in changes):
            raise ConflictError
        grant.permit.spend(shop_id=shop_id, subject_id=subject_id, categories=frozenset(wish.categories))
        _part(held, parted, texts, now=now, within=grant.deed)
        grant.deed.detail["corrected"] = list(texts)


def shred_items(
    *, shop_id: int, subject_id: UUID, item_ids: Collection[UUID], actor: Actor, now: datetime, reason: str
) -> Shredded:
    """Destroy some values of a person and leave the others readable. `reason` is a word of ours, as for `shred`.

    A customer needs the right `erase` for each category through the portal; staff need to be director or operations.
    Errors: UnknownSubjectError, UnknownItemError, RefusedError, NotAllowedError.
    """
    require_reason(reason)
    wanted = frozenset(item_ids)
    with _erasing(shop_id, subject_id, wanted, actor, now) as made:
        held = _read(shop_id, subject_id, locked=True)
        parted = held.chosen(wanted)
        made.detail.update(reason=reason, removed=len(parted))
        keys = _part(held, parted, dict.fromkeys(wanted), now=now, within=made)
        return Shredded(items=len(parted), keys=keys, rows=len(parted) + keys, entry_id=made.entry_id)


@contextmanager
def _erasing(shop_id: int, subject_id: UUID, item_ids: frozenset[UUID], actor: Actor, now: datetime) -> Iterator[Deed]:
    """Open the deed for who may erase: the customer by the gate, in the deed; staff by their role, before it."""
    if actor.kind == "customer":
        if actor.id != str(subject_id):
            raise UnknownSubjectError
        categories = _categories(_read(shop_id, subject_id, locked=False).chosen(item_ids))
        wish = Wish(action="erase", channel="portal", categories=categories)
        with gate.granted(
            shop_id=shop_id, subject_id=subject_id, wish=wish, event="item.shredded", actor=actor, now=now
        ) as grant:
            yield grant.deed
        return
    if actor.kind != "worker":
        managers.require(shop_id=shop_id, actor=actor, now=now, roles=managers.ASSIGNING, subject_id=subject_id)
    with deed(shop_id=shop_id, event="item.shredded", actor=actor, subject_id=subject_id, now=now) as made:
        yield made


@dataclass(frozen=True, slots=True)
class _Held:
    """A person's values and keys, by id."""

    items: dict[UUID, Item]
    keys: dict[UUID, ItemKey]

    def chosen(self, item_ids: Collection[UUID]) -> list[Item]:
        """Give those values; UnknownItemError when one is not there."""
        found = [self.items[one] for one in dict.fromkeys(item_ids) if one in self.items]
        if len(found) != len(set(item_ids)):
            raise UnknownItemError
        return found


def _read(shop_id: int, subject_id: UUID, *, locked: bool) -> _Held:
    """Read everything that a person's values are, in one round trip; `locked` for a deed that parts them."""
    place = [raw_id(subject_id), shop_id]
    wanted = [(sql.ITEMS_OF.replace("{columns}", shapes.columns(Item)), place)]
    wanted.append((sql.KEYS_OF.replace("{columns}", shapes.columns(ItemKey)), place))
    if locked and not is_sqlite():
        wanted.insert(0, (LOCK_SUBJECT, place))
    *_, items, keys = statements.together(wanted)
    found = [shapes.make(Item, shapes.values(Item, row)) for row in items]
    held = [shapes.make(ItemKey, shapes.values(ItemKey, row)) for row in keys]
    return _Held({item.id: item for item in found}, {key.id: key for key in held})


def _accepted(item: Item, text: str) -> str:
    pack = words().categories[item.category]
    return accept(text, normalise=pack.normalise, validate=pack.validate)


def _categories(items: Collection[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.category for item in items))


def _part(held: _Held, parted: Sequence[Item], texts: Mapping[UUID, str | None], *, now: datetime, within: Deed) -> int:
    """Give each value its new text, or (None) its end; gives how many keys were destroyed, one for each class met."""
    indexed = [item for item in parted if words().categories[item.category].index and texts[item.id] is None]
    if indexed:
        ids = [item.id for item in indexed]
        subjects.remove_index(subject_id=indexed[0].subject_id, item_ids=ids, within=within)
    met = list(dict.fromkeys(item.key_id for item in parted))
    for key_id in met:
        if key_id not in held.keys:
            raise ConflictError
        members = [item for item in held.items.values() if item.key_id == key_id]
        _part_class(held.keys[key_id], members, texts, now=now, within=within)
    return len(met)


def _part_class(
    old: ItemKey, members: Sequence[Item], texts: Mapping[UUID, str | None], *, now: datetime, within: Deed
) -> None:
    """Remove those that end, then seal the others of the class under a new key, or end the key where none is left."""
    ends = [item for item in members if item.id in texts and texts[item.id] is None]
    stays = [item for item in members if item not in ends]
    _remove(old.subject_id, ends, within)
    if not stays:
        statements.execute(sql.DELETE_KEY, [raw_id(old.subject_id), raw_id(old.id)])
        within.removed(old)
        return
    row, key = sealing.new_key(
        shop_id=old.shop_id,
        subject_id=old.subject_id,
        key_id=uuid7(to_ms(now)),
        retention=old.retention,
        made_at=to_ms(now),
    )
    old_key = sealing.open_key(
        shop_id=old.shop_id, subject_id=old.subject_id, key_id=old.id, retention=old.retention, wrapped=old.wrapped
    )
    moved = [_sealed_anew(item, texts.get(item.id), old_key, row.id, key) for item in stays]
    corrected = [(item, text) for item in moved if (text := texts.get(item.id)) is not None]
    gone = [item.id for item, _ in corrected if words().categories[item.category].index]
    write_move(stays, moved, row, old=old, within=within, unindexed=gone)
    entries = [found for item, text in corrected if (found := index_of(item, text)) is not None]
    if entries:
        subjects.add_index(shop_id=old.shop_id, subject_id=old.subject_id, entries=entries, within=within)


def _sealed_anew(item: Item, text: str | None, old_key: bytes, key_id: UUID, key: bytes) -> Item:
    fresh = Item(**values_of(item))
    fresh.key_id = key_id
    if text is None:
        text = sealing.open_item(item, old_key)
    else:
        fresh.version, fresh.verified = item.version + 1, False
    fresh.sealed = sealing.seal_item(fresh, key, text)
    return fresh


def _remove(subject_id: UUID, items: Sequence[Item], within: Deed) -> None:
    if items:
        query = f"{sql.DELETE_ITEMS} ({', '.join(['%s'] * len(items))})"
        statements.execute(query, [raw_id(subject_id), *(raw_id(item.id) for item in items)])
    for item in items:
        within.removed(item)
