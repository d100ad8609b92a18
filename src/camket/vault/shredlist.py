"""The list of erased people outside the database: append-only, replayed before a restored system serves.

One marked line (marked.py) for each: shop, subject, entry, moment, and the tombstones it left (keyed digests and their
kinds, never values) with their end. A line is synced before the deed commits; one that was torn by a power cut belongs
to a deed that never did. The list is kept for good: a data file has no maximum age.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings

from camket.vault import marked

NAME: Final = "shredded"
_AT_ONCE: Final = 500


class Line(NamedTuple):
    """One erased person. `at` and `ends_at` are milliseconds since 1970; `tombs` are digests with their kinds."""

    shop_id: int
    subject_id: UUID
    entry_id: UUID
    at: int
    tombs: tuple[tuple[bytes, str], ...] = ()
    ends_at: int = 0


def path() -> Path:
    """Tell where the list is: with the checkpoints, in the one folder that must outlive the database."""
    return Path(settings.CAMKET_CHECKPOINTS) / "shredded.list"


def append(line: Line) -> None:
    """Add a line and sync it to the disk."""
    content = {
        "shop": line.shop_id,
        "subject": str(line.subject_id),
        "entry": str(line.entry_id),
        "at": line.at,
        "tombs": [[digest.hex(), kind] for digest, kind in line.tombs],
        "ends": line.ends_at,
    }
    marked.add(path(), [marked.line(content)])


def batches(place: int) -> Iterator[tuple[list[Line], int]]:
    """Give the lines from a place (bytes) on, some at a time, each time with the place after them.

    A list that is shorter than the place is another list: it is read from its beginning.
    """
    if not path().exists():
        return
    with path().open("rb") as file:
        file.seek(place if _is_line_end(path(), place) else 0)
        found: list[Line] = []
        for raw in file:
            line = _read(raw)
            found += [line] if line else []
            if len(found) >= _AT_ONCE:
                yield found, file.tell()
                found = []
        yield found, file.tell()


def _is_line_end(place: Path, end: int) -> bool:
    with place.open("rb") as file:
        if end == 0 or end > file.seek(0, os.SEEK_END):
            return False
        file.seek(end - 1)
        return file.read(1) == b"\n"


def _read(raw: bytes) -> Line | None:
    found = marked.read(raw, path().name)
    if found is None:
        return None
    return Line(
        shop_id=found["shop"],
        subject_id=UUID(found["subject"]),
        entry_id=UUID(found["entry"]),
        at=found["at"],
        tombs=tuple((bytes.fromhex(digest), kind) for digest, kind in found["tombs"]),
        ends_at=found["ends"],
    )
