"""Which backups are in a folder, whether they are whole, and whether their keys still open."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from camket.vault.backup import agekeys
from camket.vault.backup.archive import Archive
from camket.vault.backup.errors import BackupError


@dataclass(frozen=True, slots=True)
class Listed:
    """One backup. `at` is its moment, `keys_end_at` the end of its keys file (ms); `opens` when that lives."""

    name: str
    at: int
    bytes: int
    whole: bool
    keys: bool
    opens: bool
    keys_end_at: int


def listed(folder: Path, keys_folder: Path, now: datetime) -> list[Listed]:
    """Read every backup of a folder whole and look for its key; the newest first."""
    return [_one(path, keys_folder / f"{path.stem}.keys", now) for path in data_files(folder)]


def data_files(folder: Path) -> list[Path]:
    """List the data files of a folder, the newest first: their names begin with their moment."""
    return sorted(folder.glob("camket-*.data"), reverse=True)


def _one(data: Path, keys: Path, now: datetime) -> Listed:
    size = data.stat().st_size + (keys.stat().st_size if keys.exists() else 0)
    try:
        archive = Archive(data, "data")
        whole, at = archive.whole(), archive.head.at
    except BackupError:
        return Listed(data.stem, 0, size, whole=False, keys=keys.exists(), opens=False, keys_end_at=0)
    try:
        held = Archive(keys, "keys")
    except (BackupError, OSError):
        return Listed(data.stem, at, size, whole, keys=keys.exists(), opens=False, keys_end_at=0)
    opens = held.whole() and agekeys.find(held.head.key, now) is not None
    return Listed(data.stem, at, size, whole, keys=True, opens=opens, keys_end_at=held.head.ends_at)
