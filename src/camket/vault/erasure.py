"""Shredding a person: keys destroyed, every row that points to them removed, a re-scan that proves it.

What goes is derived from the column declarations (invariant 3): every table with a column that names a subject. What
stays, and why, is said by the table itself (`outlives_subject`) or below. Consent answers go with the person: the
ledger keeps that, when and how they were given, and the text's digest, without anything that leads to a person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from camket.base.actor import Actor
from camket.base.clock import Period, to_ms
from camket.ledger.actions import Deed, deed
from camket.ledger.models import Entry, EntrySubject, Position
from camket.shops import managers
from camket.store import shapes, statements
from camket.store.columns import Column, Record
from camket.store.db import is_sqlite, raw_id
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.models import ContactCode, Subject
from camket.subjects.queries import subject, tombstone_digest
from camket.vault import shredlist, sql
from camket.vault.backup import replayed
from camket.vault.errors import VaultError
from camket.vault.gate import Wish, attempt
from camket.vault.keys import lock
from camket.vault.models import Erasure, Item, ItemKey, Tombstone
from camket.vault.values import Shredded

TOMBSTONE_LIFE: Final = Period.parse("P5Y")
_REASON: Final = re.compile(r"[a-z_]{1,40}", re.ASCII)
# The ledger holds references only and is never cut (invariant 4); the erasure row says that it happened.
_STAYS: Final = frozenset({Entry, EntrySubject, Position, Erasure})
# In this order at the end: seals, then keys, then the person.
_LAST: Final = (Item, ItemKey, Subject)


@dataclass(frozen=True, slots=True)
class Left:
    """Rows of an erased person that are still there."""

    table: str
    column: str
    rows: int


def shred(*, shop_id: int, subject_id: UUID, actor: Actor, now: datetime, reason: str) -> Shredded:
    """Destroy a person's keys and remove every row that points to them, in one deed.

    `reason` is a word of ours (`request`, `period_over`, `no_basis` …). A customer needs the right `erase` through the
    portal; staff need to be director or operations. The line in the shred list, outside the database, is written
    before the commit: after a crash between the two the person is shredded again, never kept.
    Errors: UnknownSubjectError, RefusedError, NotAllowedError.
    """
    _may_shred(shop_id, subject_id, actor, now)
    require_reason(reason)
    with deed(shop_id=shop_id, event="subject.shredded", actor=actor, subject_id=subject_id, now=now) as made:
        lock(shop_id=shop_id, subject_id=subject_id)
        subject(shop_id=shop_id, subject_id=subject_id)
        tombs, ends_at = _bury(shop_id, subject_id, now, made)
        counts = _remove(subject_id, reason, now, made)
        shredlist.append(
            shredlist.Line(shop_id, subject_id, made.entry_id, to_ms(now), tuple(sorted(tombs.items())), ends_at)
        )
        return Shredded(
            items=counts.get(Item._meta.db_table, 0),
            keys=counts.get(ItemKey._meta.db_table, 0),
            rows=sum(counts.values()),
            entry_id=made.entry_id,
        )


def _remove(subject_id: UUID, reason: str, now: datetime, made: Deed) -> dict[str, int]:
    made.insert(
        Erasure(subject_id=subject_id, shop_id=made.shop_id, entry_id=made.entry_id, reason=reason, at=to_ms(now))
    )
    counts = remove_rows(subject_id, made)
    made.detail.update(reason=reason, removed=counts)
    return counts


def require_reason(reason: str) -> None:
    """Raise VaultError unless the reason is one word; it goes into the ledger, where no value may stand."""
    if not _REASON.fullmatch(reason):
        raise VaultError(
            "lý do phải là một từ trong danh sách",
            "the reason is one word of ours",
            "ví dụ `request` hoặc `period_over`",
            "for example `request` or `period_over`",
            "erasure_reason",
            field="reason",
        )


def _may_shred(shop_id: int, subject_id: UUID, actor: Actor, now: datetime) -> None:
    if actor.kind == "customer":
        if actor.id != str(subject_id):
            raise UnknownSubjectError
        wish = Wish(action="erase", channel="portal")
        attempt(shop_id=shop_id, actor=actor, wish=wish, now=now, subject_id=subject_id)
    elif actor.kind != "worker":
        managers.require(shop_id=shop_id, actor=actor, now=now, roles=managers.ASSIGNING, subject_id=subject_id)


def _bury(shop_id: int, subject_id: UUID, now: datetime, made: Deed) -> tuple[dict[bytes, str], int]:
    """Leave tombstones of the person's contacts, and forget the codes that were asked for them; gives what is left."""
    ends_at = to_ms(TOMBSTONE_LIFE.after(now))
    # By digest: two values of one person may be the same contact.
    digests = {bytes(found): kind for found, kind in statements.fetch(sql.CONTACTS, [raw_id(subject_id), shop_id])}
    if not digests:
        return {}, ends_at
    holes = ", ".join(["%s"] * len(digests))
    if statements.fetch(sql.CODES.replace("{digests}", holes), [shop_id, *digests]):
        made.remove_all(ContactCode.objects.filter(digest__in=list(digests), shop_id=shop_id))
    rows = {tombstone_digest(shop_id, digest): kind for digest, kind in digests.items()}
    text = sql.TOMBSTONES.replace("{digests}", holes).replace("{columns}", shapes.columns(Tombstone))
    found = (shapes.make(Tombstone, shapes.values(Tombstone, row)) for row in statements.fetch(text, [shop_id, *rows]))
    there = {row.digest: row for row in found}
    for row in there.values():
        made.update(row, ends_at=ends_at)
    made.insert_many(
        [
            Tombstone(digest=digest, shop_id=shop_id, kind=kind, ends_at=ends_at)
            for digest, kind in rows.items()
            if digest not in there
        ]
    )
    return rows, ends_at


