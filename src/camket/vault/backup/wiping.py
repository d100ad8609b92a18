"""Gets the bytes of destroyed keys out of the database's own files.

SQLite overwrites what is deleted (`secure_delete`), but its write-ahead log keeps older pages until they are written
over: it is emptied here within a minute. PostgreSQL leaves a deleted row in its page; vacuuming gives the room back
and overwrites most of it, not all; so the table of keys is written anew in the night after something was destroyed
(`VACUUM FULL`, which locks it for as long as that takes). What this cannot reach, and until when, is in
docs/backups.md: PostgreSQL's own log until its segments are written over, WAL archives, replicas, freed blocks.
"""

import time
from datetime import datetime
from typing import Final

from django.db import connection

from camket.base.clock import VIETNAM, to_ms
from camket.store.db import in_transaction, is_sqlite
from camket.vault import shredlist
from camket.vault.backup import gone, replayed
from camket.vault.models import Item, ItemKey, SignUp

_TABLES: Final = (ItemKey, Item, SignUp)
_NIGHT: Final = range(2, 5)  # o'clock in Vietnam
_PAUSE_MS: Final = 3600 * 1000
_WAIT_MS: Final = 200
_WAIT_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.1
_OLDER: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE pid <> pg_backend_pid()
  AND (age(backend_xid) >= age(%s::xid8::xid)
       OR age(backend_xmin) >= age(%s::xid8::xid) AND datname IS NOT DISTINCT FROM current_database())
"""
# What this database has answered for, by how much the lists outside held then.
_SOFTLY: Final = "wiped"
_WHOLLY: Final = "wiped_whole"
_MOMENT: Final = "wiped_at"


def wipe(now: datetime) -> int:
    """Wipe what was destroyed since the last time, as far as the hour allows; 1 when something was done."""
    listed = _listed()
    if in_transaction() or not listed:
        return 0
    if is_sqlite():
        return _noted(_SOFTLY, listed) if listed != replayed.place_of(_SOFTLY) and _empty_log() else 0
    if listed != replayed.place_of(_WHOLLY) and now.astimezone(VIETNAM).hour in _NIGHT:
        if not _nobody_looks_back():
            return 0
        _vacuum("FULL, ANALYZE", ItemKey._meta.db_table)
        _noted(_SOFTLY, listed)
        return _noted(_WHOLLY, listed)
    if listed != replayed.place_of(_SOFTLY) and to_ms(now) - replayed.place_of(_MOMENT) >= _PAUSE_MS:
        for model in _TABLES:
            _vacuum("ANALYZE", model._meta.db_table)
        replayed.move_to(_MOMENT, to_ms(now))
        return _noted(_SOFTLY, listed)
    return 0


def _listed() -> int:
    """Tell how much the lists of destroyed keys and erased people hold: it differs when something was destroyed."""
    return sum(path.stat().st_size for path in (gone.path(), shredlist.path()) if path.exists())


def _noted(name: str, listed: int) -> int:
    replayed.move_to(name, listed)
    return 1


def _empty_log() -> bool:
    """Copy the write-ahead log into the database and cut it to nothing; False while somebody still reads from it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual,) = cursor.fetchone()
        # It holds writers up while it waits for readers, and a reader may be a backup of half an hour.
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS:d}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_ = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual:d}")
    return not busy


def _nobody_looks_back() -> bool:
    """Wait until no transaction is older than this moment: rows that one of them may still see are not wiped.

    A writer of any database of the server counts: the rewriting transaction's own view begins at the oldest of them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (now,) = cursor.fetchone()
        deadline = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < deadline:
            cursor.execute(_OLDER, [now, now])
            if cursor.fetchone() == (0,):
                return True
            time.sleep(_LOOK_SECONDS)
    return False


def _vacuum(how: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ({how}) {connection.ops.quote_name(table)}")
