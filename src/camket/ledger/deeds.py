"""Deeds and refusals: how every change of a row and its ledger entry become one transaction.

INVARIANT 2, 4, 9: the entry is the last thing written before the commit, in the transaction of the rows it commits
to; there is no way to write the one without the other. A refusal is an entry alone, committed before the answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger import entry, groups, members, sql
from camket.ledger.entry import Row, shop_uuid
from camket.ledger.errors import DeedOpenError
from camket.ledger.events import EVENTS
from camket.store import canonical, inserting, removing, rows, secrets, vouch, wall
from camket.store.columns import Record
from camket.store.db import alone, require_none_open, transaction
from camket.store.errors import ConflictError
from camket.store.models import ShopSecret

T = TypeVar("T", bound=Record)
_KEYS_AT_ONCE = 200

_open: ContextVar["Deed | None"] = ContextVar("open_deed", default=None)


class Deed:
    """One open deed. Every row it writes goes through it, or is told to it (`wrote`, `removed`).

    A `single` deed only adds rows: they are kept until its end and written with its entry by one statement, so that
    it holds no lock while it thinks. What it reads is not locked; the keys of its rows must catch whoever was faster.
    """

    def __init__(
        self, *, shop_id: int, entry_id: UUID, subject_id: UUID, now: datetime, bulk: bool, single: bool = False
    ) -> None:
        self.shop_id = shop_id
        self.entry_id = entry_id
        self.subject_id = subject_id
        self.now = now
        self.detail: dict[str, Any] = {}
        self._bulk = bulk
        self._single = single
        self._kept: list[Record] = []
        self._once: set[int] = set()
        self._conflicts: list[tuple[Callable[[str], bool], Callable[[], Exception]]] = []
        self._checks: list[Callable[[], None]] = []
        self._rows: list[Row] = []
        self._removed: list[Row] = []
        self._members: members.Members = {}

    def insert(self, obj: T, *, once: bool = False) -> T:
        """Insert one row. IntegrityError, as from Django, when a constraint refuses it.

        `once` is for a row that is its own content: where it is there already, nothing happens.
        """
        if once:
            self._once.add(obj.table_code)
        self.insert_many([obj])
        return obj

    def insert_many(self, objs: Sequence[Record]) -> None:
        """Insert rows of any ledgered tables, few statements per table, tables in order of appearance."""
        for obj in objs:
            self._require_own(obj)
            _vouch(obj)
        if self._single:
            self._kept += objs
        else:
            with self.told_conflicts():
                inserting.insert(objs, once=self._once)
        for obj in objs:
            self.wrote(obj)

    @property
    def single(self) -> bool:
        """Whether nothing is written before the deed's end."""
        return self._single

    def waiting(self, model: type[T]) -> list[T]:
        """Give the rows of a table that a single deed keeps until its end."""
        return [row for row in self._kept if isinstance(row, model)]

    def on_conflict(self, said: Callable[[str], bool], error: Callable[[], Exception]) -> None:
        """Name the error to raise when one of the deed's rows breaks a constraint that `said` knows by its words."""
        self._conflicts.append((said, error))

    def before_writing(self, check: Callable[[], None]) -> None:
        """Call `check` when rows are about to be written, in the transaction that writes them; it may raise."""
        if self._single:
            self._checks.append(check)
        else:
            check()

    @contextmanager
    def told_conflicts(self) -> Iterator[None]:
        """Raise, instead of the database's error, the one that `on_conflict` named for it."""
        try:
            yield
        except IntegrityError as error:
            words = str(error)
            for said, make in self._conflicts:
                if said(words):
                    raise make() from error
            raise

    def update(self, obj: T, **changes: Any) -> T:
        """Change columns of a row that was read; `ConflictError` when it is no longer as it was read.

        Pass the changes, do not set them on `obj` first: any difference from the stored row is a conflict.
        """
        self._require_transaction()
        current = self._current(obj)
        for name, value in changes.items():
            setattr(obj, name, value)
        changes |= _vouch(obj)
        type(obj)._base_manager.filter(pk=obj.pk).update(**changes)
        self.wrote(obj, before=current)
        return obj

    def remove(self, obj: Record) -> None:
        """Delete a row that was read; `ConflictError` when it is no longer as it was read."""
        self._require_transaction()
        current = self._current(obj)
        type(obj)._base_manager.filter(pk=obj.pk).delete()
        self.removed(current)

    def remove_all(self, queryset: models.QuerySet[Any]) -> int:
        """Delete every row of a query; how many."""
        self._require_transaction()
        found = list(queryset.select_for_update())
        for obj in found:
            self.removed(obj)
        keys = [obj.pk for obj in found]
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            queryset.model._base_manager.filter(pk__in=keys[start : start + _KEYS_AT_ONCE]).delete()
        return len(found)

    def remove_where(self, places: Sequence[removing.Place]) -> dict[str, int]:
        """Delete every row whose column names the deed's subject; how many per table."""
        self._require_transaction()
        counts: dict[str, int] = {}
        for model, values in removing.take(places, self.subject_id):
            table = model._meta.db_table
            counts[table] = counts.get(table, 0) + 1
            if model.ledgered:
                self.removed_values(model, values)
        return counts

    def removed_values(self, model: type[Record], values: Mapping[str, Any]) -> None:
        """Tell of a row of the deed's subject that was deleted by hand-made SQL (`store.removing`), as it was."""
        if self._bulk:
            raise ValueError("a bulk deed tells of its members' rows by `removed`")
        if values[model.shop_column] != self.shop_id:
            raise ValueError("a deed removes rows of its own shop only")
        key = [encode(values[name]) for name, encode in canonical.key_plan(model)]
        digest = rows.digest_of(model, values, self._row_key())
        self._removed.append([model.table_code, entry.short_key(self.subject_id.bytes, key), digest])

    def wrote(self, obj: Record, *, before: Record | None = None) -> None:
        """Tell of a row written by hand-made SQL: as it is now, and as it was where it replaced one."""
        key = self._row_key()
        parts: Row = [rows.digest(obj, key)]
        if before is not None:
            parts.append(rows.digest(before, key))
            if parts[0] == parts[1]:
                return
        self._note(self._rows, 0, obj, parts)

    def removed(self, obj: Record) -> None:
        """Tell of a row deleted by hand-made SQL, as it was (`DELETE … RETURNING`)."""
        self._note(self._removed, 1, obj, [rows.digest(obj, self._row_key())])

    def _require_transaction(self) -> None:
        if self._single:
            raise ValueError("a single deed only adds rows")

    def wrote_rows(self, rows: Mapping[bytes | None, list[Row]]) -> None:
        """Tell of rows that were written together (bulk.py), by subject; under None those that name nobody."""
        if not self._bulk:
            raise ValueError("only a bulk deed writes rows of many subjects")
        for subject, found in rows.items():
            target = self._rows if subject is None else self._members.setdefault(subject, ([], []))[0]
            target.extend(found)

    def lost_rows(self, subject: bytes | None, rows: list[Row]) -> None:
        """Tell of rows that a restore did not bring back, `[code, short key, last digest]`; None: of nobody."""
        if not self._bulk:
            raise ValueError("only a bulk deed tells of rows of many subjects")
        target = self._removed if subject is None else self._members.setdefault(subject, ([], []))[1]
        target.extend(rows)

    def member(self, subject_id: UUID) -> None:
        """Name a subject whom a bulk deed concerned without writing a row of theirs."""
        if not self._bulk:
            raise ValueError("only a bulk deed has members")
        self._members.setdefault(subject_id.bytes, ([], []))

    def _note(self, plain: list[Row], place: int, obj: Record, parts: Row) -> None:
        if not obj.ledgered:
            raise ValueError(f"{type(obj).__name__} is not a table of deeds")
        self._require_own(obj)
        subject = getattr(obj, "subject_id", None) if self._bulk else self.subject_id
        target = plain
        if self._bulk and subject is not None:
            target = self._members.setdefault(subject.bytes, ([], []))[place]
        key = rows.key_of(obj)
        target.append([obj.table_code, entry.short_key(subject.bytes, key) if subject else key, *parts])

    def _require_own(self, obj: Record) -> None:
        if getattr(obj, obj.shop_column) != self.shop_id:
            raise ValueError("a deed writes rows of its own shop only")

    def _current(self, obj: T) -> T:
        """Read the stored row again, locked, and compare it with what the caller read."""
        model = type(obj)
        current = model._base_manager.select_for_update().filter(pk=obj.pk).first()
        key = self._row_key()
        if current is None or rows.digest(current, key) != rows.digest(obj, key):
            raise ConflictError
        return current

    def _row_key(self) -> bytes:
        return secrets.secret(self.shop_id, "row")

    def write_entry(self, *, event: str, actor: Actor, purpose: str | None, work: UUID | str | None) -> None:
        """Write the one entry; `deed` calls it, last of all."""
        lines = list(members.lines(self._members, self.entry_id.bytes))
        body = entry.body(
            event=event,
            actor=actor,
            purpose=purpose,
            work=work,
            detail=self.detail,
            rows=self._rows,
            removed=self._removed,
            members=(len(lines), members.root_of_lines(lines)) if self._bulk else None,
            subject_id=self.subject_id.bytes,
            entry_id=self.entry_id.bytes,
        )
        values = sql.entry_values(self.shop_id, self.subject_id, self.entry_id, body, mark(self, body))
        with self.told_conflicts(), self._transaction():
            for check in self._checks:
                check()
            inserting.insert(self._kept, once=self._once, last=(sql.INSERT_ENTRY, values))
            if lines:
                groups.write(self.shop_id, self.entry_id, lines)

    def _transaction(self) -> AbstractContextManager[None]:
        """Give the transaction that the rows and the entry need beside what is open already."""
        if not self._single:
            return nullcontext()
        return transaction() if self._members or inserting.needs_more(self._kept) else alone()

    @property
    def made_secrets(self) -> bool:
        """Whether the shop's own secrets were made in this deed."""
        return any(row[0] == ShopSecret.table_code for row in self._rows)


