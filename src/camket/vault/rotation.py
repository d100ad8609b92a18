"""Rotation of a shop's blind index key, step by step, while everybody goes on reading and writing.

A digest cannot be turned into another one, so the values are opened here, inside the vault, and digested under the new
key. The steps, of which no two processes are ever more than one apart (store/secrets.py):

filling   rows are written under both keys; the sweep adds the new digest beside each old one
turning   rows are written under both; every row stands under the new key: what is looked for first is the new digest
trimming  rows are written under the new key; the sweep takes the old digests away
retired   the old key is kept for what cannot be digested anew: tombstones, and order numbers without their item

INVARIANT 13 holds throughout: as long as anybody may write a proven contact under the old key alone, all stand under
the old key, and as long as anybody may write under the new one alone, all stand under the new one; the unique index on
digests does the rest. Each piece is one deed, which moves the mark of how far the sweep is.
Why so: docs/decisions/key-rotation.md
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.models import Max

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.values import fold
from camket.crypto import SealError
from camket.crypto import blind as digests
from camket.ledger.actions import Deed, deed
from camket.policy import words
from camket.store import secrets
from camket.store.db import raw_id
from camket.store.models import ShopSecret
from camket.store.secrets import FILLING, RETIRED, TRIMMING, TURNING
from camket.subjects.models import Identifier, NameToken, Subject
from camket.vault import sealing, sql
from camket.vault.errors import VaultError
from camket.vault.models import Item, ItemKey, Tombstone
from camket.vault.rewrapping import lock_people

# People to a deed: about five hundred look-up rows, fifty milliseconds in which SQLite has no other writer.
AT_ONCE: Final = 100
_NEXT: Final[Mapping[str, str]] = {FILLING: TURNING, TURNING: TRIMMING}
_INDEX: Final = "index"
_BEGINNING: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one piece did: people gone through, look-up rows written and removed, values that did not open."""

    people: int
    written: int
    removed: int
    unopened: int


def versions(shop_id: int) -> list[ShopSecret]:
    """Give the versions of the shop's index key, newest first."""
    return list(ShopSecret.objects.filter(shop_id=shop_id, name=_INDEX).order_by("-version"))


def state(shop_id: int) -> str | None:
    """Tell which step a rotation of the shop's index key is at; None when none is under way."""
    newest = versions(shop_id)[0].state
    return None if newest == RETIRED else newest


def begin(*, shop_id: int, actor: Actor, now: datetime) -> int:
    """Make a new version of the index key, to be filled. One that is under way goes on: nothing is made. Its number."""
    newest = versions(shop_id)[0]
    if state(shop_id) is not None:
        return newest.version
    with deed(shop_id=shop_id, event="secret.rotated", actor=actor, now=now) as made:
        row = secrets.next_version(newest)
        row.state = FILLING
        made.insert(row)
        made.detail.update(name=_INDEX, version=row.version, state=FILLING)
    secrets.forget(shop_id)
    return row.version


def advance(*, shop_id: int, actor: Actor, now: datetime) -> str | None:
    """Take the next step, once the sweep of this one is through; the state after it.

    The last step puts the old versions into retirement: since now, and until the last tombstone of today has ended.
    """
    newest, *older = versions(shop_id)
    following = _NEXT.get(newest.state or "")
    with deed(shop_id=shop_id, event="secret.rotated", actor=actor, now=now) as made:
        made.update(newest, state=following, reached=None)
        if following is None:
            until = _needed_until(shop_id)
            for row in older:
                if row.state != RETIRED:
                    made.update(row, state=RETIRED, retired_at=to_ms(now), needed_until=until)
        made.detail.update(name=_INDEX, version=newest.version, state=following or "used")
    secrets.forget(shop_id)
    return following


def is_settled(shop_id: int) -> bool:
    """Tell whether the wait after this step's beginning is over; a run that was killed need not wait again."""
    return versions(shop_id)[0].reached is not None


def mark_settled(*, shop_id: int, actor: Actor, now: datetime) -> None:
    """Note that every process goes by this step now, and that the sweep may begin."""
    newest = versions(shop_id)[0]
    if newest.reached is None:
        with deed(shop_id=shop_id, event="secret.rotated", actor=actor, now=now) as made:
            made.update(newest, reached=_BEGINNING)
            made.detail.update(name=_INDEX, version=newest.version, state=newest.state)


