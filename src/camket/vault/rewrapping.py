"""Rotation of the installation's wrapping key: everything it wraps is wrapped again by the version in use.

What is wrapped: item keys, shop secrets, backup keys. Each piece is one deed; which rows are left is read off the rows
themselves (a wrapped key names the version that wrapped it), so a run that was killed goes on where it stopped, and
readers and writers work with both versions meanwhile. docs/decisions/key-rotation.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from camket.base.actor import Actor
from camket.crypto.errors import KeyFileError, SealError
from camket.crypto.providers.local import PREFIX_BYTES, LocalProvider
from camket.ledger.actions import deed
from camket.store import keys, secrets
from camket.store.db import is_sqlite, raw_id, read_id, transaction
from camket.store.models import ShopSecret
from camket.store.rows import values_of
from camket.vault import sealing, sql
from camket.vault.backup import agekeys
from camket.vault.models import ItemKey

# Rows to a deed: less than a tenth of a second in which SQLite has no other writer.
AT_ONCE: Final = 1000
Place = tuple[UUID, UUID]
FIRST: Final[Place] = (UUID(int=0), UUID(int=0))


@dataclass(frozen=True, slots=True)
class Wrapped:
    """How many item keys, shop secrets and backup keys one version has wrapped."""

    items: int
    secrets: int
    backups: int

    @property
    def here(self) -> int:
        """What a rotation wraps anew, which is all of it."""
        return self.items + self.secrets + self.backups


def rewrap_some(
    *, shop_id: int, actor: Actor, now: datetime, after: Place = FIRST, at_once: int = AT_ONCE
) -> tuple[int, Place | None]:
    """Wrap the next item keys of a shop by the version in use; how many, and where to go on (None at the end).

    One deed. The people are locked first, as by every deed that moves or ends keys, so that none of those finds a row
    other than it read it. A row that does not open is left as it is.
    """
    prefix = keys.live().held.prefix()
    places = _next(shop_id, prefix, after, at_once)
    if not places:
        return 0, None
    with deed(shop_id=shop_id, event="keys.rewrapped", actor=actor, now=now, bulk=True) as made:
        found = _locked(shop_id, places)
        old = [row for row in found if not row.wrapped.startswith(prefix)]
        moved = [(row, again) for row in old if (again := _again(row)) is not None]
        with connection.cursor() as cursor:
            cursor.executemany(
                sql.REWRAP_KEY, [(row.wrapped, raw_id(row.subject_id), raw_id(row.id)) for _, row in moved]
            )
        for before, again in moved:
            made.wrote(again, before=before)
        made.detail.update(count=len(moved), version=keys.live().held.active)
    return len(moved), places[-1]


def rewrap_secrets(*, shop_id: int, actor: Actor, now: datetime) -> int:
    """Wrap a shop's own secrets by the version in use; how many. One deed, none if none."""
    prefix = keys.live().held.prefix()
    rows = ShopSecret.objects.filter(shop_id=shop_id).order_by("name", "version")
    old = [row for row in rows if not row.wrapped.startswith(prefix)]
    if not old:
        return 0
    ring = keys.keyring()
    with deed(shop_id=shop_id, event="keys.rewrapped", actor=actor, now=now) as made:
        for row in old:
            key = secrets.unwrapped(row)
            made.update(row, wrapped=ring.wrap(key, secrets.context(row)))
        made.detail.update(count=len(old), version=keys.live().held.active)
    return len(old)


def rewrap_backups() -> int:
    """Wrap the backup keys by the version in use; how many files."""
    prefix = keys.live().held.prefix()
    return agekeys.rewrap(lambda wrapped: not wrapped.startswith(prefix))


