"""One batch of an import: marks, tombstones and matches read together, then everything written in one bulk deed."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import VIETNAM, to_ms, vietnam_day
from camket.base.ids import uuid7
from camket.base.text import fold
from camket.consent import actions as consent
from camket.crypto import blind as digests
from camket.intake.mapping import ColumnMap
from camket.intake.models import ImportMark, Order
from camket.intake.planning import RECEIVER, SOURCE, Plan
from camket.intake.report import Report
from camket.intake.rows import Draft
from camket.ledger.actions import Deed, deed
from camket.shops import queries as shops
from camket.store.secrets import secret
from camket.subjects import actions as subjects
from camket.subjects import blind
from camket.subjects.models import Identifier, NameToken, Subject
from camket.subjects.queries import tombstone_digest
from camket.vault import classes
from camket.vault.actions import Value, put, watched
from camket.vault.models import Tombstone

# By what rows and people are matched; a customer code is the shop's own and needs no second look.
MATCHED_BY = ("customer_code", "phone", "email", "user_name")
# Values of one order; the others are the person's and are kept once.
_OF_ORDER = frozenset({
    "order", "order_number", "order_note", "product_requirement", "payment_fact", "parcel", "invoice",
    "warranty_fact", *RECEIVER,
})  # fmt: skip
_RECEIVED_BY = {"receiver_name": "name", "receiver_phone": "phone"}


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for a whole run."""

    shop_id: int
    plan: Plan
    origin: str
    basis: str
    collected: datetime | None
    actor: Actor
    now: datetime

    @property
    def legacy(self) -> str:
        """The mark on every item: the declared origin, and the declared day of collection where there is one."""
        day = f"; {vietnam_day(self.collected).isoformat()}" if self.collected else ""
        return f"{self.origin[: 80 - len(day)]}{day}"


@dataclass(slots=True)
class _Person:
    """Somebody whom rows of this batch may be about."""

    subject_id: UUID
    known: bool
    joinable: bool
    names: set[bytes] = field(default_factory=set)
    proven: bool = False