def sweep(*, shop_id: int, actor: Actor, now: datetime, at_once: int = AT_ONCE) -> Swept:
    """Go through the next people of a shop: add their new digests (filling) or take the old ones away (trimming).

    No people: the sweep of this step is through. Values that do not open are counted and left, their rows too. Errors:
    VaultError `index_taken`, when a proven contact already belongs to somebody else under the new key.
    """
    newest = versions(shop_id)[0]
    work = {FILLING: _fill, TRIMMING: _trim}.get(newest.state or "")
    people = _people(shop_id, newest.reached, at_once) if work else []
    if work is None or not people:
        return Swept(0, 0, 0, 0)
    try:
        with deed(shop_id=shop_id, event="index.rotated", actor=actor, now=now, bulk=True) as made:
            lock_people(shop_id=shop_id, subject_ids=people)
            found = _Found.read(shop_id, people)
            written, removed = work(found, made)
            made.update(newest, reached=people[-1])
            made.detail.update(version=newest.version, state=newest.state, written=written, removed=removed)
    except IntegrityError as error:
        if "camket_identifier" in str(error):
            raise _taken() from error
        raise
    return Swept(len(people), written, removed, found.unopened)


def progress(shop_id: int) -> tuple[int, int]:
    """Tell how many people the sweep of this step has been through, and of how many."""
    newest = versions(shop_id)[0]
    people = Subject.objects.filter(shop_id=shop_id)
    done = people.filter(subject_id__lte=newest.reached).count() if newest.reached is not None else 0
    return done, people.count()


def destroy(*, shop_id: int, version: int, actor: Actor, now: datetime, numbers_left: int) -> None:
    """Remove a retired version for good. `numbers_left` order numbers stand under it (their room counts them).

    Errors: VaultError `index_needed` while tombstones of its time have not ended or order numbers stand under it.
    """
    row = next((one for one in versions(shop_id) if one.version == version and one.state == RETIRED), None)
    if row is None or numbers_left or (row.needed_until or 0) > to_ms(now):
        raise _needed()
    with deed(shop_id=shop_id, event="keys.destroyed", actor=actor, now=now) as made:
        made.remove(row)
        made.detail.update(name=_INDEX, version=version)
    secrets.forget(shop_id)


def number_digests(*, shop_id: int, subject_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], bytes]:
    """Digest the sealed order numbers of people anew, by (person, order); for the room that keeps orders."""
    key = secrets.secret(shop_id, _INDEX)
    found = _Found.read(shop_id, subject_ids, categories=("order_number",))
    return {
        (item.subject_id, item.group_id): digests.exact(key, item.category, text)
        for item, text in found.texts
        if item.group_id is not None
    }


class _Found:
    """Everything of some people that a sweep needs: their indexed values, opened, and their look-up rows."""

    def __init__(self, shop_id: int) -> None:
        self.shop_id = shop_id
        self.keys = [secrets.unwrapped(row) for row in versions(shop_id)]
        self.texts: list[tuple[Item, str]] = []
        self.exact: dict[tuple[UUID, UUID], dict[bytes, Identifier]] = {}
        self.names: dict[tuple[UUID, UUID], dict[bytes, NameToken]] = {}
        self.unopened = 0

    @classmethod
    def read(cls, shop_id: int, people: Sequence[UUID], categories: Iterable[str] | None = None) -> "_Found":
        """Read and open; categories are those with an index unless some are named."""
        found = cls(shop_id)
        indexed = [name for name, pack in words().categories.items() if pack.index]
        mine = {"subject_id__in": people, "shop_id": shop_id}
        keys = {(row.subject_id, row.id): row for row in ItemKey.objects.filter(**mine)}
        opened: dict[UUID, bytes] = {}
        for item in Item.objects.filter(**mine, category__in=list(categories or indexed)).order_by("subject_id", "id"):
            try:
                text = _text(item, keys, opened)
            except SealError:
                found.unopened += 1
                continue
            found.texts.append((item, text))
        for row in Identifier.objects.filter(**mine):
            found.exact.setdefault((row.subject_id, row.item_id), {})[bytes(row.digest)] = row
        for token in NameToken.objects.filter(**mine):
            found.names.setdefault((token.subject_id, token.item_id), {})[bytes(token.token)] = token
        return found

    def pairs(self) -> Iterable[tuple[list[Any], list[Any]]]:
        """Per value that is looked up at all: rows that are to be, and rows that stand under older keys alone."""
        for item, text in self.texts:
            place = (item.subject_id, item.id)
            if words().categories[item.category].index == "exact":
                held: Mapping[bytes, Any] = self.exact.get(place, {})
                make: Callable[[bytes], Iterable[bytes]] = partial(_exact, item.category, text)
            else:
                held, make = self.names.get(place, {}), partial(_tokens, text)
            new, *old = ({*make(key)} for key in self.keys)
            older = set().union(*old)
            known = next((held[one] for one in sorted(new | older) if one in held), None)
            missing = [] if known is None else [_copied(known, one) for one in sorted(new - held.keys())]
            yield missing, [held[one] for one in sorted(older - new) if one in held]


