"""The ledger in fewer bytes: places by the row of 64, groups of members, no hashes that the entries give again.

Entries stay as they are: a body carries its version. What is moved here is only where things stand, which no entry
commits to; `camket ledger verify --database` gives the same answer before and after.
"""

from collections.abc import Iterator
from typing import Any, Final

import django.db.models
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import camket.store.fields

MOST: Final = 64
SPAN_BITS: Final = 14
PIECE: Final = 10_000
FROZEN: Final = ("camket_position", "camket_entry_group")
# A block range index costs a few bytes a megabyte; SQLite has none and looks at the rows.
_POSTGRESQL: Final = (
    "ALTER TABLE camket_entry DROP CONSTRAINT camket_entry_pkey",
    "CREATE INDEX camket_entry_subject_id ON camket_entry (subject_id)",
    "ALTER TABLE camket_entry_subject DROP CONSTRAINT camket_entry_subject_pkey",
    "CREATE INDEX camket_entry_subject_subject_id ON camket_entry_subject (subject_id)",
    "CREATE INDEX camket_entry_subject_time ON camket_entry_subject USING brin (entry_id)",
    "CREATE INDEX camket_entry_group_time ON camket_entry_group USING brin (entry_id)",
    "ALTER TABLE camket_tile ALTER COLUMN hashes SET STORAGE EXTERNAL",
    "ALTER TABLE camket_position ALTER COLUMN ids SET STORAGE EXTERNAL",
)


def set_aside(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Put the old table under another name."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE camket_position RENAME CONSTRAINT camket_position_pkey TO camket_position_old_pkey")
    editor.execute("ALTER TABLE camket_position RENAME TO camket_position_old")


def move(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Write each log's places by the row, and drop the old table and the hashes no longer kept."""
    position = apps.get_model("camket", "Position")
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT shop_id, max(seq) FROM camket_position_old GROUP BY shop_id")
        logs = cursor.fetchall()
    for shop_id, last in logs:
        rows = (position(shop_id=shop_id, seq=seq, span=span, ids=ids) for seq, span, ids in _rows(editor, shop_id))
        while some := [row for _, row in zip(range(500), rows, strict=False)]:
            position.objects.bulk_create(some)
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


def freeze(_: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the new tables the triggers of the ledger's others, and PostgreSQL its smaller indexes."""
    if editor.connection.vendor == "postgresql":
        for statement in _POSTGRESQL:
            editor.execute(statement)
        for table in FROZEN:
            editor.execute(
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION camket_append_only()"
            )
        return
    for table in FROZEN:
        for moment in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER {table}_{moment.lower()} BEFORE {moment} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


class Migration(migrations.Migration):
    dependencies = [("camket", "0006_import_mark_held")]

    operations = [
        migrations.RunPython(set_aside, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Position")]),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "pk",
                    django.db.models.CompositePrimaryKey(
                        "shop_id", "seq", blank=True, editable=False, primary_key=True
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
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.CreateModel(
            name="EntryGroup",
            fields=[
                (
                    "pk",
                    django.db.models.CompositePrimaryKey(
                        "shop_id", "cell", "entry_id", blank=True, editable=False, primary_key=True
                    ),
                ),
                ("entry_id", camket.store.fields.IdField()),
                ("cell", models.IntegerField()),
                ("shop_id", models.SmallIntegerField()),
                ("subjects", camket.store.fields.BytesField()),
            ],
            options={"db_table": "camket_entry_group"},
        ),
        migrations.AlterField("EntrySubject", "rows", camket.store.fields.BytesField(null=True)),
        migrations.RunPython(freeze, migrations.RunPython.noop),
    ]
