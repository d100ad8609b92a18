"""The bare side: the same rows in plain tables, by the driver alone. No seal, no gate, no ledger; one audit row.

This is what a shop does that writes its own SQL with care: prepared statements, multi-row INSERTs, one transaction,
durable commit. The tables have the columns and indexes that the same data needs unsealed.
"""

import sqlite3
import time
from collections.abc import Mapping
from typing import Any, Protocol, Self
from uuid import UUID, uuid4

import psycopg

_TABLES = """
CREATE TABLE bare_subject (subject_id {id} PRIMARY KEY, shop_id {small}, origin {text}, made_at {big});
CREATE TABLE bare_item (subject_id {id}, id {id}, shop_id {small}, category {text}, value {text}, purposes {text},
  source {text}, basis {text}, collected_at {big}, expires_at {big}, PRIMARY KEY (subject_id, id));
CREATE TABLE bare_identifier (value {text}, kind {text}, subject_id {id}, item_id {id},
  PRIMARY KEY (value, kind, item_id));
CREATE TABLE bare_audit (id {serial}, at {big}, who {text}, subject_id {id}, what {text}, purpose {text}, work {text},
  fields {text})
"""
_POSTGRES = {
    "id": "uuid", "small": "smallint", "text": "text", "big": "bigint", "serial": "bigserial PRIMARY KEY",
}  # fmt: skip
_SQLITE = {
    "id": "BLOB", "small": "INTEGER", "text": "TEXT", "big": "INTEGER", "serial": "INTEGER PRIMARY KEY",
}  # fmt: skip
_ITEM = (
    "INSERT INTO bare_item"
    " (subject_id, id, shop_id, category, value, purposes, source, basis, collected_at, expires_at) VALUES "
)
_AUDIT = "INSERT INTO bare_audit (at, who, subject_id, what, purpose, work, fields) VALUES (?, ?, ?, ?, ?, ?, ?)"
_SUBJECT = "INSERT INTO bare_subject (subject_id, shop_id, origin, made_at) VALUES (?, ?, ?, ?)"
_IDENTIFIER = "INSERT INTO bare_identifier (value, kind, subject_id, item_id) VALUES "
_LOOK = "SELECT category, value FROM bare_item WHERE subject_id = ? AND category IN (?, ?, ?)"
_IDENTIFYING = ("phone", "email", "user_name")


class _Connection(Protocol):
    def execute(self, query: Any, parameters: Any = ..., /) -> Any: ...
    def commit(self) -> None: ...
    def close(self) -> None: ...


class Bare:
    """One connection to the plain tables, in either database."""

    def __init__(self, database: str) -> None:
        self._sqlite = database.startswith("sqlite")
        self._open: _Connection
        if self._sqlite:
            self._open = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"):
                self._open.execute(f"PRAGMA {pragma}")
        else:
            self._open = psycopg.connect(database, prepare_threshold=0)
        self._texts: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def tables(self) -> None:
        """Make the plain tables."""
        for statement in _TABLES.format_map(_SQLITE if self._sqlite else _POSTGRES).split(";"):
            self._open.execute(statement)
        self._open.commit()

    def _run(self, text: str, values: list[Any]) -> Any:
        if self._sqlite:
            return self._open.execute(text, [one.bytes if isinstance(one, UUID) else one for one in values])
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = text.replace("?", "%s")
        return self._open.execute(known, values)

    def _begin(self) -> None:
        if self._sqlite:
            self._open.execute("BEGIN IMMEDIATE")

    def look(self, subject_id: UUID, names: tuple[str, str, str], who: str) -> dict[str, str]:
        """SELECT three fields and INSERT one audit row, in one transaction."""
        self._begin()
        rows = self._run(_LOOK, [subject_id, *names]).fetchall()
        at = int(time.time() * 1000)
        self._run(_AUDIT, [at, who, subject_id, "look", "order", "order:1042", ",".join(names)])
        self._open.commit()
        return dict(rows)

    def put(self, fields: Mapping[str, str], who: str) -> UUID:
        """INSERT a person, their items, what finds them, and one audit row, in one transaction."""
        subject_id, at = uuid4(), int(time.time() * 1000)
        self._begin()
        self._run(_SUBJECT, [subject_id, 1, "account_registration", at])
        items: list[Any] = []
        identifiers: list[Any] = []
        for category, value in fields.items():
            item_id = uuid4()
            items += [subject_id, item_id, 1, category, value, "account,order", "account_registration", "contract"]
            items += [at, None]
            if category in _IDENTIFYING:
                identifiers += [value, category, subject_id, item_id]
        self._run(_ITEM + _rows(10, len(items)), items)
        self._run(_IDENTIFIER + _rows(4, len(identifiers)), identifiers)
        self._run(_AUDIT, [at, who, subject_id, "put", "order", "", ",".join(fields)])
        self._open.commit()
        return subject_id


def _rows(columns: int, values: int) -> str:
    one = f"({', '.join('?' * columns)})"
    return ", ".join([one] * (values // columns))
