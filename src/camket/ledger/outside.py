"""Checkpoints in a file outside the database: what finds a log whose tail was cut consistently.

Each note stands whole, followed by an empty line; the file only grows and is synced before anybody is told. A note
that was cut off by a crash is completed from the database at the next signing.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from camket.base.durable import make_folder, sync_folder

_SIGNATURE = "— "
_TAIL_BYTES = 8192


def path_of(name: str) -> Path:
    """Where the notes of the log of that name are."""
    return Path(settings.CAMKET_CHECKPOINTS) / f"{name}.log"


def names() -> list[str]:
    """Every log that ever had a note written outside."""
    return sorted(path.stem for path in Path(settings.CAMKET_CHECKPOINTS).glob("*.log"))


def notes(name: str) -> Iterator[str]:
    """Read every whole note in order, as a stream."""
    path = path_of(name)
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from _whole(file)


def last(name: str) -> str | None:
    """Give the newest whole note, read from the end of the file."""
    path = path_of(name)
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = file.read().decode("utf-8", errors="replace")
    # The first piece may be the end of a note whose beginning was not read.
    found = list(_whole((tail.partition("\n\n")[2] if len(tail) == _TAIL_BYTES else tail).splitlines(keepends=True)))
    return found[-1] if found else None


def append(name: str, found: Iterable[str]) -> None:
    """Add notes and sync them to the disk; a torn last note is dropped first."""
    path = path_of(name)
    make_folder(path.parent)
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(_end_of_whole(file.read()))
        file.truncate()
        file.write("".join(f"{note}\n" for note in found).encode())
        file.flush()
        os.fsync(file.fileno())
    if new:
        sync_folder(path.parent)


def _whole(lines: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    for line in lines:
        if line == "\n" and held and held[-1].startswith(_SIGNATURE):
            yield "".join(held)
            held = []
        else:
            held.append(line)


def _end_of_whole(content: bytes) -> int:
    """Where the last whole note ends, with its empty line."""
    end = len(content)
    while end:
        end = content.rfind(b"\n\n", 0, end)
        if end < 0:
            return 0
        line = content[content.rfind(b"\n", 0, end) + 1 : end]
        if line.startswith(_SIGNATURE.encode()):
            return end + 2
    return 0