def mark(deed: Deed, body: bytes) -> bytes:
    """Make the writer's MAC of the deed's entry."""
    record = entry.record(deed.shop_id, deed.subject_id.bytes, deed.entry_id.bytes, body)
    return entry.mac(secrets.secret(deed.shop_id, "mac"), record)


@contextmanager
def deed(
    *,
    shop_id: int,
    event: str,
    actor: Actor,
    now: datetime,
    subject_id: UUID | None = None,
    purpose: str | None = None,
    work: UUID | str | None = None,
    detail: Mapping[str, Any] | None = None,
    bulk: bool = False,
    single: bool = False,
) -> Iterator[Deed]:
    """Open the one transaction of a deed; at its normal end the entry is written and all is committed, durably.

    An exception rolls everything back and leaves no entry. `bulk` is for deeds over many subjects: rows that have a
    `subject_id` are recorded with their subject and the entry holds only the count and the root of the members.
    `single` is for deeds that read and add rows, all in one statement at the end (see `Deed`).
    Errors: `DeedOpenError` inside another deed; ValueError for an unknown event or a row of another shop.
    """
    if _open.get() is not None:
        raise DeedOpenError
    if event not in EVENTS:
        raise ValueError(f"`{event}` is not an event of ledger/events.py")
    subject = subject_id or shop_uuid(shop_id)
    found = Deed(shop_id=shop_id, entry_id=uuid7(to_ms(now)), subject_id=subject, now=now, bulk=bulk, single=single)
    found.detail.update(detail or {})
    if single:
        require_none_open()
    token = _open.set(found)
    try:
        with wall.behind(shop_id), nullcontext() if single else transaction():
            yield found
            found.write_entry(event=event, actor=actor, purpose=purpose, work=work)
    except BaseException:
        if found.made_secrets:
            secrets.forget(shop_id)  # they are gone with the transaction
        raise
    finally:
        _open.reset(token)