def remove_rows(subject_id: UUID, made: Deed) -> dict[str, int]:
    """Remove whatever points to a person, in a deed that has written its Erasure row; how many rows per table."""
    every = list(places())
    if subject_id == made.subject_id:
        return made.remove_where(every)
    counts: dict[str, int] = {}
    for model, column in every:
        if not model.ledgered:
            gone, _ = model._base_manager.filter(**{column: subject_id}).delete()
        else:
            gone = made.remove_all(model._base_manager.filter(**{column: subject_id}))
        if gone:
            table = model._meta.db_table
            counts[table] = counts.get(table, 0) + gone
    return counts


def places() -> Iterator[tuple[type[Record], str]]:
    """Every declared column that names a subject, of every table that does not outlive them; the person comes last."""
    tables = [model for model in apps.get_app_config("camket").get_models() if issubclass(model, Record)]
    for model in sorted(tables, key=lambda model: _LAST.index(model) if model in _LAST else -1):
        if outlives(model):
            continue
        for column, kind in model.columns.items():
            if kind is Column.PSEUDONYMOUS and (column == "subject_id" or column.endswith("_subject_id")):
                yield model, column


def outlives(model: type[models.Model]) -> bool:
    """Tell whether a table says, in `outlives_subject`, why its rows stay when their subject is erased."""
    return model in _STAYS or bool(getattr(model, "outlives_subject", None))


def rescan(*, subject_id: UUID) -> list[Left]:
    """Look for an erased person in every table of the database; an empty list is the proof.

    Goes over the declared columns and, beside them, over every real table with a column that names a subject, so that
    a table nobody declared is searched too.
    """
    stays = {model._meta.db_table for model in apps.get_app_config("camket").get_models() if outlives(model)}
    places = [(table, column) for table, column in statements.fetch(_naming_columns()) if table not in stays]
    if not places:
        return []
    quote = connection.ops.quote_name
    parts = (
        f"SELECT '{table}', '{column}', COUNT(*) FROM {quote(table)} WHERE {quote(column)} = %(subject)s"  # noqa: S608 (names of the schema)
        for table, column in places
    )
    found = statements.fetch(" UNION ALL ".join(parts), {"subject": raw_id(subject_id)})
    return sorted((Left(*row) for row in found if row[2]), key=lambda left: (left.table, left.column))


def _naming_columns() -> str:
    """Give the query for every column of every real table that names a subject: table, column."""
    if is_sqlite():
        return """
SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
 WHERE t.type = 'table' AND (c.name = 'subject_id' OR c.name LIKE '%%|_subject|_id' ESCAPE '|')
"""
    return """
SELECT CAST(t.relname AS text), CAST(c.attname AS text)
  FROM pg_attribute c JOIN pg_class t ON t.oid = c.attrelid
 WHERE t.relkind IN ('r', 'p') AND t.relnamespace = CAST(current_schema() AS regnamespace) AND NOT c.attisdropped
   AND (c.attname = 'subject_id' OR c.attname LIKE '%%|_subject|_id' ESCAPE '|')
"""


def replay_shred_list(*, actor: Actor, now: datetime, whole: bool = False) -> int:
    """Shred again whoever the list names and the database still, or again, holds; gives how many.

    Who is not in the database, but was erased after it was copied, gets the erasure and the tombstones all the same:
    an import does not bring them back. Only lines that this database has not answered for are read, unless `whole`:
    after a restore it is not certain that its place is one in this very list. Errors: ListChangedError.
    """
    again = 0
    place = 0 if whole else replayed.place_of(shredlist.NAME)
    for lines, end in shredlist.batches(place):
        done = set(
            Erasure.objects.filter(subject_id__in=[line.subject_id for line in lines]).values_list(
                "subject_id", flat=True
            )
        )
        for line in lines:
            if line.subject_id not in done:
                again += _shred_again(line, actor, now)
                done.add(line.subject_id)
        place = end
    replayed.move_to(shredlist.NAME, place)
    return again


class _ErasedMeanwhileError(Exception):
    """The deed that wrote the line was still at work, and is done now."""


def _shred_again(line: shredlist.Line, actor: Actor, now: datetime) -> int:
    try:
        _shred_by(line, actor, now)
    except _ErasedMeanwhileError:
        return 0
    return 1


def _shred_by(line: shredlist.Line, actor: Actor, now: datetime) -> None:
    subject_id = line.subject_id
    with deed(shop_id=line.shop_id, event="subject.shredded", actor=actor, subject_id=subject_id, now=now) as made:
        lock(shop_id=line.shop_id, subject_id=subject_id)
        if Erasure.objects.filter(subject_id=subject_id).exists():
            raise _ErasedMeanwhileError
        _bury(line.shop_id, subject_id, now, made)
        digests = [digest for digest, _ in line.tombs]
        there = Tombstone.objects.filter(digest__in=digests, shop_id=line.shop_id).values_list("digest", flat=True)
        held = {bytes(digest) for digest in there}
        made.insert_many(
            [
                Tombstone(digest=digest, shop_id=line.shop_id, kind=kind, ends_at=line.ends_at)
                for digest, kind in line.tombs
                if digest not in held and line.ends_at > to_ms(now)
            ]
        )
        _remove(subject_id, "shred_list", now, made)
