"""Which keys and values come back when the two files are of different moments.

A key comes back when the ledger of the data knows it: one that was made later seals nothing in the data. A value comes
back when its key does: its key was destroyed since, or the keys file is older than the value.
"""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from camket.store.models import ShopSecret
from camket.vault.backup.archive import Rows
from camket.vault.backup.balance import Balance
from camket.vault.backup.errors import keys_of_another_time
from camket.vault.backup.tables import KEYS_TABLE
from camket.vault.models import ItemKey

Place = tuple[bytes, bytes]


class Sorted:
    """Sorts pieces of the two files; with `all_known` they are of one moment, and nothing has to be sorted."""

    def __init__(self, *, all_known: bool) -> None:
        self._known = None if all_known else Balance({ItemKey.table_code, ShopSecret.table_code})
        self.lost = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._known is not None:
            self._known.__exit__(kind, error, trace)

    def learn(self) -> None:
        """Read what the ledger, which is loaded by now, says about keys and shop secrets."""
        if self._known is not None:
            self._known.read()

    def wanted(self, found: Rows) -> list[list[Any]]:
        """Give the key rows that the ledger of the data knows."""
        known = self._known
        if known is None:
            return found.rows
        names = [name for name, _ in found.columns]
        if found.table == KEYS_TABLE:
            first, second = names.index("subject_id"), names.index("id")
            return [row for row in found.rows if known.there(ItemKey.table_code, [row[first], row[second]])]
        return list(self._secrets(known, [dict(zip(names, row, strict=True)) for row in found.rows]))

    def _secrets(self, known: Balance, rows: list[dict[str, Any]]) -> Iterator[list[Any]]:
        """Give the secrets as the data knew them: one that a rotation ended since is in use again, as it was then."""
        newest: dict[tuple[int, str], int] = {}
        ours: dict[tuple[int, str], list[dict[str, Any]]] = {}
        for row in rows:
            place = (row["shop_id"], row["name"])
            newest[place] = max(newest.get(place, 0), row["version"])
            if known.there(ShopSecret.table_code, [row["shop_id"], row["name"], row["version"]]):
                ours.setdefault(place, []).append(row)
        for place, held in ours.items():
            if newest[place] == max(row["version"] for row in held):
                yield from (list(row.values()) for row in held)
            elif len(held) == 1:
                whole = ("shop_id", "name", "version", "wrapped")
                yield [value if name in whole else None for name, value in held[0].items()]
            else:
                raise keys_of_another_time()

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