def refuse(
    *,
    shop_id: int,
    actor: Actor,
    now: datetime,
    subject_id: UUID | None = None,
    event: str = "gate.refused",
    purpose: str | None = None,
    work: UUID | str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> UUID:
    """Commit the entry of a refusal at once and give its id; the caller answers only then.

    Errors: `DeedOpenError` inside a deed, whose rollback would take the refusal with it.
    """
    with deed(
        shop_id=shop_id,
        event=event,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose,
        work=work,
        detail=detail,
    ) as found:
        return found.entry_id


def _vouch(obj: Record) -> dict[str, bytes]:
    """Set the mark of a row that grants something; gives the changed column."""
    if not obj.vouched:
        return {}
    mark = vouch.of(obj)
    setattr(obj, "mark", mark)  # noqa: B010 - only tables that name `vouched` have the column
    return {"mark": mark}


def deed_is_open() -> bool:
    """Tell whether this thread is inside a deed."""
    return _open.get() is not None


def insert_rows(deed: Deed, objs: Iterable[Record]) -> None:
    """Insert rows from a stream, a thousand at a time."""
    batch: list[Record] = []
    for obj in objs:
        batch.append(obj)
        if len(batch) == 1000:  # noqa: PLR2004 (bounded memory)
            deed.insert_many(batch)
            batch = []
    deed.insert_many(batch)
