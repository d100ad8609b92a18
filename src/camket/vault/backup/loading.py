"""From two files to the rows of an empty database, in one transaction: all of it or nothing.

Everything that can refuse does so before the first row: both files are read whole (digest, seals, counts), their
version is known, their tables fit, the database is empty. A backup of an earlier version goes into tables of that
version, which are then brought up to date like those of any installation.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, transaction

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger import set_aside
from camket.ledger.models import Log
from camket.store import secrets
from camket.store.db import is_sqlite
from camket.store.models import ShopSecret
from camket.vault.backup import agekeys, errors, tables
from camket.vault.backup.archive import Archive, Rows
from camket.vault.backup.making import Told, applied, known
from camket.vault.backup.models import Replayed, Restore
from camket.vault.backup.sorting import Sorted

_FORCED = """
SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = current_schema()::regnamespace ORDER BY 1
"""


class Files:
    """The two files of a restore, read whole and found sound. `open` needs the tables to be there."""

    def __init__(self, data: Path, keys: Path) -> None:
        self.data = Archive(data, "data")
        self.keys = Archive(keys, "keys")
        self.key = b""
        for file in (self.data, self.keys):
            if not file.whole():
                raise errors.damaged(file.path.name)
            self._require_known(file)
        self.rows = self.data.check()

    def open(self, now: datetime) -> None:
        """Open the keys file with its backup key. Errors: BackupError when that is destroyed, KeyFileError."""
        found = agekeys.find(self.keys.head.key, now)
        if found is None:
            raise errors.key_gone(self.keys.path.name)
        self.key = found.key
        self.keys.check(self.key)

    @property
    def one_moment(self) -> bool:
        """Whether both are of one snapshot: then every key has its values and every value its key."""
        return self.data.head.id == self.keys.head.id

    def _require_known(self, file: Archive) -> None:
        if not set(file.head.migrations) <= known():
            raise errors.newer(file.path.name)


def load(files: Files, *, now: datetime, told: Told) -> Restore:
    """Fill the database; the row that is written with it keeps everybody from serving until `finishing` is done.

    Errors: BackupError; nothing is written then.
    """
    require_empty()
    prepare_tables(files)
    files.open(now)
    secrets.forget()
    with _told_as(files.data), transaction.atomic(durable=True), _copied_into():
        lost = _fill(files, told)
        row = Restore(
            id=uuid7(to_ms(now)),
            data=files.data.head.id,
            keys=files.keys.head.id,
            data_at=files.data.head.at,
            keys_at=files.keys.head.at,
            begun_at=to_ms(now),
        )
        row.save(force_insert=True)
        _check(files)
        _set_counters()
    told("lost", lost)
    bring_up_to_date()
    return row


def bring_up_to_date() -> None:
    """Bring the tables to this version, if the backup was of an earlier one."""
    call_command("migrate", verbosity=0, interactive=False)


def has_tables() -> bool:
    """Tell whether the database has the table that restores are written down in."""
    return Restore._meta.db_table in connection.introspection.table_names()


def require_empty() -> None:
    """Raise BackupError when any table of ours holds a row."""
    there = set(connection.introspection.table_names())
    for model in tables.records():
        if model._meta.db_table in there and model is not Replayed and model._base_manager.exists():
            raise errors.not_empty()


def prepare_tables(files: Files) -> None:
    """Make the tables of the file's version in a database without any."""
    wanted = tuple(sorted(files.data.head.migrations))
    if not any(name.startswith("camket_") for name in connection.introspection.table_names()):
        call_command("migrate", "camket", wanted[-1], verbosity=0, interactive=False)
    if applied() != wanted:
        raise errors.other_tables()


@contextmanager
def _told_as(file: Archive) -> Iterator[None]:
    """Say that a file is not whole where the database refuses its rows; the database's own words may quote them."""
    try:
        yield
    except (IntegrityError, DataError):
        raise errors.damaged(file.path.name) from None


@contextmanager
def _copied_into() -> Iterator[None]:
    """Let PostgreSQL copy rows in: COPY does not go through row security, which the owner stands behind too.

    In the transaction of the load, so that nobody ever sees the tables without their wall. Links between tables are
    checked piece by piece: nothing heaps up until the commit.
    """
    if is_sqlite():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_FORCED)
        names = [connection.ops.quote_name(name) for (name,) in cursor.fetchall()]
        for name in names:
            cursor.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
        yield
        for name in names:
            cursor.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")


def _fill(files: Files, told: Told) -> int:
    """Write the tables in the order of the data file, the keys before the values; how many values had no key."""
    with Sorted(all_known=files.one_moment) as sorting:
        for found in files.data.rows():
            if found.table == tables.ITEMS_TABLE and not found.rows:
                sorting.learn()
                _fill_keys(files, sorting)
            _require_columns(found, files.data)
            rows = sorting.openable(found) if found.table == tables.ITEMS_TABLE else found.rows
            tables.insert(found.table, found.columns, rows)
            told(found.table, len(found.rows))
        return sorting.lost


def _fill_keys(files: Files, sorting: Sorted) -> None:
    for found in _keys(files):
        _require_columns(found, files.keys)
        tables.insert(found.table, found.columns, sorting.wanted(found))


def _keys(files: Files) -> Iterator[Rows]:
    names = {table.name for table in tables.tables("keys")}
    for found in files.keys.rows(files.key):
        if found.table not in names:
            raise errors.damaged(files.keys.path.name)
        yield found


def _require_columns(found: Rows, file: Archive) -> None:
    """Take a file's table and columns for what they are only when the database has them: names are put into SQL."""
    if found.rows:
        return
    named = [name for name, _ in found.columns]
    fits = found.table.startswith("camket_") and set(named) == tables.columns_there(found.table)
    if not fits or len(set(named)) != len(named) or not {kind for _, kind in found.columns} <= tables.kinds():
        raise errors.damaged(file.path.name)


def _check(files: Files) -> None:
    """Refuse, inside the transaction, what does not belong together or not here."""
    for log in Log.objects.order_by("shop_id"):
        held = set(ShopSecret.objects.filter(shop_id=log.shop_id).values_list("name", flat=True))
        if not set(secrets.NAMES) <= held:
            raise errors.keys_of_another_time()
        if not set_aside.agrees(log):
            raise errors.not_ours(log.name)
    if not Log.objects.exists():
        raise errors.damaged(files.data.path.name)


def _set_counters() -> None:
    """Let automatic numbers go on after the highest that was loaded."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables.records())):
            cursor.execute(statement)
