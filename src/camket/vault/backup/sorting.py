"""Which keys and values come back when the two files are of different moments.

A key comes back when the ledger of the data knows it: one that was made later seals nothing in the data. A value comes
back when its key does: its key was destroyed since, or the keys file is older than the value.
"""

from typing import Any
from uuid import UUID

from camket.store.models import ShopSecret
from camket.vault.backup.archive import Rows
from camket.vault.backup.balance import Balance
from camket.vault.backup.tables import KEYS_TABLE
from camket.vault.models import ItemKey

Place = tuple[bytes, bytes]


class KnownKeys:
    """What the ledger of the loaded data says about keys and shop secrets."""

    def __init__(self) -> None:
        self._balance = Balance({ItemKey.table_code, ShopSecret.table_code})
        self._read = False

    def knows(self, code: int, key: list[Any]) -> bool:
        if not self._read:
            self._balance.read()
            self._read = True
        return bool(self._balance.there(code, key))


class Sorted:
    """Sorts pieces of the two files; `known` is None when they are of one moment, and nothing has to be sorted."""

    def __init__(self, known: KnownKeys | None) -> None:
        self._known = known
        self.lost = 0

    def wanted(self, found: Rows) -> list[list[Any]]:
        """Give the key rows that the ledger of the data knows."""
        known = self._known
        if known is None:
            return found.rows
        names = [name for name, _ in found.columns]
        if found.table == KEYS_TABLE:
            first, second = names.index("subject_id"), names.index("id")
            return [row for row in found.rows if known.knows(ItemKey.table_code, [row[first], row[second]])]
        parts = [names.index(name) for name in ("shop_id", "name", "version")]
        return [row for row in found.rows if known.knows(ShopSecret.table_code, [row[part] for part in parts])]

    def openable(self, found: Rows) -> list[list[Any]]:
        """Give the values whose keys came back."""
        if self._known is None or not found.rows:
            return found.rows
        names = [name for name, _ in found.columns]
        first, second = names.index("subject_id"), names.index("key_id")
        held = _held({row[first] for row in found.rows})
        kept = [row for row in found.rows if (row[first], row[second]) in held]
        self.lost += len(found.rows) - len(kept)
        return kept


def _held(subjects: set[bytes]) -> set[Place]:
    wanted = [UUID(bytes=subject) for subject in subjects]
    rows = ItemKey.objects.filter(subject_id__in=wanted).values_list("subject_id", "id")
    return {(subject.bytes, key.bytes) for subject, key in rows}
