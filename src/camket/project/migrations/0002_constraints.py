"""What Django's models cannot state: keys of several columns between person tables, and rows that never change.

PostgreSQL gets foreign keys (deferred to the commit) and trigger functions; SQLite gets triggers that do the same.
Look-up tables (identifiers, name tokens, codes) have no foreign keys: on a cluster they live by their digest, apart
from the person. tests/vault/test_constraints.py lists what stands in each database after all migrations.
"""

import re
from typing import Any, Final

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# name, child table, its columns, parent table, its columns
LINKS: Final = (
    ("item_subject", "camket_item", ("subject_id",), "camket_subject", ("subject_id",)),
    ("item_key", "camket_item", ("subject_id", "key_id"), "camket_item_key", ("subject_id", "id")),
    ("item_key_subject", "camket_item_key", ("subject_id",), "camket_subject", ("subject_id",)),
    ("consent_subject", "camket_consent_event", ("subject_id",), "camket_subject", ("subject_id",)),
    (
        "consent_text",
        "camket_consent_event",
        ("shop_id", "text_digest"),
        "camket_consent_text",
        ("shop_id", "digest"),
    ),
    ("restraint_subject", "camket_restraint", ("subject_id",), "camket_subject", ("subject_id",)),
    ("assignment_subject", "camket_assignment", ("subject_id",), "camket_subject", ("subject_id",)),
    ("assignment_staff", "camket_assignment", ("staff_id",), "camket_staff", ("id",)),
    ("order_subject", "camket_order", ("subject_id",), "camket_subject", ("subject_id",)),
    ("sign_up_subject", "camket_sign_up", ("subject_id",), "camket_subject", ("subject_id",)),
    ("proposal_subject", "camket_proposal", ("subject_id",), "camket_subject", ("subject_id",)),
    ("subject_shop", "camket_subject", ("shop_id",), "camket_shop", ("id",)),
    ("role_staff", "camket_staff_role", ("staff_id",), "camket_staff", ("id",)),
    ("undertaking_staff", "camket_undertaking", ("staff_id",), "camket_staff", ("id",)),
)
# Rows that are never updated, and deleted only when their subject was erased in the same or an earlier deed.
ANSWERS: Final = ("camket_consent_event", "camket_restraint")
# Rows that are never updated or deleted.
FROZEN: Final = (
    "camket_entry",
    "camket_entry_subject",
    "camket_erasure",
    "camket_policy_version",
    "camket_consent_text",
)


def _joined(left: str, columns: tuple[str, ...], right: str, others: tuple[str, ...]) -> str:
    pairs = zip(columns, others, strict=True)
    return " AND ".join(f"{left}.{one} = {right}.{other}" for one, other in pairs)


def _stopping(table: str, moment: str, when: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{moment.lower()} BEFORE {moment} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def sqlite_statements() -> list[str]:
    """Every trigger of SQLite, by name."""
    made: list[str] = []
    for name, child, columns, parent, others in LINKS:
        given = " AND ".join(f"NEW.{column} IS NOT NULL" for column in columns)
        found = f"SELECT 1 FROM {parent} WHERE {_joined(parent, others, 'NEW', columns)}"  # noqa: S608 - names of ours
        for moment in ("INSERT", f"UPDATE OF {', '.join(columns)}"):
            word = moment.split()[0].lower()
            made.append(
                f"CREATE TRIGGER camket_fk_{name}_{word} BEFORE {moment} ON {child} "
                f"WHEN {given} AND NOT EXISTS ({found}) "
                f"BEGIN SELECT RAISE(ABORT, 'camket_fk_{name}: no such row'); END"
            )
        left = f"SELECT 1 FROM {child} WHERE {_joined(child, columns, 'OLD', others)}"  # noqa: S608 - names of ours
        made.append(
            f"CREATE TRIGGER camket_fk_{name}_delete BEFORE DELETE ON {parent} WHEN EXISTS ({left}) "
            f"BEGIN SELECT RAISE(ABORT, 'camket_fk_{name}: still in use'); END"
        )
    made += [_stopping(table, "UPDATE", "") for table in (*ANSWERS, *FROZEN)]
    erased = "SELECT 1 FROM camket_erasure WHERE camket_erasure.subject_id = OLD.subject_id"
    made += [_stopping(table, "DELETE", f"WHEN NOT EXISTS ({erased}) ") for table in ANSWERS]
    made += [_stopping(table, "DELETE", "") for table in FROZEN]
    return made


_FROZEN_FUNCTION: Final = """
CREATE FUNCTION camket_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_ANSWER_FUNCTION: Final = """
CREATE FUNCTION camket_append_only_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM camket_erasure e WHERE e.subject_id = OLD.subject_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def postgresql_statements() -> list[str]:
    """Every foreign key, function and trigger of PostgreSQL."""
    made = [
        f"ALTER TABLE {child} ADD CONSTRAINT camket_fk_{name} FOREIGN KEY ({', '.join(columns)}) "
        f"REFERENCES {parent} ({', '.join(others)}) DEFERRABLE INITIALLY DEFERRED"
        for name, child, columns, parent, others in LINKS
    ]
    made += [_FROZEN_FUNCTION, _ANSWER_FUNCTION]
    for tables, function in ((ANSWERS, "camket_append_only_answers"), (FROZEN, "camket_append_only")):
        made += [
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()"
            for table in tables
        ]
    return made


def _statements(editor: BaseDatabaseSchemaEditor) -> list[str]:
    return sqlite_statements() if editor.connection.vendor == "sqlite" else postgresql_statements()


def install(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Add what the database at hand needs."""
    for statement in _statements(editor):
        editor.execute(statement, params=None)


# What takes back a statement, by how it begins.
_BACK: Final = (
    (r"CREATE TRIGGER (\w+) .* ON (\w+) FOR EACH ROW EXECUTE FUNCTION", r"DROP TRIGGER \1 ON \2"),
    (r"CREATE TRIGGER (\w+) ", r"DROP TRIGGER \1"),
    (r"ALTER TABLE (\w+) ADD CONSTRAINT (\w+) ", r"ALTER TABLE \1 DROP CONSTRAINT \2"),
    (r"\s*CREATE FUNCTION (\w+)\(\)", r"DROP FUNCTION \1()"),
)


def remove(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Take all of it back, in the other order."""
    for statement in reversed(_statements(editor)):
        found, back = next((match, back) for given, back in _BACK if (match := re.match(given, statement)))
        editor.execute(found.expand(back), params=None)


class Migration(migrations.Migration):
    dependencies = [("camket", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
