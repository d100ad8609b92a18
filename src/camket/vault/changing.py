"""Corrections, verified marks: deeds that seal a value anew.

INVARIANT 5: a corrected value's old text must not live on in old copies of the row, so its class moves to a new key
and the old key is destroyed in the same deed.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.base.values import accept
from camket.ledger.actions import Deed, deed
from camket.policy import words
from camket.store import inserting, removing, shapes, statements
from camket.store.columns import Record
from camket.store.db import raw_id
from camket.store.errors import ConflictError
from camket.store.rows import values_of
from camket.subjects import actions as subjects
from camket.subjects import blind, codes
from camket.subjects.models import Identifier, NameToken
from camket.vault import gate, sealing, sql
from camket.vault.errors import UnknownItemError
from camket.vault.gate import Wish
from camket.vault.keys import lock
from camket.vault.models import Item, ItemKey
from camket.vault.putting import index_of


def change(
    *,
    shop_id: int,
    subject_id: UUID,
    item_id: UUID,
    text: str,
    version: int,
    actor: Actor,
    now: datetime,
    purpose: str,
    work: str | None = None,
    proven: frozenset[str] = frozenset(),
) -> int:
    """Correct one value that was read at `version`; gives the new version. A corrected contact is unverified again.

    A customer corrects their own data through the portal, where locked fields refuse. Errors: RefusedError,
    ConflictError (somebody changed it meanwhile), UnknownItemError, BadValueError.
    """
    category = _category(shop_id, subject_id, item_id)
    pack = words().categories[category]
    accepted = accept(text, normalise=pack.normalise, validate=pack.validate)
    right = actor.kind == "customer"
    wish = Wish(
        action="correct" if right else "edit",
        purpose=None if right else purpose,
        categories=(category,),
        work=work,
        channel="portal" if right else None,
        proven=proven,
    )
    with gate.granted(
        shop_id=shop_id, subject_id=subject_id, wish=wish, event="item.changed", actor=actor, now=now
    ) as grant:
        lock(shop_id=shop_id, subject_id=subject_id)
        members, old = _class_of(shop_id, subject_id, item_id)
        item = next((item for item in members if item.id == item_id), None)
        if item is None or old is None or item.version != version:
            raise ConflictError
        grant.permit.spend(shop_id=shop_id, subject_id=subject_id, categories=frozenset({category}))
        _rekey(item, accepted, old=old, members=members, now=now, within=grant.deed)
        grant.deed.detail["item"] = item_id
    return version + 1


def _category(shop_id: int, subject_id: UUID, item_id: UUID) -> str:
    found = statements.fetch(sql.CATEGORY, [raw_id(subject_id), raw_id(item_id), shop_id])
    if not found:
        raise UnknownItemError
    category: str = found[0][0]
    return category


def _class_of(shop_id: int, subject_id: UUID, item_id: UUID) -> tuple[list[Item], ItemKey | None]:
    """Read the items that share an item's key, and the key."""
    place = {"subject": raw_id(subject_id), "item": raw_id(item_id), "shop": shop_id}
    found, keys = statements.together([(_text(sql.CLASS_ITEMS, Item), place), (_text(sql.CLASS_KEY, ItemKey), place)])
    members = [shapes.make(Item, shapes.values(Item, row)) for row in found]
    return members, shapes.make(ItemKey, shapes.values(ItemKey, keys[0])) if keys else None


def _text(query: str, model: type[Record]) -> str:
    return query.replace("{columns}", shapes.columns(model, "t"))


def _rekey(changed: Item, text: str, *, old: ItemKey, members: Sequence[Item], now: datetime, within: Deed) -> None:
    """Seal the whole class under a new key, the changed item with its new text, and destroy the old key."""
    old_key = _unwrapped(old)
    row, key = sealing.new_key(
        shop_id=old.shop_id,
        subject_id=old.subject_id,
        key_id=uuid7(to_ms(now)),
        retention=old.retention,
        made_at=to_ms(now),
    )
    texts = [text if item.id == changed.id else sealing.open_item(item, old_key) for item in members]
    moved = [
        _moved(item, row.id, key, text, corrected=item.id == changed.id)
        for item, text in zip(members, texts, strict=True)
    ]
    fresh = next(item for item in moved if item.id == changed.id)
    index = index_of(fresh, text)
    gone = [changed.id] if words().categories[changed.category].index else []
    write_move(members, moved, row, old=old, within=within, unindexed=gone)
    if index is not None:
        subjects.add_index(shop_id=old.shop_id, subject_id=old.subject_id, entries=[index], within=within)


def _moved(item: Item, key_id: UUID, key: bytes, text: str, *, corrected: bool) -> Item:
    fresh = shapes.make(Item, values_of(item))
    fresh.key_id = key_id
    if corrected:
        fresh.version, fresh.verified = item.version + 1, False
    fresh.sealed = sealing.seal_item(fresh, key, text)
    return fresh


