"""Makes a backup: two files of one snapshot, whole or not at all.

The files are written beside their place under another name, synced, read back, and only then given their names: first
the keys, then the data, so that a data file is never without its keys file. Others read and write meanwhile.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from camket.base.clock import to_ms
from camket.base.durable import make_folder, sync_folder
from camket.base.ids import uuid7
from camket.shops.models import Shop
from camket.store.db import snapshot, vendor
from camket.vault.backup import agekeys, gone, tables
from camket.vault.backup.agekeys import AgeKey
from camket.vault.backup.archive import Archive, Head, Kind, Writer
from camket.vault.backup.errors import nothing_there, other_version

Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """The two files, with how many rows each holds, and when the keys file stops opening (ms)."""

    data: Path
    keys: Path
    data_rows: int
    keys_rows: int
    keys_end_at: int


def make(*, to: Path, keys_to: Path | None = None, now: datetime, told: Told = lambda _, __: None) -> Made:
    """Write both files into their folders (made if missing, 0700); `told` hears each table with its rows so far.

    Errors: BackupError when there is no shop; OSError when the disk is full or a folder cannot be written: no file is
    left then, and the backup key is destroyed.
    """
    name = f"camket-{now:%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}"
    data, keys = to / f"{name}.data", (keys_to or to) / f"{name}.keys"
    for path in (data, keys):
        make_folder(path.parent)
    gone.read_on()
    sealing = agekeys.make(now)
    parts = [part_of(path) for path in (keys, data)]
    try:
        with snapshot():
            heads = _heads(now, sealing)
            counts = {kind: _file(part_of(path), heads[kind], sealing, told) for kind, path in _places(data, keys)}
        Archive(part_of(keys), "keys").check(sealing.key)
        Archive(part_of(data), "data").check()
        for path in (keys, data):
            part_of(path).rename(path)
            sync_folder(path.parent)
    except BaseException:
        for part in (*parts, keys, data):
            part.unlink(missing_ok=True)
        agekeys.destroy(sealing.id)
        raise
    return Made(data, keys, counts["data"], counts["keys"], sealing.ends_at)


def _places(data: Path, keys: Path) -> Iterator[tuple[Kind, Path]]:
    yield "data", data
    yield "keys", keys


def part_of(path: Path) -> Path:
    """Where a file is while it is written."""
    return path.with_name(f".{path.name}.part")


def _heads(now: datetime, sealing: AgeKey) -> dict[Kind, Head]:
    shops = tuple(Shop.objects.order_by("id").values_list("slug", flat=True))
    if not shops:
        raise nothing_there()
    snapshot_id = uuid7(to_ms(now)).bytes
    done = applied()
    if set(done) != known():
        raise other_version()
    return {
        "data": Head("data", snapshot_id, to_ms(now), done, shops, vendor()),
        "keys": Head("keys", snapshot_id, to_ms(now), done, shops, vendor(), sealing.id, sealing.ends_at),
    }


def applied() -> tuple[str, ...]:
    """Name the migrations of ours that have run, in order."""
    recorder = MigrationRecorder(connection)
    return tuple(sorted(name for label, name in recorder.applied_migrations() if label == "camket"))


def known() -> set[str]:
    """Name every migration of this version."""
    return {name for label, name in MigrationLoader(None).disk_migrations if label == "camket"}


def _file(path: Path, head: Head, sealing: AgeKey, told: Told) -> int:
    with _synced(path) as file:
        writer = Writer(file, head, sealing.key if head.kind == "keys" else None)
        for table in tables.tables(head.kind):
            writer.table(table.name, table.columns)
            count = 0
            for rows in tables.stored(table):
                writer.rows(rows)
                count += len(rows)
                told(table.name, count)
        return sum(writer.finish().values())


@contextmanager
def _synced(path: Path) -> Iterator[BinaryIO]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb", buffering=1 << 20) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
