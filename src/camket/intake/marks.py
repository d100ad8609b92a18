"""What an import remembers: a mark per row, and per person the digests of the values that imports brought.

Both are keyed digests and name nobody. A row's mark makes a second run change nothing. A person's mark keeps a value
that was corrected or erased since from coming back with another row of theirs.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from django.db import connection

from camket.intake.models import ImportMark
from camket.ledger.actions import Deed
from camket.ledger.bulk import BulkRows
from camket.store import among
from camket.store.db import is_sqlite
from camket.store.rows import values_of
from camket.subjects import blind

_AT_ONCE: Final = 500
_VALUE_BYTES: Final = 8
_THERE: Final = "SELECT m.digest FROM camket_import_mark m WHERE m.digest {among}"
_UPDATE: Final = "UPDATE camket_import_mark SET held = %s, run_id = %s, ends_at = %s WHERE digest = %s"


class Marks:
    """Makes, reads and writes the marks of one shop's imports."""

    def __init__(self, shop_id: int) -> None:
        self._shop_id = shop_id
        self._rows: dict[UUID, ImportMark] = {}

    def of(self, text: str) -> tuple[bytes, ...]:
        """Make the mark of what a row says, or of one value of a person: the first is written, all are looked for."""
        return blind.marks(self._shop_id, text)

    def there(self, marks: Iterable[bytes]) -> set[bytes]:
        """Tell which marks are in the database."""
        return {bytes(digest) for (digest,) in among.fetch(_THERE, marks, {})}

    def held(self, people: Iterable[UUID]) -> dict[UUID, set[bytes]]:
        """Read what imports brought about people, as short digests; locked until the deed ends."""
        digests = {digest: one for one in people for digest in self._person(one)}
        found: dict[UUID, set[bytes]] = {}
        wanted = list(digests)
        for start in range(0, len(wanted), _AT_ONCE):
            rows = ImportMark.objects.filter(digest__in=wanted[start : start + _AT_ONCE]).order_by("digest")
            for row in rows if is_sqlite() else rows.select_for_update():
                person, values = digests[row.digest], row.held or b""
                self._rows[person] = row
                found.setdefault(person, set()).update(
                    values[place : place + _VALUE_BYTES] for place in range(0, len(values), _VALUE_BYTES)
                )
        return found

    def _person(self, subject_id: UUID) -> tuple[bytes, ...]:
        return blind.marks(self._shop_id, subject_id.hex, kind="import-person")

    def write(
        self,
        rows: BulkRows,
        *,
        marks: Iterable[bytes],
        brought: Mapping[UUID, Iterable[bytes]],
        run_id: UUID,
        ends_at: int,
        within: Deed,
    ) -> None:
        """Add the marks of rows, and to people's marks what was brought; sorted, so that order tells nothing."""
        like = ImportMark(shop_id=self._shop_id, run_id=run_id, ends_at=ends_at)
        plain = rows.shape_like(like, ("digest",))
        for mark in sorted(marks):
            rows.add(plain, None, (mark,))
        holding = rows.shape_like(like, ("digest", "held"))
        changed: list[tuple[ImportMark, ImportMark]] = []
        named = sorted((self._person(one)[0], one, b"".join(sorted(new))) for one, new in brought.items())
        for digest, person, values in named:
            old = self._rows.get(person)
            if old is None:
                rows.add(holding, None, (digest, values))
            elif values:
                fresh = ImportMark(**values_of(old))
                fresh.held, fresh.run_id, fresh.ends_at = (old.held or b"") + values, run_id, ends_at
                changed.append((old, fresh))
        if changed:
            with connection.cursor() as cursor:
                run = run_id.bytes if is_sqlite() else run_id
                cursor.executemany(_UPDATE, [(new.held, run, ends_at, new.digest) for _, new in changed])
        for old, new in changed:
            within.wrote(new, before=old)


def short(mark: bytes) -> bytes:
    """Shorten a value's mark to what is kept of it beside a person's."""
    return mark[:_VALUE_BYTES]
