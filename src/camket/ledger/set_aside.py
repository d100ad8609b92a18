"""What becomes of the notes outside when an older database is put back.

The log goes on from where the backup was; notes that were signed after that moment cannot stay in the file that the
log is compared with, and must not vanish. They move, whole and in order, to a file beside it, and the entry
`installation.restored` names their number, the last one's size and root, and the SHA-256 of that file: whoever holds
such a note from elsewhere finds it admitted in the log.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from camket.base.durable import sync_folder
from camket.ledger import notes, outside, tree
from camket.ledger.errors import LogCutError
from camket.ledger.models import Log
from camket.ledger.places import size_of
from camket.ledger.tiles import Tiles


class Aside(NamedTuple):
    """Notes beyond the log: how many, what the last one says, and the digest of the file they stand in."""

    notes: int
    size: int
    root: bytes
    digest: bytes


def size_outside(log: Log) -> int:
    """Tell the size of the newest note outside; 0 when there is none. Errors: LogCutError for a note of another key."""
    note = outside.last(log.name)
    if note is None:
        return 0
    said = notes.read(note, log.public_key)
    if said is None:
        raise LogCutError(log.name)
    return said.size


def agrees(log: Log) -> bool:
    """Tell whether the notes outside are signed by the log's key, and the last that is not beyond it says the same.

    One root is computed; whether every earlier note holds too is the verification's to tell.
    """
    size, last = size_of(log.shop_id), None
    for note in outside.notes(log.name):
        said = notes.read(note, log.public_key)
        if said is None or said.origin != notes.origin(log.name):
            return False
        if said.size <= size:
            last = said
    return last is None or tree.root(last.size, Tiles(log.shop_id).node) == last.root


def beyond(log: Log, size: int) -> Aside | None:
    """Tell what stands outside beyond `size` entries; None when nothing does."""
    digest, count, last = hashlib.sha256(), 0, None
    for note in _beyond(log, size):
        digest.update(f"{note}\n".encode())
        count += 1
        last = notes.read(note, log.public_key)
    return Aside(count, last.size, last.root, digest.digest()) if last else None


def move(log: Log, size: int, name: str) -> Path | None:
    """Move the notes beyond `size` into a file of that name beside the log's, both synced; None when there are none.

    After a crash in between they stand in both files, and moving them again ends it.
    """
    moving = list(_beyond(log, size))
    if not moving:
        return None
    place, kept = outside.path_of(log.name), [note for note in outside.notes(log.name) if note not in set(moving)]
    aside = place.with_name(f"{place.name}.{name}")
    _replace(aside, moving)
    _replace(place, kept)
    return aside


def _beyond(log: Log, size: int) -> Iterator[str]:
    for note in outside.notes(log.name):
        said = notes.read(note, log.public_key)
        if said is not None and said.size > size:
            yield note


def _replace(path: Path, found: list[str]) -> None:
    draft = path.with_name(f".{path.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write("".join(f"{note}\n" for note in found).encode())
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    sync_folder(path.parent)
