"""Importing a file: batches of rows in bulk deeds, so that memory stays flat and an interrupted run goes on.

A row's keyed mark makes a second run change nothing. Rows of one person come together by customer code, or by phone or
email where the names do not speak against it. INVARIANT 13: an existing person is joined only where they came in by an
import too or have proven that contact; any other match is a proposal. An erased person's contacts are known by their
tombstones and do not come back.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count, islice
from uuid import UUID

from django.db import IntegrityError

from camket.base.actor import Actor
from camket.base.clock import Period, to_ms, vietnam_day
from camket.base.ids import uuid7
from camket.intake import rows
from camket.intake.batch import Batch, RowsRefusedError
from camket.intake.errors import IntakeError
from camket.intake.mapping import ColumnMap
from camket.intake.models import ImportRun
from camket.intake.planning import Plan
from camket.intake.report import Report
from camket.intake.rows import Draft, Problem
from camket.intake.table import Row, Table
from camket.intake.task import Context
from camket.ledger.actions import deed
from camket.vault.errors import ErasedError, RefusedError

BATCH = 1_000
_BATCHES_PER_COLLECTION = 10
MARK_LIFE = Period.parse("P5Y")


@dataclass(frozen=True, slots=True)
class Part:
    """One table with what its columns mean."""

    table: Table
    mapped: ColumnMap


BadRow = Callable[[Part, Row, Sequence[Problem]], None]
Tick = Callable[[Part, Report], None]


def run(
    *,
    shop_id: int,
    parts: Sequence[Part],
    plan: Plan,
    origin: str,
    basis: str,
    collected: datetime | None,
    actor: Actor,
    now: datetime,
    bad_row: BadRow | None = None,
    tick: Tick | None = None,
) -> Report:
    """Bring every good row in; give what came of it. `origin`, `basis` and `collected` are declared by the owner.

    `bad_row` is told of each row that is not taken, with its cells, for a mending copy; `tick` after every batch.
    """
    task = Context(shop_id=shop_id, plan=plan, origin=origin, basis=basis, collected=collected, actor=actor, now=now)
    report = Report(uuid7(to_ms(now)))
    begun = _begin(task, report)
    with _collecting_seldom() as collect:
        for part in parts:
            good = _good_rows(part, report, vietnam_day(now), bad_row)
            while drafts := list(islice(good, BATCH)):
                _store(task, part, drafts, report)
                collect()
                if tick is not None:
                    tick(part, report)
            report.skipped.update(part.table.skipped)
    _end(task, report, begun)
    return report


@contextmanager
def _collecting_seldom() -> Iterator[Callable[[], None]]:
    """Look for garbage in circles every few batches: every few hundred objects it took a quarter of the time."""
    was, batches = gc.isenabled(), count(1)

    def collect() -> None:
        if next(batches) % _BATCHES_PER_COLLECTION == 0:
            gc.collect()

    gc.disable()
    try:
        yield collect
    finally:
        if was:
            gc.enable()


def _store(task: Context, part: Part, drafts: Sequence[Draft], report: Report) -> None:
    """Store a batch; rows about a restricted or just erased person each by itself, the others without them."""
    ends_at = to_ms(MARK_LIFE.after(task.now))
    try:
        report.add(Batch(task, part.mapped, report.run_id).store(drafts, ends_at=ends_at))
    except RowsRefusedError as stopped:
        _store(task, part, [draft for draft in drafts if draft.row not in stopped.rows], report)
        for draft in drafts:
            if draft.row in stopped.rows:
                _store_alone(task, part, draft, report)
    except IntegrityError as error:
        # The only rows that two imports can both make are marks: a second run of the same file beat this one.
        raise IntakeError(
            "một lần nhập khác đang nhập cùng tệp này",
            "another import is bringing in the same file",
            "chờ lần kia xong rồi chạy lại; hàng đã nhập sẽ không nhập lần hai",
            "wait until it ends, then run this again; rows that are in are not taken twice",
            "import.parallel",
        ) from error


def _store_alone(task: Context, part: Part, draft: Draft, report: Report) -> None:
    ends_at = to_ms(MARK_LIFE.after(task.now))
    try:
        report.add(Batch(task, part.mapped, report.run_id).store([draft], ends_at=ends_at, alone=True))
    except (RefusedError, ErasedError) as error:
        report.note([Problem(part.table.sheet, draft.row, "-", error.code, error.vi, error.en)])


def _good_rows(part: Part, report: Report, today: date, bad_row: BadRow | None) -> Iterator[Draft]:
    for row in part.table.rows():
        found = rows.read(row, part.mapped, sheet=part.table.sheet, today=today)
        if isinstance(found, Draft):
            yield found
            continue
        report.note(found)
        if bad_row is not None:
            bad_row(part, row, found)


def _begin(task: Context, report: Report) -> ImportRun:
    with deed(shop_id=task.shop_id, event="import.begun", actor=task.actor, now=task.now) as made:
        row = ImportRun(
            shop_id=task.shop_id,
            id=report.run_id,
            origin=task.origin,
            basis=task.basis,
            begun_at=to_ms(task.now),
        )
        made.detail.update(origin=task.origin, basis=task.basis, uncovered=sorted(task.plan.uncovered))
        return made.insert(row)


def _end(task: Context, report: Report, begun: ImportRun) -> None:
    with deed(shop_id=task.shop_id, event="import.ended", actor=task.actor, now=task.now) as made:
        made.update(begun, ended_at=to_ms(task.now), good=report.good, known=report.known, bad=report.bad)
        made.detail.update(
            run=report.run_id,
            good=report.good,
            known=report.known,
            bad=report.bad,
            erased=report.erased,
            refused=dict(report.refused),
            reasons=dict(report.reasons),
        )


def mended(*, shop_id: int, run_id: UUID, count: int, actor: Actor, now: datetime) -> UUID:
    """Record that a mending copy of bad rows was written outside the vault: who, when, how many rows."""
    with deed(shop_id=shop_id, event="import.mended", actor=actor, now=now) as made:
        made.detail.update(run=run_id, rows=count)
        return made.entry_id
