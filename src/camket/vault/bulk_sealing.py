"""Sealing by the thousand: associated data and rows of items that are alike, made from what `sealing` makes of one."""

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from uuid import UUID

from camket.base.ids import uuid7s
from camket.crypto.sealer import Sealer
from camket.ledger.bulk import BulkRows, Shape
from camket.store.keys import keyring
from camket.vault import sealing
from camket.vault.models import Item, ItemKey

# Stand-ins that occur nowhere else: where they lie in the associated data of one row, each row's own bytes go.
_SUBJECT, _ITEM, _KEY, _GROUP = (UUID(bytes=os.urandom(16)) for _ in range(4))
_EXPIRES: Final = int.from_bytes(os.urandom(8), "big") >> 1 | 1 << 62
# From here on a moment takes eight bytes in CBOR (February 1970); what ends before is written out.
LONG_MOMENT: Final = 1 << 32


class Gaps:
    """Bytes with gaps, cut out of an example at its stand-ins; `order` tells which stand-in each gap was."""

    __slots__ = ("_parts", "order")

    def __init__(self, example: bytes, stand_ins: Sequence[bytes]) -> None:
        if any(example.count(one) != 1 for one in stand_ins):
            raise ValueError("a stand-in lies in the example once")
        places = sorted((example.index(one), number) for number, one in enumerate(stand_ins))
        self.order = tuple(number for _, number in places)
        self._parts: list[bytes] = []
        end = 0
        for place, number in places:
            self._parts += [example[end:place], b""]
            end = place + len(stand_ins[number])
        self._parts.append(example[end:])

    def __call__(self, values: Sequence[bytes]) -> bytes:
        """Fill the gaps, in the order of the stand-ins."""
        parts = self._parts.copy()
        parts[1::2] = [values[number] for number in self.order]
        return b"".join(parts)


class ItemShape:
    """Items that differ in subject, id, key, words, group and end only."""

    __slots__ = ("_grouped", "_place", "_shape", "_timed")

    def __init__(self, rows: BulkRows, like: Item) -> None:
        self._timed = (like.expires_at or 0) >= LONG_MOMENT
        self._grouped = like.group_id is not None
        like.subject_id, like.id, like.key_id, like.sealed = _SUBJECT, _ITEM, _KEY, b""
        stand_ins = [_SUBJECT.bytes, _ITEM.bytes, _KEY.bytes]
        varying = ["id", "key_id", "sealed", "subject_id"]
        if self._grouped:
            like.group_id = _GROUP
            stand_ins.append(_GROUP.bytes)
            varying.insert(0, "group_id")
        if self._timed:
            like.expires_at = _EXPIRES
            stand_ins.append(struct.pack(">Q", _EXPIRES))
            varying.insert(0, "expires_at")
        self._place = Gaps(sealing.place(like), stand_ins)
        self._shape = rows.shape_like(like, varying)

    def add(
        self,
        rows: BulkRows,
        *,
        subject_id: bytes,
        item_id: bytes,
        key: tuple[bytes, Sealer],
        text: str,
        nonce: bytes,
        group_id: bytes | None,
        expires_at: int | None,
    ) -> None:
        """Seal a text for its row and add the row."""
        key_id, sealer = key
        gaps = [subject_id, item_id, key_id]
        values: list[bytes | int] = []
        if self._timed and expires_at is not None:
            values.append(expires_at)
        if self._grouped and group_id is not None:
            values.append(group_id)
            gaps.append(group_id)
        if self._timed and expires_at is not None:
            gaps.append(struct.pack(">Q", expires_at))
        sealed = sealer.seal(text.encode(), self._place(gaps), nonce)
        rows.add(self._shape, subject_id, [*values, item_id, key_id, sealed, subject_id])


class NewKeys:
    """Makes keys of retention classes by the thousand, each wrapped for its person and class, and adds their rows."""

    def __init__(self, rows: BulkRows, *, shop_id: int, made_at: int) -> None:
        self._rows = rows
        self._shop_id = shop_id
        self._made_at = made_at
        self._ring = keyring()
        self._kinds: dict[str, tuple[Shape, Callable[[Sequence[bytes]], bytes]]] = {}
        self._ids: Iterator[bytes] = iter(())

    def make(self, subject_id: bytes, retention: str) -> tuple[bytes, Sealer]:
        """Make one key; gives its id and what seals under it."""
        shape, context = self._kinds.get(retention) or self._kind(retention)
        key_id = next(self._ids, None)
        if key_id is None:
            self._ids = iter(uuid7s(self._made_at, 256))
            key_id = next(self._ids)
        key = self._ring.new_key()
        wrapped = self._ring.wrap(key, context((subject_id, key_id)))
        self._rows.add(shape, subject_id, (key_id, subject_id, wrapped))
        return key_id, Sealer(key)

    def _kind(self, retention: str) -> tuple[Shape, Callable[[Sequence[bytes]], bytes]]:
        example = sealing.key_context(shop_id=self._shop_id, subject_id=_SUBJECT, key_id=_KEY, retention=retention)
        row = ItemKey(shop_id=self._shop_id, retention=retention, made_at=self._made_at)
        made = self._kinds[retention] = (
            self._rows.shape_like(row, ("id", "subject_id", "wrapped")),
            Gaps(example, (_SUBJECT.bytes, _KEY.bytes)),
        )
        return made