def _fill(found: _Found, made: Deed) -> tuple[int, int]:
    rows = [row for missing, _ in found.pairs() for row in missing]
    made.insert_many(rows)
    return len(rows), 0


def _trim(found: _Found, made: Deed) -> tuple[int, int]:
    """Take away what stands under older keys; what a straggler wrote under those alone is written anew first."""
    missing, gone = [], []
    for new, old in found.pairs():
        missing += new
        gone += old
    made.insert_many(missing)
    with connection.cursor() as cursor:
        for model, statement in ((Identifier, sql.REMOVE_IDENTIFIER), (NameToken, sql.REMOVE_NAME)):
            keys = [row.pk for row in gone if isinstance(row, model)]
            cursor.executemany(statement, [(digest, raw_id(person), raw_id(item)) for digest, person, item in keys])
    for row in gone:
        made.removed(row)
    return len(missing), len(gone)


def _copied(row: Any, digest: bytes) -> Any:
    """Make the row that stands beside another one, under the new key."""
    if isinstance(row, NameToken):
        return NameToken(token=digest, subject_id=row.subject_id, item_id=row.item_id, shop_id=row.shop_id)
    return Identifier(
        digest=digest,
        subject_id=row.subject_id,
        item_id=row.item_id,
        shop_id=row.shop_id,
        kind=row.kind,
        verified=row.verified,
    )


def _exact(category: str, text: str, key: bytes) -> list[bytes]:
    return [digests.exact(key, category, text)]


def _tokens(text: str, key: bytes) -> list[bytes]:
    return digests.name_tokens(key, fold(text))


def _text(item: Item, keys: Mapping[tuple[UUID, UUID], ItemKey], opened: dict[UUID, bytes]) -> str:
    row = keys.get((item.subject_id, item.key_id))
    if row is None:
        raise SealError
    if item.key_id not in opened:
        opened[item.key_id] = sealing.open_key(
            shop_id=item.shop_id,
            subject_id=item.subject_id,
            key_id=item.key_id,
            retention=row.retention,
            wrapped=row.wrapped,
        )
    return sealing.open_item(item, opened[item.key_id])


def _people(shop_id: int, reached: UUID | None, at_once: int) -> list[UUID]:
    rows = Subject.objects.filter(shop_id=shop_id)
    if reached is not None:
        rows = rows.filter(subject_id__gt=reached)
    return list(rows.order_by("subject_id").values_list("subject_id", flat=True)[:at_once])


def _needed_until(shop_id: int) -> int | None:
    found: int | None = Tombstone.objects.filter(shop_id=shop_id).aggregate(last=Max("ends_at"))["last"]
    return found


def _taken() -> VaultError:
    return VaultError(
        "một liên hệ đã xác minh đang thuộc về hai khách hàng",
        "a proven contact stands for two customers",
        "chạy `camket ledger verify --database` để biết dòng nào bị ghi từ bên ngoài, rồi chạy tiếp",
        "run `camket ledger verify --database` to learn which row was written from outside, then go on",
        "index_taken",
    )


def _needed() -> VaultError:
    return VaultError(
        "phiên bản này của khóa tra cứu đang dùng hoặc còn cần cho bia mộ và số đơn hàng",
        "this version of the index key is in use, or tombstones and order numbers still need it",
        "xem `camket keys status` để biết đến khi nào",
        "see `camket keys status` for how long",
        "index_needed",
    )
