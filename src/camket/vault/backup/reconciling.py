"""Says in the ledger what two files of different moments did not bring back together.

The data's ledger names keys and values that must exist. With a keys file of another moment some do not: the key was
destroyed since, or was made later than the keys file. Each such row is recorded as gone, with the digest that the last
deed on it left, so that the log goes on without a contradiction; rows that came back otherwise than the ledger knows
them (wrapped anew since) are recorded as changed. What points to a value that did not come back goes with it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from camket.base.actor import Actor
from camket.ledger import entry
from camket.ledger.actions import Deed, deed
from camket.ledger.models import Log
from camket.store import rows as store_rows
from camket.store import secrets
from camket.store.columns import Record
from camket.store.models import ShopSecret
from camket.subjects.models import Identifier, NameToken
from camket.vault.backup.balance import Balance, Standing
from camket.vault.backup.models import Restore
from camket.vault.models import Item, ItemKey, SignUp
from camket.vault.signups import SIGN_UP_CLASS

_MODELS: dict[int, type[Record]] = {model.table_code: model for model in (ItemKey, ShopSecret, Item)}
_PEOPLE_AT_ONCE = 500


def reconcile(row: Restore, *, actor: Actor, now: datetime) -> int:
    """Record the difference, some hundred people to a deed; how many values did not come back.

    May be repeated: what an earlier try recorded is no longer missing.
    """
    lost = 0
    with Balance(_MODELS) as balance:
        balance.read()
        for shop_id in list(Log.objects.order_by("shop_id").values_list("shop_id", flat=True)):
            for people in _batches(balance.standing(shop_id)):
                if wrong := [found for found in map(_Wrong.of, people) if found.any]:
                    lost += _record(shop_id, wrong, row, actor, now)
    return lost


class _Wrong:
    """What of one person (or of the shop) is not as the ledger says."""

    def __init__(self, subject: bytes) -> None:
        self.subject = subject
        self.lost: list[Standing] = []
        self.changed: list[tuple[Standing, bytes]] = []

    @property
    def any(self) -> bool:
        return bool(self.lost or self.changed)

    @property
    def items(self) -> list[UUID]:
        return [UUID(bytes=one.key[1]) for one in self.lost if one.code == Item.table_code]

    @classmethod
    def of(cls, standing: list[Standing]) -> "_Wrong":
        found = cls(standing[0].subject)
        there = _digests(standing)
        for one in standing:
            digest = there.get((one.code, tuple(one.key)))
            if digest is None:
                found.lost.append(one)
            elif digest != one.digest:
                found.changed.append((one, digest))
        return found


def _batches(standing: Iterable[Standing]) -> Iterator[list[list[Standing]]]:
    batch: list[list[Standing]] = []
    for _, found in groupby(standing, key=lambda one: one.subject):
        batch.append(list(found))
        if len(batch) == _PEOPLE_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _digests(standing: list[Standing]) -> dict[tuple[int, tuple[object, ...]], bytes]:
    """Digest what the database holds of these rows now."""
    found: dict[tuple[int, tuple[object, ...]], bytes] = {}
    place: dict[str, Any]
    shop_id = standing[0].shop_id
    key = secrets.secret(shop_id, "row")
    for code in {one.code for one in standing}:
        place = {"shop_id": shop_id}
        if code != ShopSecret.table_code:
            place["subject_id"] = UUID(bytes=standing[0].subject)
        for row in _MODELS[code]._base_manager.filter(**place):
            found[code, tuple(store_rows.key_of(row))] = store_rows.digest(row, key)
    return found


def _record(shop_id: int, wrong: list[_Wrong], row: Restore, actor: Actor, now: datetime) -> int:
    values = sum(len(one.items) for one in wrong)
    with deed(shop_id=shop_id, event="item.shredded", actor=actor, now=now, bulk=True) as made:
        made.detail.update(reason="keys_gone", restore=row.id.bytes, values=values)
        for one in wrong:
            _tell(one, made)
    return values


def _tell(one: _Wrong, made: Deed) -> None:
    shop = made.subject_id.bytes
    subject = None if one.subject == shop else one.subject
    if one.lost:
        made.lost_rows(subject, [[was.code, entry.short_key(one.subject, was.key), was.digest] for was in one.lost])
    if one.changed:
        changed = [[was.code, entry.short_key(one.subject, was.key), new, was.digest] for was, new in one.changed]
        made.wrote_rows({subject: changed})
    if subject is None:
        return
    subject_id = UUID(bytes=subject)
    for model in (Identifier, NameToken):
        made.remove_all(model.objects.filter(subject_id=subject_id, shop_id=made.shop_id, item_id__in=one.items))
    if not ItemKey.objects.filter(subject_id=subject_id, shop_id=made.shop_id, retention=SIGN_UP_CLASS).exists():
        made.remove_all(SignUp.objects.filter(subject_id=subject_id, shop_id=made.shop_id))
