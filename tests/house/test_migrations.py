"""The database can be brought forward, and back: the models and the migrations say the same."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

# Migrations that cannot be taken back, each with the reason.
ONE_WAY: dict[str, str] = {}


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out, verbosity=1)
    assert "No changes detected" in out.getvalue()


def test_every_migration_can_be_taken_back_or_says_why_not() -> None:
    loader = MigrationLoader(None)
    one_way = {
        name
        for (label, name), migration in loader.disk_migrations.items()
        if label == "camket"
        for operation in migration.operations
        if not operation.reversible
    }
    assert one_way == set(ONE_WAY)


def test_hand_written_steps_name_both_directions() -> None:
    loader = MigrationLoader(None)
    written = [
        operation
        for (label, _), migration in loader.disk_migrations.items()
        if label == "camket"
        for operation in migration.operations
        if isinstance(operation, RunPython | RunSQL)
    ]
    assert [operation for operation in written if not operation.reversible] == []


@pytest.mark.django_db(transaction=True)
def test_back_to_nothing_and_forward_again_gives_the_same_tables() -> None:
    before = _schema()
    call_command("migrate", "camket", "zero", verbosity=0)
    assert [name for name in connection.introspection.table_names() if name.startswith("camket_")] == []
    call_command("migrate", verbosity=0)
    assert _schema() == before


def _schema() -> set[str]:
    query = (
        "SELECT type || ' ' || name FROM sqlite_master WHERE name LIKE 'camket%'"
        if connection.vendor == "sqlite"
        else "SELECT 'index ' || indexname FROM pg_indexes WHERE tablename LIKE 'camket%' "
        "UNION SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal "
        "UNION SELECT 'constraint ' || conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
        "WHERE t.relname LIKE 'camket%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}