def wrapped(held: LocalProvider) -> dict[str, Wrapped]:
    """Count what each version has wrapped, by its public id; ids of versions that are not held are among them."""
    counts: dict[str, list[int]] = {name: [0, 0, 0] for name in held.versions.values()}
    with connection.cursor() as cursor:
        for place, table in enumerate(("camket_item_key", "camket_shop_secret")):
            cursor.execute(sql.COUNT_BY_PREFIX.format(table=table))
            for start, count in cursor.fetchall():
                counts.setdefault(_name(bytes(start)), [0, 0, 0])[place] += count
    for start in agekeys.prefixes(PREFIX_BYTES):
        counts.setdefault(_name(start), [0, 0, 0])[2] += 1
    return {name: Wrapped(*found) for name, found in counts.items()}


def destroy_version(version: int) -> LocalProvider:
    """Take a version that nothing here needs out of the key file, for good.

    Keys inside keys files of backups are not seen: a caller waits until the files of its time are over their age.
    Whoever writes keys waits until it is done, so that none is wrapped by the version between the count and the end.
    Errors: KeyFileError when the version is in use, is not there, or something is still wrapped by it.
    """
    with transaction():
        if not is_sqlite():
            with connection.cursor() as cursor:
                cursor.execute(sql.LOCK_KEYS)
        held = LocalProvider.open(keys.path(), keys.custody())
        name = held.versions.get(version, "")
        left = wrapped(held).get(name)
        if left is not None and left.here and version != held.active:
            raise _still_needed(version, left)
        changed = LocalProvider.change(keys.path(), keys.custody(), lambda found: found.without(version))
    keys.forget()
    return changed


def record_destroyed(*, shop_id: int, actor: Actor, now: datetime, version: int, name: str) -> None:
    """Write into a shop's ledger that a version of the wrapping key is gone."""
    with deed(shop_id=shop_id, event="keys.destroyed", actor=actor, now=now) as made:
        made.detail.update(version=version, key=name)


def _name(prefix: bytes) -> str:
    return prefix[1:].hex()


def _next(shop_id: int, prefix: bytes, after: Place, at_once: int) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute(sql.OLD_KEYS, [shop_id, raw_id(after[0]), raw_id(after[1]), prefix, at_once])
        return [(read_id(subject), read_id(key)) for subject, key in cursor.fetchall()]


def _locked(shop_id: int, places: Sequence[Place]) -> list[ItemKey]:
    """Read the rows again, locked, and the people before them; what has gone meanwhile is left out."""
    people = sorted({subject for subject, _ in places})
    lock_people(shop_id=shop_id, subject_ids=people)
    wanted = {key for _, key in places}
    rows = ItemKey.objects.filter(subject_id__in=people, shop_id=shop_id)
    rows = rows if is_sqlite() else rows.select_for_update()
    return [row for row in rows if row.id in wanted]


def lock_people(*, shop_id: int, subject_ids: Sequence[UUID]) -> None:
    """Lock people, in the order of their ids, against deeds that move or end their keys; new values may come in."""
    if is_sqlite() or not subject_ids:
        return
    with connection.cursor() as cursor:
        holes = ", ".join(["%s"] * len(subject_ids))
        cursor.execute(sql.LOCK_PEOPLE.replace("{people}", holes), [shop_id, *subject_ids])


def _again(row: ItemKey) -> ItemKey | None:
    place: dict[str, Any] = {
        "shop_id": row.shop_id,
        "subject_id": row.subject_id,
        "key_id": row.id,
        "retention": row.retention,
    }
    try:
        key = sealing.open_key(**place, wrapped=row.wrapped)
    except (SealError, KeyFileError):
        return None
    fresh = ItemKey(**values_of(row))
    fresh.wrapped = keys.keyring().wrap(key, sealing.key_context(**place))
    return fresh


def _still_needed(version: int, left: Wrapped) -> KeyFileError:
    return KeyFileError(
        vi=f"còn {left.items} khóa mục, {left.secrets} khóa cửa hàng, {left.backups} khóa sao lưu do bản {version} gói",
        en=f"{left.items} item keys, {left.secrets} shop secrets, {left.backups} backup keys need version {version}",
        advice_vi="chạy `camket keys rotate` đến khi xong, rồi thử lại",
        advice_en="run `camket keys rotate` to its end, then try again",
        code="key-version-needed",
    )
