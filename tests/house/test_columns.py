"""Every column of every table, borrowed ones too, says what it holds (design, invariant 3)."""

import pytest
from django.apps import apps
from django.db import connection, models

from camket.project.columns import BORROWED
from camket.store.columns import Column, Record, faults, ledgered_models
from tests.house import source

CODES = source.TESTS / "house" / "snapshots" / "table_codes.txt"


def _real_tables() -> dict[str, set[str]]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if connection.vendor == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [row[0] for row in cursor.fetchall()]
        return {name: {c.name for c in connection.introspection.get_table_description(cursor, name)} for name in names}


def _declared() -> dict[str, dict[str, Column]]:
    ours = {
        model._meta.db_table: {
            field.column: model.columns[field.attname] for field in model._meta.concrete_fields if field.column
        }
        for model in apps.get_models()
        if issubclass(model, Record)
    }
    return {**BORROWED, **ours}


def test_every_model_declares_its_columns() -> None:
    undeclared = {model.__name__: list(faults(model)) for model in apps.get_models()}
    assert {name: found for name, found in undeclared.items() if found} == {}


@pytest.mark.django_db
def test_every_column_of_the_real_database_is_declared() -> None:
    declared = {table: set(columns) for table, columns in _declared().items()}
    tables = _real_tables()
    assert {t: columns - declared.get(t, set()) for t, columns in tables.items() if columns != declared.get(t)} == {}
    assert {table for table in declared if table not in BORROWED} <= set(tables)


@pytest.mark.django_db
def test_a_column_that_nobody_declared_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE camket_shop ADD COLUMN note text")
    declared = {table: set(columns) for table, columns in _declared().items()}
    assert _real_tables()["camket_shop"] - declared["camket_shop"] == {"note"}


def test_tables_about_a_person_are_keyed_by_the_person_or_by_what_is_looked_up() -> None:
    """So that they can be spread over nodes (design, section 5): `subject_id` first, or the digest that is searched."""
    wrong = []
    for model in apps.get_models():
        if not issubclass(model, Record) or "subject_id" not in model.columns:
            continue
        key = model._meta.pk
        first = key.field_names[0] if isinstance(key, models.CompositePrimaryKey) else key.attname
        if first != "subject_id" and model.columns[first] is not Column.DIGEST:
            wrong.append(f"{model.__name__}: {first}")
    assert wrong == []


def test_table_codes_never_change() -> None:
    """A row's digest begins with its table's code: a changed code would make every old entry look forged."""
    codes = {f"{code} {model._meta.db_table}" for code, model in ledgered_models(apps.get_models()).items()}
    frozen = set(CODES.read_text("utf-8").splitlines())
    assert codes - frozen == set(), f"add to {source.name(CODES)}"
    assert frozen - codes == set(), "a frozen table code is gone"
