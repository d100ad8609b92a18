"""The key file on the disk: read, made once, replaced whole, never half written.

JSON: the active version, and every version with its check value and its key, plain or closed by a key service. The
first file is a hard link of a finished draft, so that two first starts agree on one; a later one is a rename. Both are
synced, file and folder, before anybody relies on them. Whoever changes the file holds a lock on its folder.
"""

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from camket.base.durable import make_folder, sync_folder
from camket.crypto.errors import KeyFileError
from camket.crypto.providers import faults
from camket.crypto.providers.custody import Custody
from camket.crypto.seal import KEY_BYTES, key_id

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Content:
    """What a key file holds: keys by version, which one wraps, and when the others were retired (ISO moments)."""

    keys: Mapping[int, bytes]
    active: int
    retired: Mapping[int, str] = field(default_factory=dict)


def read(path: Path, custody: Custody, *, opened: Mapping[str, bytes]) -> Content:
    """Read the file; keys whose public id is in `opened` are taken from there and not opened again.

    Errors: `KeyFileError` (missing, open to others, damaged, of another custody), `KeyServiceError`.
    """
    if not path.exists():
        raise faults.missing(path)
    check_modes(path)
    try:
        held = json.loads(path.read_text(encoding="ascii"))
        kind = held.get("service", "file")
        if kind != custody.kind:
            raise faults.other_custody(path, kind, custody.kind)
        return _parse(held, custody, opened)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise faults.damaged(path) from None


def create(path: Path, content: Content, custody: Custody) -> None:
    """Write a new file; `FileExistsError` when there is one."""
    make_folder(path.parent)
    _check_folder(path.parent)
    with locked(path):
        draft = _draft(path, content, custody)
        try:
            os.link(draft, path)
        finally:
            draft.unlink()
        sync_folder(path.parent)


def replace(path: Path, content: Content, custody: Custody) -> None:
    """Put a new file in the place of the old one, whose bytes are then overwritten. The caller holds `locked`."""
    for left in path.parent.glob(f".{path.name}.????????"):
        _overwrite(left)
        left.unlink()
    draft = _draft(path, content, custody)
    with path.open("r+b") as old:
        draft.replace(path)
        sync_folder(path.parent)
        _blank(old.fileno())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other writers of the key file waiting; the system lets go of the lock however the process ends."""
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def stamp(path: Path) -> Stamp:
    """Tell one state of the file from another; `KeyFileError` when it is gone."""
    try:
        found = path.stat()
    except OSError:
        raise faults.missing(path) from None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _draft(path: Path, content: Content, custody: Custody) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    text = _render(content, custody)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _render(content: Content, custody: Custody) -> str:
    rows: list[dict[str, object]] = []
    for version, key in sorted(content.keys.items()):
        name = key_id(key).hex()
        row: dict[str, object] = {"version": version, "id": name}
        row[custody.entry] = custody.close(key, version=version, key_id=name)
        if version in content.retired:
            row["retired"] = content.retired[version]
        rows.append(row)
    service = {} if custody.kind == "file" else {"service": custody.kind}
    whole = {"camket": "wrapping keys", **service, "active": content.active, "keys": rows}
    return json.dumps(whole, indent=2) + "\n"


def _parse(held: Any, custody: Custody, opened: Mapping[str, bytes]) -> Content:
    keys, retired = {}, {}
    for row in held["keys"]:
        version, name = int(row["version"]), str(row["id"])
        key = opened.get(name)
        if key is None:
            key = custody.open(row[custody.entry], version=version, key_id=name)
        if len(key) != KEY_BYTES or key_id(key).hex() != name:
            raise ValueError("check value")
        keys[version] = key
        if "retired" in row:
            retired[version] = str(row["retired"])
    active = int(held["active"])
    if active not in keys or held["camket"] != "wrapping keys":
        raise ValueError("active")
    return Content(keys, active, retired)


def check_modes(path: Path) -> None:
    """Refuse a file that others can read, or a folder that others can write to."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyFileError(
            vi=f"người khác trên máy đọc được tệp khóa `{path}` (quyền {mode:04o})",
            en=f"others on this machine can read the key file `{path}` (mode {mode:04o})",
            advice_vi=f"chạy `chmod 600 {path}`, rồi xem ai đã đọc được nó",
            advice_en=f"run `chmod 600 {path}`, then find out who could read it",
            code="key-file-open",
        )
    _check_folder(path.parent)


def _check_folder(folder: Path) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o022:
        raise KeyFileError(
            vi=f"người khác trên máy ghi được vào thư mục khóa `{folder}` (quyền {mode:04o})",
            en=f"others on this machine can write to the key folder `{folder}` (mode {mode:04o})",
            advice_vi=f"chạy `chmod 700 {folder}`",
            advice_en=f"run `chmod 700 {folder}`",
            code="key-folder-open",
        )


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        _blank(file.fileno())


def _blank(handle: int) -> None:
    """Write zeros over a file. Solid-state disks and copying file systems may keep the old blocks all the same."""
    size = os.fstat(handle).st_size
    os.pwrite(handle, bytes(size), 0)
    os.fsync(handle)
