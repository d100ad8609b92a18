"""Columns of tables that are not ours: the database's own and Django's. Ours declare theirs beside each model."""

from camket.store.columns import Column

BORROWED = {
    # Django's list of the migrations that have run.
    "django_migrations": {
        "id": Column.NOT_PERSONAL,
        "app": Column.NOT_PERSONAL,
        "name": Column.NOT_PERSONAL,
        "applied": Column.NOT_PERSONAL,
    },
    # SQLite's own counter for automatic numbers.
    "sqlite_sequence": {"name": Column.NOT_PERSONAL, "seq": Column.NOT_PERSONAL},
}
