"""The ledger in fewer bytes: places by the row of 64, groups of members, no hashes that the entries give again.

Entries stay as they are: a body carries its version. What is moved here is only where things stand, which no entry
commits to; `camket ledger verify --database` gives the same answer before and after.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID

import django.db.models
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import camket.store.fields

MOST: Final = 64
SPAN_BITS: Final = 14
PIECE: Final = 10_000
INSERT: Final = "INSERT INTO camket_position (seq, span, shop_id, ids) VALUES (%s, %s, %s, %s)"
FROZEN: Final = ("camket_position", "camket_entry_group")
# A block range index costs a few bytes a megabyte; SQLite has none and looks at the rows.
_POSTGRESQL: Final = (
    (
        "ALTER TABLE camket_entry DROP CONSTRAINT camket_entry_pkey",
        "ALTER TABLE camket_entry ADD CONSTRAINT camket_entry_pkey PRIMARY KEY (subject_id, id)",
    ),
    (
        "CREATE INDEX camket_entry_subject_id ON camket_entry (subject_id)",
        "DROP INDEX camket_entry_subject_id",
    ),
    (
        "ALTER TABLE camket_entry_subject DROP CONSTRAINT camket_entry_subject_pkey",
        "ALTER TABLE camket_entry_subject ADD CONSTRAINT camket_entry_subject_pkey PRIMARY KEY (subject_id, entry_id)",
    ),
    (
        "CREATE INDEX camket_entry_subject_subject_id ON camket_entry_subject (subject_id)",
        "DROP INDEX camket_entry_subject_subject_id",
    ),
    (
        "CREATE INDEX camket_entry_subject_time ON camket_entry_subject USING brin (entry_id)",
        "DROP INDEX camket_entry_subject_time",
    ),
    (
        "CREATE INDEX camket_entry_group_time ON camket_entry_group USING brin (entry_id)",
        "DROP INDEX camket_entry_group_time",
    ),
    (
        "ALTER TABLE camket_tile ALTER COLUMN hashes SET STORAGE EXTERNAL",
        "ALTER TABLE camket_tile ALTER COLUMN hashes SET STORAGE EXTENDED",
    ),
    (
        "ALTER TABLE camket_position ALTER COLUMN ids SET STORAGE EXTERNAL",
        "ALTER TABLE camket_position ALTER COLUMN ids SET STORAGE EXTENDED",
    ),
)


def set_aside(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Put the old table under another name."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE camket_position RENAME CONSTRAINT camket_position_pkey TO camket_position_old_pkey")
    editor.execute("ALTER TABLE camket_position RENAME TO camket_position_old")


def move(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Write each log's places by the row, and drop the old table and the hashes no longer kept."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT shop_id, max(seq) FROM camket_position_old GROUP BY shop_id")
        logs = cursor.fetchall()
    for shop_id, last in logs:
        rows = ((seq, span, shop_id, ids) for seq, span, ids in _rows(editor, shop_id))
        while some := list(islice(rows, 500)):
            with editor.connection.cursor() as cursor:
                cursor.executemany(INSERT, some)
        oldest = max(0, (last >> 8) - 1)
        editor.execute("DELETE FROM camket_tile WHERE shop_id = %s AND level = 0 AND number < %s", [shop_id, oldest])
    editor.execute("DROP TABLE camket_position_old")


def _rows(editor: BaseDatabaseSchemaEditor, shop_id: int) -> Iterator[tuple[int, int, bytes]]:
    first, span, ids = 0, 0, b""
    for seq, name in _old(editor, shop_id):
        own = int.from_bytes(name[:6], "big") >> SPAN_BITS
        if ids and (own != span or seq % MOST == 0 or seq != first + len(ids) // 16):
            yield first, span, ids
            ids = b""
        if not ids:
            first, span = seq, own
        ids += name
    if ids:
        yield first, span, ids


def _old(editor: BaseDatabaseSchemaEditor, shop_id: int) -> Iterator[tuple[int, bytes]]:
    after = -1
    query = "SELECT seq, entry_id FROM camket_position_old WHERE shop_id = %s AND seq > %s ORDER BY seq LIMIT %s"
    while True:
        with editor.connection.cursor() as cursor:
            cursor.execute(query, [shop_id, after, PIECE])
            found = cursor.fetchall()
        if not found:
            return
        for seq, name in found:
            yield seq, bytes(name) if isinstance(name, bytes | memoryview) else name.bytes
        after = found[-1][0]


def move_back(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the places one to a row again. Hashes no longer kept come with the next full tile, or not at all."""
    name = "uuid" if editor.connection.vendor == "postgresql" else "blob"
    editor.execute(
        f"CREATE TABLE camket_position_old (seq bigint NOT NULL, entry_id {name} NOT NULL UNIQUE, "
        "shop_id smallint NOT NULL, CONSTRAINT camket_position_old_pkey PRIMARY KEY (shop_id, seq))"
    )
    insert = "INSERT INTO camket_position_old (seq, entry_id, shop_id) VALUES (%s, %s, %s)"
    after = (-1, -1)
    while True:
        with editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT shop_id, seq, ids FROM camket_position WHERE (shop_id, seq) > (%s, %s) "
                "ORDER BY shop_id, seq LIMIT 500",
                after,
            )
            found = cursor.fetchall()
        if not found:
            return
        for shop_id, seq, ids in found:
            names = [bytes(ids[at : at + 16]) for at in range(0, len(ids), 16)]
            rows = [(seq + at, UUID(bytes=one) if name == "uuid" else one, shop_id) for at, one in enumerate(names)]
            with editor.connection.cursor() as cursor:
                cursor.executemany(insert, rows)
        after = found[-1][:2]


