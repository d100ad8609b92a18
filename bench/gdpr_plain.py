"""GDPRbench's client for plain PostgreSQL: one table, a column and an index for each metadata field.

`python -m bench.gdpr_plain COMMAND JSON`. As the articles' "PostgreSQL with metadata indices", by psycopg 3. `audit`
adds one audit row to each operation, both in one transaction.
"""

import json
import sys
from typing import Any, Self

import psycopg

from bench.drive import drive
from bench.gdpr import FIELDS, META, Answer, Model, Op, Size, operations, record, value

_COLUMNS = ", ".join(META)
_ROW = ", ".join(("ycsb_key", *FIELDS))
_AUDIT = "INSERT INTO syslog (who, op, arg) VALUES (%s, %s, %s)"


class Plain:
    """One connection to the plain table."""

    def __init__(self, database: str, size: Size, *, audit: bool, who: str) -> None:
        self._open = psycopg.connect(database, autocommit=not audit)
        self._cursor = self._open.cursor()
        self._size = size
        self._audit = audit
        self._who = who

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def do(self, op: Op, model: Model) -> Answer:  # noqa: ARG002 (a blind client needs to know nothing)
        """Do one operation, and in audit mode its audit row in the same transaction."""
        given = self._read(op) if op.kind.startswith("read") else self._other(op)
        if self._audit:
            self._cursor.execute(_AUDIT, (self._who, op.kind, str(op.key)))
            self._open.commit()
        return given

    def _read(self, op: Op) -> Answer:
        meta, where = op.kind.startswith("readm"), op.kind.rpartition("_")[2]
        columns = _COLUMNS if meta else _ROW
        column, wanted = self._place(op, where)
        rows = self._cursor.execute(f"SELECT {columns} FROM usertable WHERE {column} = %s", (wanted,)).fetchall()  # noqa: S608 (own names)
        return rows if meta else [row[1:] for row in rows]

    def _place(self, op: Op, where: str) -> tuple[str, str]:
        return ("ycsb_key", f"key{op.key}") if where == "key" else (where, value(self._size, op.key, where))

    def _other(self, op: Op) -> Answer:
        run = self._cursor.execute
        if op.kind == "getlog":
            return len(run("SELECT * FROM syslog ORDER BY id DESC LIMIT %s", (op.lines,)).fetchall())
        if op.kind == "verifydel":
            missing = f"key{self._size.records + op.key}"
            return len(run("SELECT ycsb_key FROM usertable WHERE ycsb_key = %s", (missing,)).fetchall())
        if op.kind == "insert":
            holes = ", ".join(["%s"] * (len(FIELDS) + 1))
            row = (f"key{op.key}", *record(self._size, op.key))
            return run(f"INSERT INTO usertable ({_ROW}) VALUES ({holes})", row).rowcount  # noqa: S608 (own names)
        column, wanted = self._place(op, op.kind.rpartition("_")[2])
        if op.kind.startswith("del"):
            return run(f"DELETE FROM usertable WHERE {column} = %s", (wanted,)).rowcount  # noqa: S608 (own names)
        field, text = (op.field, op.value) if op.field else ("DATA", value(self._size, op.key, "DATA"))
        return run(f"UPDATE usertable SET {field} = %s WHERE {column} = %s", (text, wanted)).rowcount  # noqa: S608 (own names)


def load(*, database: str, records: int, log: int) -> dict[str, Any]:
    """Make the table with its records and indexes, and a log of so many lines."""
    size = Size(records)
    with psycopg.connect(database, autocommit=True) as connection, connection.cursor() as cursor:
        columns = ", ".join(f"{field} varchar" for field in FIELDS)
        cursor.execute(f"CREATE TABLE usertable (ycsb_key varchar PRIMARY KEY, {columns})")
        cursor.execute(
            "CREATE TABLE syslog (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), who text, op text, arg text)"
        )
        with cursor.copy(f"COPY usertable ({_ROW}) FROM STDIN") as copy:
            for key in range(records):
                copy.write_row([f"key{key}", *record(size, key)])
        for field in META:
            cursor.execute(f"CREATE INDEX ix_{field} ON usertable ({field})")
        lines = "INSERT INTO syslog (who, op, arg) SELECT 'load', 'load', g::text FROM generate_series(1, %s) g"
        cursor.execute(lines, (log,))
        cursor.execute("VACUUM ANALYZE")
        row = cursor.execute("SELECT pg_total_relation_size('usertable'), sum(length(data)) FROM usertable").fetchone()
    return {"bytes": int(row[0]), "personal": int(row[1])} if row else {}


def run(
    *, database: str, records: int, mix: str, ops: int, seed: int, audit: bool, lane: int, lanes: int, start_at: float
) -> dict[str, Any]:
    """Do a mix, or one lane of it."""
    size = Size(records)
    with Plain(database, size, audit=audit, who=mix) as plain:
        return drive(plain, operations(mix, size, ops, seed), Model(size), lane=lane, lanes=lanes, start_at=start_at)


def main() -> None:
    """Do what the command line says."""
    given = json.loads(sys.argv[2])
    print(json.dumps(load(**given) if sys.argv[1] == "load" else run(**given)))


if __name__ == "__main__":
    main()
