"""The keys of many people in a few statements, for deeds over all of them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from camket.store import among
from camket.store.db import is_sqlite, read_id
from camket.vault import sealing

KEYS_AMONG: Final = (
    "SELECT k.subject_id, k.id, k.retention, k.wrapped FROM camket_item_key k "
    "WHERE k.subject_id {among} AND k.shop_id = %(shop)s"
)
# In the order of their ids, so that two bulk deeds never wait for each other.
LOCK_AMONG: Final = (
    "SELECT 1 FROM camket_subject s WHERE s.subject_id {among} AND s.shop_id = %(shop)s "
    "ORDER BY s.subject_id FOR UPDATE"
)


def lock_many(*, shop_id: int, subject_ids: Sequence[UUID]) -> None:
    """Queue up deeds that move or end keys of these people, as `keys.lock` does for one."""
    if is_sqlite():
        return
    for _ in among.fetch(LOCK_AMONG, sorted(subject_ids), {"shop": shop_id}):
        pass


def keys_of(*, shop_id: int, subject_ids: Sequence[UUID]) -> dict[tuple[bytes, str], tuple[bytes, bytes]]:
    """Give (key id, key) by (subject, retention class).

    Errors: SealError when a key row was changed or moved.
    """
    found: dict[tuple[bytes, str], tuple[bytes, bytes]] = {}
    for subject, key_id, retention, wrapped in among.fetch(KEYS_AMONG, subject_ids, {"shop": shop_id}):
        whose, which = read_id(subject), read_id(key_id)
        key = sealing.open_key(
            shop_id=shop_id, subject_id=whose, key_id=which, retention=retention, wrapped=bytes(wrapped)
        )
        found[whose.bytes, retention] = (which.bytes, key)
    return found
