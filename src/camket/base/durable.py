"""Files outside the database that must outlive a power cut: whoever writes one syncs its bytes, this keeps its name.

A file that was synced may still be gone after a power cut when the folder that names it was not, and the folder when
its own was not (fsync(2)).
"""

import os
import secrets
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make sure that a name which was added to, or removed from, the folder stays so."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path, mode: int = 0o700) -> None:
    """Make a folder for its owner only, and those above it as the system has it, durably; nothing where it is there."""
    if folder.is_dir():
        return
    make_folder(folder.parent, 0o777)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def write_once(path: Path, text: str) -> None:
    """Write a file for its owner only, whole or not at all; `FileExistsError` where there is one already."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)
