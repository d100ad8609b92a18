"""The keys of one subject during one deed: read once, made when a retention class is new."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import Deed
from camket.store import statements
from camket.store.db import is_sqlite, raw_id, read_id
from camket.subjects.sql import LOCK_SUBJECT
from camket.vault import sealing, sql
from camket.vault.models import ItemKey

OUTBOX_CLASS = "outbox"


def lock(*, shop_id: int, subject_id: UUID) -> None:
    """Queue up deeds that move or end keys of one person. SQLite's deed holds the write lock already."""
    if not is_sqlite():
        statements.fetch(LOCK_SUBJECT, [raw_id(subject_id), shop_id])


class Keys:
    """The subject's keys by retention class; `take` makes the missing ones and writes them with the deed."""

    def __init__(
        self,
        *,
        shop_id: int,
        subject_id: UUID,
        now: datetime,
        within: Deed,
        held: Mapping[str, tuple[UUID, bytes]] | None = None,
    ) -> None:
        self._shop_id = shop_id
        self._subject_id = subject_id
        self._now = now
        self._deed = within
        self._held = dict(held) if held is not None else self._read()
        self._opened: dict[str, tuple[UUID, bytes]] = {}

    def take(self, classes: Sequence[str]) -> dict[str, tuple[UUID, bytes]]:
        """Give id and key of each class, one INSERT for all that are new.

        Two deeds that make the same class at once meet in its unique index: PostgreSQL locks the person first and
        looks again, so that the second finds what the first made; a single deed locks nothing and is `raced`.
        """
        if not self._deed.single and any(name not in self._held for name in classes):
            lock(shop_id=self._shop_id, subject_id=self._subject_id)
            if not is_sqlite():
                self._held = self._read()
        self._insert([name for name in dict.fromkeys(classes) if name not in self._held])
        return {name: self._open(name) for name in dict.fromkeys(classes)}

    def _read(self) -> dict[str, tuple[UUID, bytes]]:
        rows = statements.fetch(sql.KEYS, [raw_id(self._subject_id), self._shop_id])
        return {retention: (read_id(key_id), bytes(wrapped)) for key_id, retention, wrapped in rows}

    def _insert(self, names: list[str]) -> None:
        rows: list[ItemKey] = []
        for name in names:
            row, key = self._new(name)
            self._held[name] = (row.id, row.wrapped)
            self._opened[name] = (row.id, key)
            rows.append(row)
        self._deed.insert_many(rows)

    def _new(self, name: str) -> tuple[ItemKey, bytes]:
        at = to_ms(self._now)
        return sealing.new_key(
            shop_id=self._shop_id, subject_id=self._subject_id, key_id=uuid7(at), retention=name, made_at=at
        )

    def _open(self, name: str) -> tuple[UUID, bytes]:
        if name not in self._opened:
            key_id, wrapped = self._held[name]
            key = sealing.open_key(
                shop_id=self._shop_id, subject_id=self._subject_id, key_id=key_id, retention=name, wrapped=wrapped
            )
            self._opened[name] = (key_id, key)
        return self._opened[name]


def raced(said: str) -> bool:
    """Tell by the database's words whether another deed made or moved a key of the person meanwhile."""
    return any(name in said for name in ("camket_fk_item_key", "camket_item_key_class", "camket_item_key.retention"))
