"""Automatic backups: made each night where a folder is set, and as many kept as are set."""

import time
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from camket.base.clock import to_ms
from camket.vault.backup import making
from camket.vault.backup.archive import Archive
from camket.vault.backup.errors import BackupError
from camket.vault.backup.listing import data_files

# A file that has been in the making for so long belongs to a process that is gone.
_STALE_SECONDS: Final = 24 * 3600


def nightly(now: datetime) -> int:
    """Back up into the folders of the settings; 1, or 0 where no folder is set. Errors: as `making.make`."""
    if not settings.CAMKET_BACKUPS:
        return 0
    folder, keys_folder = folders()
    making.make(to=folder, keys_to=keys_folder, now=now)
    tidy(folder, keys_folder, keep=settings.CAMKET_BACKUPS_KEPT, now=now)
    return 1


def folders() -> tuple[Path, Path]:
    """Give the folder of the data files and that of the keys files, as set."""
    folder = Path(settings.CAMKET_BACKUPS)
    return folder, Path(settings.CAMKET_BACKUPS_OF_KEYS or folder)


def last(now: datetime) -> int | None:
    """Give the moment (ms) of the newest automatic backup whose keys file still opens; None when there is none."""
    folder, keys_folder = folders()
    for path in data_files(folder):
        keys = keys_folder / f"{path.stem}.keys"
        if keys.exists() and not _over_its_age(keys, now):
            return Archive(path, "data").head.at
    return None


def tidy(folder: Path, keys_folder: Path, *, keep: int, now: datetime) -> int:
    """Remove backups beyond the newest `keep`, keys files that open for nobody, and unfinished files; how many."""
    over = data_files(folder)[keep:]
    keys = [keys_folder / f"{path.stem}.keys" for path in over]
    dead = [path for path in sorted(keys_folder.glob("camket-*.keys")) if _over_its_age(path, now)]
    stale = [
        path
        for place in {folder, keys_folder}
        for path in place.glob(".camket-*.part")
        if time.time() - path.stat().st_mtime > _STALE_SECONDS
    ]
    gone = {*over, *dead, *stale, *(path for path in keys if path.exists())}
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _over_its_age(path: Path, now: datetime) -> bool:
    try:
        return Archive(path, "keys").head.ends_at <= to_ms(now)
    except (BackupError, OSError):
        return False
