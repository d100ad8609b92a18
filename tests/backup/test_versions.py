"""A backup of an earlier version goes into tables of that version, which are then brought up to date."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import AddField, CreateModel
from django.db.migrations.loader import MigrationLoader

from camket.ledger.queries import verify_database
from camket.vault.actions import show
from camket.vault.backup import agekeys, loading, making
from camket.vault.backup.archive import Archive, Writer
from camket.vault.backup.errors import BackupError
from tests import kept
from tests.backup.house import silent
from tests.cast import MINH

pytestmark = pytest.mark.django_db(transaction=True)
# Later migrations only added tables and columns that may be empty: a file of this version is one of today without them.
EARLIER = "0007_compact_ledger"


def _added_since():
    """Tables and columns that came after that version."""
    loader = MigrationLoader(None)
    tables, columns = set(), set()
    for (label, name), migration in loader.disk_migrations.items():
        if label != "camket" or name <= EARLIER:
            continue
        for operation in migration.operations:
            if isinstance(operation, CreateModel):
                tables.add(operation.options["db_table"])
            elif isinstance(operation, AddField):
                columns.add((operation.model_name_lower, operation.name))
    return tables, columns


def _earlier(archive, key=None):
    """Write the file as the earlier version would have."""
    tables, columns = _added_since()
    models = {f"camket_{model}".replace("_", ""): column for model, column in columns}
    path = archive.path.with_name(f"earlier{archive.path.suffix}")
    names = tuple(name for name in archive.head.migrations if name <= EARLIER)
    with path.open("wb") as file:
        writer = Writer(file, replace(archive.head, migrations=names), key)
        for found in archive.rows(key):
            if found.table in tables:
                continue
            assert found.table.replace("_", "") not in models
            if found.rows:
                writer.rows(found.rows)
            else:
                writer.table(found.table, found.columns)
        writer.finish()
    return path


def test_an_earlier_backup_is_brought_up_to_date(house, now):
    minh = kept.keep(house.world, "comet", MINH, now)
    kept.assign(house.world, "comet", minh, now)
    house.work(now)
    made = house.backup(now)
    key = agekeys.find(Archive(made.keys, "keys").head.key, now).key
    data, keys = _earlier(Archive(made.data, "data")), _earlier(Archive(made.keys, "keys"), key)
    assert _added_since()[0] != set()

    house.lose_the_database()
    with pytest.raises(BackupError) as refused:
        loading.load(loading.Files(data, keys), now=now, told=silent)
    assert refused.value.code == "backup-other-tables"
    call_command("migrate", "camket", "zero", verbosity=0)
    house.restore(data, keys, now)
    assert set(making.applied()) == making.known()
    assert _added_since()[0] <= set(connection.introspection.table_names())
    assert [show(value) for value in kept.lan_looks(house.world, "comet", minh, now).values] == ["+84912345678"]
    assert verify_database() == []


def test_a_later_backup_is_refused(house, now):
    made = house.backup(now)
    archive = Archive(made.data, "data")
    path = made.data.with_name("later.data")
    with path.open("wb") as file:
        head = replace(archive.head, migrations=(*archive.head.migrations, "9999_tomorrow"))
        Writer(file, head, None).finish()
    with pytest.raises(BackupError) as refused:
        loading.Files(path, made.keys)
    assert refused.value.code == "backup-newer"
