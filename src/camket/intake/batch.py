"""One batch of an import: what is known is read by sets, then everything is written in one bulk deed."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final
from uuid import UUID

from camket.base.clock import VIETNAM, to_ms
from camket.base.text import fold
from camket.consent.bulk import Answers, Wording
from camket.intake.mapping import ColumnMap
from camket.intake.marks import Marks, short
from camket.intake.order_rows import Orders
from camket.intake.people import Named, People, Person, named
from camket.intake.planning import RECEIVER, SOURCE
from camket.intake.report import Report
from camket.intake.rows import Draft
from camket.intake.task import Context
from camket.ledger.actions import Deed, deed
from camket.ledger.bulk import BulkRows
from camket.shops import queries as shops
from camket.subjects.bulk import proposal
from camket.vault import classes
from camket.vault.actions import Parcel, Value, buried, lock_many, put_many, watched

# Values of one order; the others are the person's and are kept once.
_OF_ORDER: Final = frozenset({
    "order", "order_number", "order_note", "product_requirement", "payment_fact", "parcel", "invoice",
    "warranty_fact", *RECEIVER,
})  # fmt: skip
# An order line is told apart by its row's mark; two equal lines of one order are two.
_LINES: Final = frozenset({"order", "product_requirement"})
_RECEIVED_BY: Final = {"receiver_name": "name", "receiver_phone": "phone"}
_NOBODY_ELSE: Final[frozenset[str]] = frozenset()
_ORDERED: Final = frozenset({"order"})
_OVER: Final = frozenset({"completed", "cancelled", "returned"})


class RowsRefusedError(Exception):
    """Rows of a batch are about people who are restricted or were erased meanwhile; nothing of it was stored."""

    def __init__(self, rows: frozenset[int]) -> None:
        super().__init__(f"{len(rows)} rows")
        self.rows = rows


@dataclass(slots=True)
class _Placed:
    """A row with its person, the people it may also be about, and its order where it tells of one."""

    row: Named
    person: Person
    matches: Sequence[tuple[UUID, str]]
    group: UUID | None = None

    def tied(self, category: str) -> UUID | None:
        return self.group if category in _OF_ORDER else None


class Batch:
    """Stores drafts, once."""

    def __init__(self, task: Context, mapped: ColumnMap, run_id: UUID) -> None:
        self._task = task
        self._mapped = mapped
        self._report = Report(run_id)
        self._at = to_ms(task.now)
        self._marks = Marks(task.shop_id)
        self._people = People(task.shop_id, self._at)
        self._orders = Orders(task)
        self._rulebook = shops.rulebook(task.shop_id)
        self._ended: dict[tuple[object, ...], bool] = {}

    def store(self, drafts: Sequence[Draft], *, ends_at: int, alone: bool = False) -> Report:
        """Store the drafts that are new, with one entry for all; give what came of it.

        RowsRefusedError names the rows whose person is restricted or was erased meanwhile: nothing of the batch is
        stored then. `alone` is for a batch of one row, whose refusal (RefusedError, ErasedError) is recorded.
        """
        fresh = self._without_erased(self._new(drafts))
        if not fresh:
            return self._report
        task = self._task
        with ExitStack() as stack:
            if alone:
                stack.enter_context(
                    watched(
                        shop_id=task.shop_id, actor=task.actor, subject_id=None, now=task.now, purpose=None, work=None
                    )
                )
            made = stack.enter_context(
                deed(shop_id=task.shop_id, event="import.run", actor=task.actor, now=task.now, bulk=True)
            )
            self._write(fresh, made, ends_at, alone=alone)
            made.detail.update(run=self._report.run_id, rows=len(fresh), values=self._report.values)
        self._report.good += len(fresh)
        return self._report

    def _new(self, drafts: Sequence[Draft]) -> list[Named]:
        marked = {self._marks.of(draft.canonical()): draft for draft in reversed(drafts)}
        there = self._marks.there(mark for marks in marked for mark in marks)
        fresh = [(marks[0], draft) for marks, draft in reversed(marked.items()) if there.isdisjoint(marks)]
        self._report.known += len(drafts) - len(fresh)
        return [named(self._task.shop_id, draft, mark) for mark, draft in fresh]

    def _without_erased(self, fresh: list[Named]) -> list[Named]:
        gone = buried(self._task.shop_id, {digest for row in fresh for digest in row.buried_by}, self._at)
        kept = [row for row in fresh if gone.isdisjoint(row.buried_by)] if gone else fresh
        self._report.erased += len(fresh) - len(kept)
        return kept

    def _write(self, fresh: Sequence[Named], made: Deed, ends_at: int, *, alone: bool) -> None:
        task = self._task
        ids = self._people.known(fresh)
        lock_many(shop_id=task.shop_id, subject_ids=ids)
        known = self._people.read(ids)
        self._orders.read(fresh, ids)
        found = [self._placed(row) for row in fresh]
        self._report.people += len(self._people.made)
        self._report.joined += sum(one.person.known for one in found)
        self._read_held(known, found)
        rows = BulkRows(made)
        kept = put_many(
            shop_id=task.shop_id,
            parcels=[self._parcel(one) for one in found],
            source=SOURCE,
            actor=task.actor,
            now=task.now,
            legacy=task.legacy,
            basis=task.basis,
            prepared=True,
            within=made,
            rows=rows,
        )
        refused = {
            placed.row.draft.row: one.refused
            for one, placed in zip(kept, found, strict=True)
            if one.refused is not None
        }
        if refused and alone:
            raise next(iter(refused.values()))
        if refused:
            raise RowsRefusedError(frozenset(refused))
        self._orders.write(rows, made)
        self._answer(found, rows, made)
        brought = {one.person.subject_id: one.person.brought for one in found}
        self._marks.write(
            rows,
            marks=[row.mark for row in fresh],
            brought=brought,
            run_id=self._report.run_id,
            ends_at=ends_at,
            within=made,
        )
        rows.write()
        self._propose(found, made)

    def _placed(self, row: Named) -> "_Placed":
        person, matches = self._people.person(row)
        if not row.draft.is_order:
            return _Placed(row, person, matches)
        group, made = self._orders.of(row, person)
        self._report.orders += made
        return _Placed(row, person, matches, group)

    def _read_held(self, known: Sequence[Person], found: Sequence["_Placed"]) -> None:
        """Read what earlier imports brought about the known people; marks of single values are of an older version."""
        held = self._marks.held({person.subject_id for person in known})
        for person in known:
            person.held = held.get(person.subject_id, set())
        candidates = {
            mark: one.person
            for one in found
            if one.person.known
            for category, texts in self._texts(one.row.draft).items()
            for text in texts
            for mark in self._value_marks(one.person, category, one.tied(category), text)
        }
        for mark in self._marks.there(candidates):
            candidates[mark].held.add(short(mark))

    def _value_marks(self, person: Person, category: str, tied: UUID | None, text: str) -> tuple[bytes, ...]:
        return self._marks.of(f"{person.text}\x1f{category}\x1f{tied}\x1f{text}")

    def _parcel(self, one: "_Placed") -> Parcel:
        draft = one.row.draft
        anchors = self._anchors(draft)
        values = self._values(one, anchors)
        self._report.values += len(values)
        return Parcel(
            subject_id=one.person.subject_id,
            values=values,
            new=not one.person.known,
            anchors=anchors,
            proven=_ORDERED if draft.is_order else _NOBODY_ELSE,
        )

    def _anchors(self, draft: Draft) -> dict[str, datetime]:
        day = draft.placed_on
        at = datetime.combine(day, time(12), VIETNAM).astimezone(UTC) if day else self._task.collected
        if at is None:
            return {}
        found = {"collected": at, "last_contact": at}
        if draft.is_order:
            found["last_order"] = at
            if draft.status in _OVER:
                found["order_completed"] = at
        return found

    def _texts(self, draft: Draft) -> dict[str, list[str]]:
        if draft.line is None:
            return draft.values
        texts = {category: list(values) for category, values in draft.values.items()}
        texts.setdefault("order", []).append(draft.line.goods())
        if wishes := draft.line.requirements():
            texts.setdefault("product_requirement", []).append(wishes)
        return texts

    def _values(self, one: "_Placed", anchors: dict[str, datetime]) -> list[Value]:
        draft, person = one.row.draft, one.person
        found = []
        somebody_else = _somebody_else(draft)
        plan = self._task.plan
        for category, texts in self._texts(draft).items():
            other = category in somebody_else
            purposes = plan.of(category, somebody_else=other, stated=draft.stated)
            if purposes is None:
                self._report.refused[category] += len(texts)
                self._report.unstated += other and category not in plan.refused
                continue
            if self._over(category, anchors):
                self._report.expired += len(texts)
                continue
            tied = one.tied(category)
            for text in texts:
                if category not in _LINES:
                    marks = [short(mark) for mark in self._value_marks(person, category, tied, text)]
                    if marks[0] in person.brought or not person.held.isdisjoint(marks):
                        continue
                    person.brought.add(marks[0])
                found.append(Value(category, text, purposes, tied, other, other and draft.stated))
        return found

    def _over(self, category: str, anchors: dict[str, datetime]) -> bool:
        """Tell whether the period of a category has ended already: what the policy would erase does not come in."""
        place = (category, *anchors.items())
        over = self._ended.get(place)
        if over is None:
            kept = classes.retention(
                rulebook=self._rulebook, category=category, collected=self._task.now, anchors=anchors
            )
            over = self._ended[place] = kept.expires_at is not None and kept.expires_at <= self._at
        return over

    def _answer(self, found: Sequence["_Placed"], rows: BulkRows, made: Deed) -> None:
        """Record what rows say was answered; without evidence a yes counts as never asked, a no always counts."""
        given: dict[UUID, list[Wording]] = {}
        for one in found:
            for purpose, answer in one.row.draft.answers.items():
                evidence = self._mapped.evidence.get(purpose)
                if answer == "never_asked" or (answer == "given" and evidence is None):
                    self._report.never_asked[purpose] += 1
                    continue
                wording = (
                    Wording(purpose, answer, evidence.how, evidence.text, evidence.language, evidence.channel)
                    if evidence
                    else Wording(purpose, answer, "paper", "")
                )
                given.setdefault(one.person.subject_id, []).append(wording)
                self._report.consents[f"{purpose} {answer}"] += 1
        answers = Answers(rows, actor=self._task.actor, now=self._task.now, within=made)
        answers.count({one.person.subject_id for one in found if one.person.known})
        answers.record(given)

    def _propose(self, found: Sequence["_Placed"], made: Deed) -> None:
        """Keep as questions for the staff that new people may be known ones."""
        proposals = [
            proposal(
                shop_id=self._task.shop_id,
                subject_id=one.person.subject_id,
                known_subject_id=known,
                kind=kind,
                now=self._task.now,
            )
            for one in found
            for known, kind in one.matches
        ]
        made.insert_many(proposals)
        self._report.proposals += len(proposals)


def _somebody_else(draft: Draft) -> frozenset[str]:
    """Tell whether a row's receiver is another person than its buyer, by name or phone."""
    values = draft.values
    for receiver, own in _RECEIVED_BY.items():
        if receiver in values and own in values:
            theirs = {fold(value) for value in values[receiver]}
            if theirs and not theirs <= {fold(value) for value in values[own]}:
                return frozenset(RECEIVER)
    return _NOBODY_ELSE
