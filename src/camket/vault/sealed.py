"""Item rows as the hot path reads them: still sealed, with the wrapped key that opens them."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from camket.store.db import read_id


class Sealed(NamedTuple):
    """A row of camket_item."""

    id: UUID
    subject_id: UUID
    shop_id: int
    category: str
    key_id: UUID
    sealed: bytes
    purposes: str
    source: str
    basis: str
    retention: str
    collected_at: int
    expires_at: int | None
    circulates_until: int | None
    verified: bool
    third_party: bool
    legacy: str
    group_id: UUID | None
    version: int


Row = tuple[Sealed, bytes]
by_id = itemgetter(0)


def row(shop_id: int, subject_id: UUID, found: Sequence[Any]) -> Row:
    """Make an item and its wrapped key of a row of sql.ITEM_FACTS."""
    (_, category, purposes, source, basis, collected_at, sealed, item_id, key_id, retention, expires_at, until,
     verified, third_party, legacy, group_id, version, wrapped) = found  # fmt: skip
    item = Sealed(
        read_id(item_id),
        subject_id,
        shop_id,
        category,
        read_id(key_id),
        bytes(sealed),
        purposes,
        source,
        basis,
        retention,
        collected_at,
        expires_at,
        until,
        bool(verified),
        bool(third_party),
        legacy,
        None if group_id is None else read_id(group_id),
        version,
    )
    return item, bytes(wrapped)