def write_move(
    members: Sequence[Item],
    moved: Sequence[Item],
    row: ItemKey,
    *,
    old: ItemKey,
    within: Deed,
    unindexed: Sequence[UUID] = (),
) -> None:
    """Write the new key, the moved items of a class, and the old key's end, as one deed does, in one round trip.

    A person has one key per class and an item always has a key, so the old row stands aside under another name in
    between; the ledger records what was before the deed and what is after it. `unindexed` items lose their look-up
    rows.
    """
    subject_id = raw_id(old.subject_id)
    place = [subject_id, raw_id(old.id)]
    lost = [(model, item_id) for item_id in unindexed for model in (Identifier, NameToken)]
    moves = [
        (sql.MOVE_ITEM, [raw_id(item.key_id), item.sealed, item.version, item.verified, subject_id, raw_id(item.id)])
        for item in moved
    ]
    found = statements.together([
        *((removing.statement(model, ("subject_id", "item_id")), [subject_id, raw_id(one)]) for model, one in lost),
        (sql.RETIRE_KEY, [f"{old.retention}~", *place]),
        *inserting.statements_of([row]),
        *moves,
        (sql.DELETE_KEY, place),
    ])  # fmt: skip
    for (model, _), rows in zip(lost, found, strict=False):
        for taken in rows:
            within.removed_values(model, shapes.values(model, taken))
    within.wrote(row)
    for before, after in zip(members, moved, strict=True):
        within.wrote(after, before=before)
    within.removed(old)


def _unwrapped(row: ItemKey) -> bytes:
    return sealing.open_key(
        shop_id=row.shop_id,
        subject_id=row.subject_id,
        key_id=row.id,
        retention=row.retention,
        wrapped=row.wrapped,
    )


def verify_contact(*, shop_id: int, subject_id: UUID, item_id: UUID, code: str, actor: Actor, now: datetime) -> None:
    """Mark a contact as proven by the one-time code that was sent to it.

    INVARIANT 13: TakenError when it is verified for somebody else already. CodeError for every fault of the code; a
    wrong try is counted and ledgered before the error is seen.
    """
    digests = _digests(shop_id, subject_id, item_id)
    if not try_code(shop_id=shop_id, subject_id=subject_id, digests=digests, code=code, actor=actor, now=now):
        raise codes.refuse()
    with deed(shop_id=shop_id, event="identifier.verified", actor=actor, subject_id=subject_id, now=now) as made:
        lock(shop_id=shop_id, subject_id=subject_id)
        mark_verified(shop_id=shop_id, subject_id=subject_id, item_id=item_id, digests=digests, within=made)


def _digests(shop_id: int, subject_id: UUID, item_id: UUID) -> tuple[bytes, ...]:
    """Give every digest that the contact may have been sent a code under, where its look-up row says the same."""
    rows = Identifier.objects.filter(subject_id=subject_id, item_id=item_id, shop_id=shop_id)
    held = {bytes(digest) for digest in rows.values_list("digest", flat=True)}
    item = Item.objects.filter(subject_id=subject_id, id=item_id, shop_id=shop_id).first()
    if item is None or not held:
        return ()
    text = sealing.open_item(item, _unwrapped(ItemKey.objects.get(subject_id=subject_id, id=item.key_id)))
    found = blind.ever(shop_id, item.category, text)
    return found if held & set(found) else tuple(sorted(held))


def try_code(
    *, shop_id: int, subject_id: UUID, digests: Sequence[bytes], code: str, actor: Actor, now: datetime
) -> bool:
    """Spend or count the try in a deed of its own: guesses sent at once are counted one by one before any answer."""
    with deed(shop_id=shop_id, event="code.tried", actor=actor, subject_id=subject_id, now=now) as made:
        spent = codes.spend(shop_id=shop_id, digests=digests, code=code, now=now, within=made)
        right = spent is not None and spent.subject_id == subject_id
        made.detail["right"] = right
    return right


def mark_verified(
    *, shop_id: int, subject_id: UUID, item_id: UUID, within: Deed, digests: Sequence[bytes] | None = None
) -> None:
    """Seal an item anew with its verified mark and mark its identifier; part of a deed that proved the contact.

    CodeError when `digests`, the contact that was proven, are no longer (or by its look-up row alone) what it says.
    """
    item = Item.objects.filter(subject_id=subject_id, id=item_id, shop_id=shop_id).first()
    if item is None:
        raise UnknownItemError
    if item.verified:
        return
    key_row = ItemKey.objects.get(subject_id=subject_id, id=item.key_id)
    key = _unwrapped(key_row)
    text = sealing.open_item(item, key)
    if digests is not None and not set(blind.ever(shop_id, item.category, text)) & set(digests):
        raise codes.refuse()
    fresh = Item(**values_of(item))
    fresh.verified, fresh.version = True, item.version + 1
    within.update(item, verified=True, version=fresh.version, sealed=sealing.seal_item(fresh, key, text))
    subjects.mark_verified(subject_id=subject_id, item_id=item_id, within=within)