class Batch:
    """Stores drafts, once."""

    def __init__(self, task: Context, mapped: ColumnMap, run_id: UUID) -> None:
        self._task = task
        self._mapped = mapped
        self._report = Report(run_id)
        self._index = secret(task.shop_id, "index")
        self._by_digest: dict[bytes, list[_Person]] = {}
        self._orders: dict[tuple[UUID, bytes], tuple[Order, bool]] = {}
        self._held: set[bytes] = set()
        self._rulebook = shops.rulebook(task.shop_id)

    def store(self, drafts: Sequence[Draft], *, ends_at: int, alone: bool = False) -> Report:
        """Store the drafts that are new, with one entry for all; give what came of it.

        RefusedError or ErasedError when a row's person is restricted or was erased meanwhile: nothing of the batch is
        stored then. `alone` is for a batch of one row, whose refusal is recorded.
        """
        fresh = self._without_erased(self._new(drafts))
        if not fresh:
            return self._report
        self._read_people([draft for _, draft in fresh])
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
            for mark, draft in fresh:
                self._store_one(draft, made)
                self._held.add(mark)
            self._write(made, ends_at)
            made.detail.update(run=self._report.run_id, rows=len(fresh), values=self._report.values)
        self._report.good += len(fresh)
        return self._report

    def _write(self, made: Deed, ends_at: int) -> None:
        made.insert_many([order for order, new in self._orders.values() if new])
        for order, new in self._orders.values():
            if not new:
                self._update(order, made)
        marks = [
            ImportMark(digest=mark, shop_id=self._task.shop_id, run_id=self._report.run_id, ends_at=ends_at)
            for mark in sorted(self._held)
        ]
        made.insert_many(marks)

    def _mark(self, text: str) -> bytes:
        return digests.exact(self._index, "import", text)

    def _new(self, drafts: Sequence[Draft]) -> list[tuple[bytes, Draft]]:
        marked = {self._mark(draft.canonical()): draft for draft in reversed(drafts)}
        known = _marks_there(marked)
        self._report.known += len(drafts) - len(marked) + len(known)
        return [(mark, draft) for mark, draft in reversed(marked.items()) if mark not in known]

    def _digests(self, draft: Draft) -> list[tuple[str, bytes]]:
        return [
            (kind, blind.identifier(self._task.shop_id, kind, value))
            for kind in MATCHED_BY
            for value in draft.values.get(kind, ())
        ]

    def _without_erased(self, fresh: list[tuple[bytes, Draft]]) -> list[tuple[bytes, Draft]]:
        shop_id = self._task.shop_id
        buried = {
            tombstone_digest(shop_id, digest): mark for mark, draft in fresh for _, digest in self._all_digests(draft)
        }
        there = Tombstone.objects.filter(
            digest__in=list(buried), shop_id=shop_id, ends_at__gt=to_ms(self._task.now)
        ).values_list("digest", flat=True)
        gone = {bytes(digest) for digest in there}
        kept = [
            (mark, draft)
            for mark, draft in fresh
            if not any(tombstone_digest(shop_id, digest) in gone for _, digest in self._all_digests(draft))
        ]
        self._report.erased += len(fresh) - len(kept)
        return kept

    def _all_digests(self, draft: Draft) -> list[tuple[str, bytes]]:
        others = [
            (kind, blind.identifier(self._task.shop_id, kind, value))
            for kind in ("order_number", "receiver_phone")
            for value in draft.values.get(kind, ())
        ]
        return self._digests(draft) + others

    def _read_people(self, drafts: Sequence[Draft]) -> None:
        """Find who is known by the contacts of this batch, and whether an import may add to them."""
        wanted = {digest for draft in drafts for _, digest in self._digests(draft)}
        rows = list(Identifier.objects.filter(digest__in=list(wanted), shop_id=self._task.shop_id))
        ids = {row.subject_id for row in rows}
        legacy = set(
            Subject.objects.filter(subject_id__in=list(ids)).exclude(legacy="").values_list("subject_id", flat=True)
        )
        names: dict[UUID, set[bytes]] = {}
        for token in NameToken.objects.filter(subject_id__in=list(ids), shop_id=self._task.shop_id):
            names.setdefault(token.subject_id, set()).add(bytes(token.token))
        people: dict[tuple[UUID, bool], _Person] = {}
        for row in sorted(rows, key=lambda row: (not row.verified, row.subject_id)):
            joinable = row.verified or row.subject_id in legacy
            person = people.setdefault(
                (row.subject_id, joinable),
                _Person(row.subject_id, True, joinable, names.get(row.subject_id, set()), proven=row.verified),
            )
            self._by_digest.setdefault(bytes(row.digest), []).append(person)
        self._read_orders(drafts, ids)

    def _read_orders(self, drafts: Sequence[Draft], ids: set[UUID]) -> None:
        numbers = [self._number(draft) for draft in drafts]
        wanted = [number for number in numbers if number is not None]
        if ids and wanted:
            for order in Order.objects.filter(subject_id__in=list(ids), number__in=wanted):
                self._orders[order.subject_id, bytes(order.number)] = (order, False)

    def _number(self, draft: Draft) -> bytes | None:
        number = draft.values.get("order_number", [None])[0]
        return blind.identifier(self._task.shop_id, "order_number", number) if number else None

    def _store_one(self, draft: Draft, made: Deed) -> None:
        person, matches = self._person(draft, made)
        group = self._group(draft, person) if draft.is_order else None
        values = self._values(draft, person, group)
        if values:
            put(
                shop_id=self._task.shop_id,
                subject_id=person.subject_id,
                values=values,
                source=SOURCE,
                actor=self._task.actor,
                now=self._task.now,
                legacy=self._task.legacy,
                basis=self._task.basis,
                anchors=self._anchors(draft),
                proven=frozenset({"order"}) if draft.is_order else frozenset(),
                prepared=True,
                within=made,
            )
        self._report.values += len(values)
        self._answer(draft, person, made)
        for known, kind in matches:
            subjects.propose(
                shop_id=self._task.shop_id,
                subject_id=person.subject_id,
                known_subject_id=known,
                kind=kind,
                now=self._task.now,
                within=made,
            )
            self._report.proposals += 1

    def _person(self, draft: Draft, made: Deed) -> tuple[_Person, list[tuple[UUID, str]]]:
        """Find or make the person of a row; other people with the same contact become proposals of the new one."""
        names = {token for name in draft.values.get("name", ())[:1] for token in self._whole_name(name)}
        others: dict[UUID, str] = {}
        for kind, digest in self._digests(draft):
            for person in self._by_digest.get(digest, ()):
                agree = kind == "customer_code" or not names or not person.names or names & person.names
                if person.joinable and agree and not self._adds_contact(draft, person):
                    self._report.joined += person.known
                    self._remember(draft, person, names)
                    return person, []
                others.setdefault(person.subject_id, kind)
        made_id = subjects.create(
            shop_id=self._task.shop_id,
            origin=SOURCE,
            legacy=self._task.legacy,
            actor=self._task.actor,
            now=self._task.now,
            within=made,
        )
        self._report.people += 1
        person = _Person(made_id, known=False, joinable=True)
        self._remember(draft, person, names)
        return person, list(others.items())[:5]

    def _adds_contact(self, draft: Draft, person: _Person) -> bool:
        """INVARIANT 13: whom a proven contact knows gets no other contact from a file; that is a proposal."""
        return person.proven and any(
            person.subject_id not in {one.subject_id for one in self._by_digest.get(digest, ())}
            for kind, digest in self._digests(draft)
            if kind != "customer_code"
        )

    def _whole_name(self, name: str) -> list[bytes]:
        return blind.name_tokens(self._task.shop_id, name)[:1]

    def _remember(self, draft: Draft, person: _Person, names: set[bytes]) -> None:
        person.names |= names
        for _, digest in self._digests(draft):
            held = self._by_digest.setdefault(digest, [])
            if person not in held:
                held.insert(0, person)

    def _group(self, draft: Draft, person: _Person) -> UUID:
        """Find the order that the row belongs to, or make it; each row adds its line."""
        number = self._number(draft)
        place = (person.subject_id, number or uuid7(to_ms(self._task.now)).bytes)
        found = self._orders.get(place)
        order, new = found or (self._order(draft, person, number), True)
        line = draft.line
        if line is not None:
            cost = line.cost
            order.lines += 1
            whole = order.lines == 1 or order.total is not None
            order.total = (
                (order.total or 0) + cost if cost is not None and whole and draft.total is None else order.total
            )
        if draft.total is not None:
            order.total = draft.total
        self._orders[place] = (order, new)
        self._report.orders += found is None
        found_id: UUID = order.id
        return found_id

    def _order(self, draft: Draft, person: _Person, number: bytes | None) -> Order:
        return Order(
            subject_id=person.subject_id,
            id=uuid7(to_ms(self._task.now)),
            shop_id=self._task.shop_id,
            number=number,
            source=SOURCE,
            channel=draft.channel,
            outlet=draft.outlet,
            status=draft.status,
            placed_on=draft.placed_on or vietnam_day(self._task.collected or self._task.now),
            lines=0,
            total=None,
            legacy=self._task.legacy,
            made_at=to_ms(self._task.now),
        )

    def _update(self, order: Order, made: Deed) -> None:
        stored = Order.objects.get(subject_id=order.subject_id, id=order.id)
        made.update(stored, lines=order.lines, total=order.total)

    def _anchors(self, draft: Draft) -> dict[str, datetime]:
        day = draft.placed_on
        at = datetime.combine(day, time(12), VIETNAM).astimezone(UTC) if day else self._task.collected
        if at is None:
            return {}
        found = {"collected": at, "last_contact": at}
        if draft.is_order:
            found["last_order"] = at
            if draft.status in {"completed", "cancelled", "returned"}:
                found["order_completed"] = at
        return found

    def _values(self, draft: Draft, person: _Person, group: UUID | None) -> list[Value]:
        texts = {category: list(values) for category, values in draft.values.items()}
        if draft.line is not None:
            texts.setdefault("order", []).append(draft.line.goods())
            if wishes := draft.line.requirements():
                texts.setdefault("product_requirement", []).append(wishes)
        found = []
        somebody_else = _somebody_else(draft)
        anchors = self._anchors(draft)
        for category, values in texts.items():
            other = category in somebody_else
            purposes = self._task.plan.of(category, somebody_else=other, stated=draft.stated)
            if purposes is None:
                self._report.refused[category] += len(values)
                self._report.unstated += other and category not in self._task.plan.refused
                continue
            if self._over(category, anchors):
                self._report.expired += len(values)
                continue
            tied = group if category in _OF_ORDER else None
            for text in values:
                # An order line is told apart by its row's mark; two equal lines of one order are two.
                mark = self._mark(f"{person.subject_id}\x1f{category}\x1f{tied}\x1f{text}")
                if category not in {"order", "product_requirement"}:
                    if mark in self._held or (person.known and _marks_there([mark])):
                        continue
                    self._held.add(mark)
                found.append(Value(category, text, purposes, tied, other, other and draft.stated))
        return found

    def _over(self, category: str, anchors: dict[str, datetime]) -> bool:
        """Tell whether the period of a category has ended already: what the policy would erase does not come in."""
        kept = classes.retention(rulebook=self._rulebook, category=category, collected=self._task.now, anchors=anchors)
        return kept.expires_at is not None and kept.expires_at <= to_ms(self._task.now)

    def _answer(self, draft: Draft, person: _Person, made: Deed) -> None:
        for purpose, answer in draft.answers.items():
            evidence = self._mapped.evidence.get(purpose)
            if answer == "never_asked" or (answer == "given" and evidence is None):
                self._report.never_asked[purpose] += 1
                continue
            consent.record(
                shop_id=self._task.shop_id,
                subject_id=person.subject_id,
                purpose=purpose,
                value=answer,
                how=evidence.how if evidence else "paper",
                text=evidence.text if evidence else "",
                language=evidence.language if evidence else "vi",
                policy_version=0,
                actor=self._task.actor,
                now=self._task.now,
                channel=evidence.channel if evidence else "",
                within=made,
            )
            self._report.consents[f"{purpose} {answer}"] += 1


def _somebody_else(draft: Draft) -> frozenset[str]:
    """Tell whether a row's receiver is another person than its buyer, by name or phone."""
    for receiver, own in _RECEIVED_BY.items():
        theirs = {fold(value) for value in draft.values.get(receiver, ())}
        if theirs and own in draft.values and not theirs <= {fold(value) for value in draft.values[own]}:
            return frozenset(RECEIVER)
    return frozenset()


def _marks_there(marks: Iterable[bytes]) -> set[bytes]:
    return {bytes(one) for one in ImportMark.objects.filter(digest__in=list(marks)).values_list("digest", flat=True)}
