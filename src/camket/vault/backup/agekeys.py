"""Backup keys: one for each keys file, beside the wrapping key, with a date on which it is destroyed.

A keys file is sealed under its own backup key. When that key is over its age it is overwritten and removed from every
folder that holds it, so an older keys file opens for nobody, the owner included. The key stands in its file wrapped by
the installation's wrapping key and bound to both dates: a folder of backup keys alone opens nothing, and a later date
written into the file makes it open nothing either.

INVARIANT 5: nothing here outlives `ends_at` once a worker, a start or a command of this installation has run.
Limits: overwriting reaches the file's blocks only where the file system writes in place; who copied a backup key while
it lived has it.
"""

import base64
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from camket.base.clock import to_ms
from camket.base.durable import make_folder, sync_folder
from camket.base.ids import uuid7
from camket.crypto import KEY_BYTES, SealError, aad
from camket.store.keys import keyring

_PLACE = "backup-key-1"
_SUFFIX = ".key"


@dataclass(frozen=True, slots=True)
class AgeKey:
    """A backup key that is alive."""

    id: bytes
    key: bytes
    made_at: int
    ends_at: int

    def __repr__(self) -> str:
        return f"AgeKey({self.id.hex()})"


def folders() -> list[Path]:
    """Every folder that holds the backup keys; each key is in all of them."""
    return [Path(folder) for folder in settings.CAMKET_BACKUP_KEYS]


def life() -> timedelta:
    """How long a keys file opens."""
    return timedelta(days=settings.CAMKET_BACKUP_KEYS_DAYS)


def make(now: datetime) -> AgeKey:
    """Make a backup key and keep it in every folder, synced, before anything is sealed under it."""
    ring = keyring()
    found = AgeKey(uuid7(to_ms(now)).bytes, ring.new_key(), to_ms(now), to_ms(now + life()))
    content = {
        "camket": "backup key",
        "id": found.id.hex(),
        "made_at": found.made_at,
        "ends_at": found.ends_at,
        "wrapped": base64.b64encode(ring.wrap(found.key, _context(found.id, found.made_at, found.ends_at))).decode(),
    }
    for folder in folders():
        make_folder(folder)
        _write(folder / f"{found.id.hex()}{_SUFFIX}", json.dumps(content, indent=2) + "\n")
    return found


def find(key_id: bytes, now: datetime) -> AgeKey | None:
    """Give the key if it lives; one that is over its age is destroyed here and now. Errors: KeyFileError."""
    destroy_aged(now)
    for path, content in _held():
        if content["id"] == key_id.hex():
            made_at, ends_at = int(content["made_at"]), int(content["ends_at"])
            try:
                key = keyring().unwrap(base64.b64decode(content["wrapped"]), _context(key_id, made_at, ends_at))
            except SealError:
                continue
            if path.exists() and len(key) == KEY_BYTES:
                return AgeKey(key_id, key, made_at, ends_at)
    return None


def destroy_aged(now: datetime) -> int:
    """Overwrite and remove every key whose time is over, in every folder; how many files."""
    over = [path for path, content in _held() if int(content["ends_at"]) <= to_ms(now)]
    for path in over:
        _destroy(path)
    return len(over)


def destroy(key_id: bytes) -> None:
    """End a key before its time: its keys file was never finished, or is no longer wanted."""
    for folder in folders():
        path = folder / f"{key_id.hex()}{_SUFFIX}"
        if path.exists():
            _destroy(path)


def rewrap(is_old: Callable[[bytes], bool]) -> int:
    """Wrap keys anew by the installation's key in use; how many files. A file is replaced whole or not at all."""
    ring, done = keyring(), 0
    for path, content in _held():
        wrapped = base64.b64decode(content["wrapped"])
        if is_old(wrapped):
            place = _context(bytes.fromhex(content["id"]), int(content["made_at"]), int(content["ends_at"]))
            again = base64.b64encode(ring.wrap(ring.unwrap(wrapped, place), place)).decode()
            _again(path, {**content, "wrapped": again})
            done += 1
    return done


def prefixes(size: int) -> list[bytes]:
    """Give how each wrapped key begins, which names the version that wrapped it."""
    return [base64.b64decode(content["wrapped"])[:size] for _, content in _held()]


def _again(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    _write(draft, json.dumps(content, indent=2) + "\n")
    draft.replace(path)
    sync_folder(path.parent)


def _held() -> Iterator[tuple[Path, dict[str, Any]]]:
    for folder in folders():
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            try:
                content = json.loads(path.read_text("ascii"))
                int(content["ends_at"]), int(content["made_at"]), str(content["id"]), str(content["wrapped"])
            except (OSError, ValueError, KeyError, TypeError):
                continue
            yield path, content


def _destroy(path: Path) -> None:
    try:
        with path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            file.write(b"\0" * size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return  # another process of this installation was quicker
    sync_folder(path.parent)


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _context(key_id: bytes, made_at: int, ends_at: int) -> bytes:
    return aad(_PLACE, key_id, made_at, ends_at)