def put_back(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the old table its name again."""
    editor.execute("ALTER TABLE camket_position_old RENAME TO camket_position")
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE camket_position RENAME CONSTRAINT camket_position_old_pkey TO camket_position_pkey")


def _guard(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Let nobody change or remove a row of a table."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION camket_append_only()"
        )
        return
    for moment in ("UPDATE", "DELETE"):
        editor.execute(
            f"CREATE TRIGGER {table}_{moment.lower()} BEFORE {moment} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def guard_members(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Guard the members again: altering a column of SQLite makes the table anew, without its triggers."""
    if editor.connection.vendor == "sqlite":
        _guard(editor, "camket_entry_subject")


def freeze(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Guard the new tables like the ledger's others, and give PostgreSQL its smaller indexes."""
    for table in FROZEN:
        _guard(editor, table)
    if editor.connection.vendor == "postgresql":
        for statement, _back in _POSTGRESQL:
            editor.execute(statement)


def thaw(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Undo the indexes; the triggers go with their tables."""
    if editor.connection.vendor == "postgresql":
        for _forth, statement in reversed(_POSTGRESQL):
            editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("camket", "0006_import_mark_held")]

    operations = [
        migrations.RunPython(set_aside, put_back),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Position")]),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "pk",
                    django.db.models.CompositePrimaryKey(
                        "shop_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("span", models.IntegerField()),
                ("shop_id", models.SmallIntegerField()),
                ("ids", camket.store.fields.BytesField()),
            ],
            options={
                "db_table": "camket_position",
                "indexes": [models.Index(fields=["shop_id", "span"], name="camket_position_span")],
            },
        ),
        migrations.RunPython(move, move_back),
        migrations.CreateModel(
            name="EntryGroup",
            fields=[
                (
                    "pk",
                    django.db.models.CompositePrimaryKey(
                        "shop_id", "cell", "entry_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("entry_id", camket.store.fields.IdField()),
                ("cell", models.IntegerField()),
                ("shop_id", models.SmallIntegerField()),
                ("subjects", camket.store.fields.BytesField()),
            ],
            options={"db_table": "camket_entry_group"},
        ),
        migrations.RunPython(migrations.RunPython.noop, guard_members),
        migrations.AlterField("EntrySubject", "rows", camket.store.fields.BytesField(null=True)),
        migrations.RunPython(guard_members, migrations.RunPython.noop),
        migrations.RunPython(freeze, thaw),
    ]
