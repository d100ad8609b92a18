"""Opening values of many people: one purpose, one piece of work, one entry; everybody is gated by their own facts.

INVARIANT 2 holds for each person: no value opens without a permit of this deed that names them, made on facts read in
it. Whoever is refused is counted, named in the entry with the reason, and a member of it like the others, so that both
kinds of people find it in their history and a receipt proves it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.errors import CamketError
from camket.crypto import SealError
from camket.ledger.actions import Deed, deed
from camket.policy import Answer
from camket.shops import queries as shops
from camket.shops.actions.work import work_reference
from camket.store import among
from camket.store.db import read_id
from camket.store.errors import ForgedRowError
from camket.subjects.errors import UnknownSubjectError
from camket.vault import gate, opening, sealed, sql
from camket.vault.bulk import forged, reasons
from camket.vault.deciding import Decisions
from camket.vault.errors import RefusedError, VaultError
from camket.vault.facts import Facts
from camket.vault.facts_many import collect_many, of_many
from camket.vault.gate import Wish
from camket.vault.looking import open_for_use, stale
from camket.vault.sealed import Row
from camket.vault.values import Seen

# What one deed holds in memory; whoever wants more asks in pages, each with its entry.
MOST_PEOPLE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened of one person. `withheld` counts values whose circulation has ended."""

    values: list[Seen]
    withheld: int
    answers: Mapping[str | None, Answer] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ManyLooks:
    """What a bulk look gave: whose values were opened, who was refused and why, and the one entry."""

    opened: Mapping[UUID, Opened]
    refused: Mapping[UUID, CamketError]
    entry_id: UUID
    duties: frozenset[str]


def open_many(
    *,
    shop_id: int,
    subject_ids: Sequence[UUID],
    categories: Sequence[str],
    purpose: str,
    work: str | None,
    actor: Actor,
    now: datetime,
    proven: frozenset[str] = frozenset(),
) -> ManyLooks:
    """Open values of many people for a purpose and a piece of work, each if the gate allows every category of them.

    A person who is refused, unknown to the shop, or whose rows were tampered with is in `refused`, and nothing of
    theirs is opened. Errors: RefusedError where nobody could be allowed (no role, a key for other purposes, an error
    about the shop); VaultError for more than `MOST_PEOPLE`. Customers ask about themselves and use `look`.
    """
    if work is not None:
        work_reference(work)
    if len(subject_ids) > MOST_PEOPLE:
        raise _too_many()
    wish = Wish(action="read", purpose=purpose, categories=tuple(dict.fromkeys(categories)), work=work, proven=proven)
    with (
        gate.watched(shop_id=shop_id, actor=actor, subject_id=None, now=now, purpose=purpose, work=work),
        deed(
            shop_id=shop_id,
            event="item.looked",
            actor=actor,
            now=now,
            purpose=purpose,
            work=work,
            bulk=True,
            single=True,
        ) as made,
    ):
        found = _Opening(made, wish, actor).open(list(dict.fromkeys(subject_ids)))
    for error in found.refused.values():
        if isinstance(error, RefusedError):
            error.entry_id = found.entry_id
    return found


class _Opening:
    """One bulk look."""

    def __init__(self, made: Deed, wish: Wish, actor: Actor) -> None:
        self._deed = made
        self._wish = wish
        self._actor = actor
        self._at = to_ms(made.now)
        self._refused: dict[UUID, CamketError] = {}
        self._opened: dict[UUID, Opened] = {}
        self._facts: dict[UUID, Facts | ForgedRowError] = {}
        self._broken = False

    def open(self, subject_ids: list[UUID]) -> ManyLooks:
        gate.decided(self._wish, lambda: self._prepare(subject_ids))
        for batch in among.pieces(subject_ids):
            known = [one for one in batch if isinstance(self._facts.get(one), Facts)]
            rows = _rows(self._deed.shop_id, known, self._wish.categories, self._at) if known else {}
            for one in batch:
                self._open_one(one, rows.get(one, []))
        return self._recorded()

    def _prepare(self, subject_ids: list[UUID]) -> dict[str | None, Answer]:
        """Read the facts; RefusedError where the actor may do nothing of the kind, whoever it is about."""
        shop_id = self._deed.shop_id
        shared, self._facts = collect_many(shop_id=shop_id, actor=self._actor, subject_ids=subject_ids, now_ms=self._at)
        if self._actor.kind == "customer":
            raise RefusedError(
                vi="khách hàng chỉ xem dữ liệu của chính mình",
                en="a customer looks at their own data only",
                action=self._wish.action,
                lacking=("subject",),
                categories=self._wish.categories,
            )
        rulebook = shops.rulebook(shop_id, shared.policy_version)
        gate.judge(rulebook=rulebook, facts=shared, actor=self._actor, wish=self._wish)
        self._decisions = Decisions(rulebook, self._actor)
        return {}

    def _open_one(self, subject_id: UUID, rows: Sequence[Row]) -> None:
        facts = self._facts.get(subject_id)
        if facts is None or isinstance(facts, ForgedRowError):
            self._refused[subject_id] = UnknownSubjectError() if facts is None else forged(facts)
            return
        answers = self._decisions.answers(facts, self._wish, stale(rows, self._at))
        if isinstance(answers, RefusedError):
            self._refused[subject_id] = answers
            return
        by_category = {category or "": answer for category, answer in answers.items()}
        kept = [row for row in rows if open_for_use(row, by_category, self._at)]
        masked = frozenset(name for name, answer in by_category.items() if "mask" in answer.duties)
        permit = gate.permitted(self._deed, self._wish, self._actor, subject_id, answers)
        try:
            values = opening.open_rows(permit, kept, masked=masked)
        except SealError as error:
            self._refused[subject_id] = error
            return
        self._broken |= self._wish.work in facts.broken_glass
        self._opened[subject_id] = Opened(values, len(rows) - len(kept), answers)

    def _recorded(self) -> ManyLooks:
        """Write into the entry what was opened and who was refused."""
        made, wish = self._deed, self._wish
        answers = {id(one.answers): one.answers for one in self._opened.values()}.values()
        every = [answer for held in answers for answer in held.values()]
        duties = frozenset().union(*(answer.duties for answer in every))
        for subject_id in self._opened:
            made.member(subject_id)
        for subject_id, error in self._refused.items():
            if not isinstance(error, UnknownSubjectError):
                made.member(subject_id)
        made.detail.update(
            action=wish.action,
            categories=wish.categories,
            citations=tuple(dict.fromkeys(citation for answer in every for citation in answer.citations)),
            opened=len(self._opened),
            values=sum(len(one.values) for one in self._opened.values()),
        )
        if told := reasons(self._refused.items()):
            made.detail["refused"] = told
        if wish.proven:
            made.detail["proven"] = wish.proven
        if duties - {"log"}:
            made.detail["duties"] = duties
        if self._broken:
            made.detail["broken_glass"] = True
        return ManyLooks(self._opened, self._refused, made.entry_id, duties)


def _rows(shop_id: int, subject_ids: Sequence[UUID], categories: Sequence[str], now_ms: int) -> dict[UUID, list[Row]]:
    """Read sealed items and wrapped keys of many people in one round trip; nothing is opened."""
    query = _items_of_many().replace("{categories}", ", ".join(f"%(c{number})s" for number in range(len(categories))))
    parameters: dict[str, Any] = {"shop": shop_id, "now": now_ms}
    parameters |= {f"c{number}": category for number, category in enumerate(categories)}
    found: dict[UUID, list[Row]] = {}
    for subject, *row in among.fetch(query, subject_ids, parameters):
        whose = read_id(subject)
        found.setdefault(whose, []).append(sealed.row(shop_id, whose, row))
    for rows in found.values():
        rows.sort(key=sealed.by_id)
    return found


@cache
def _items_of_many() -> str:
    return of_many(sql.ITEM_FACTS)


def _too_many() -> VaultError:
    return VaultError(
        f"mỗi lần mở được nhiều nhất {MOST_PEOPLE} khách hàng",
        f"at most {MOST_PEOPLE} customers are opened at once",
        "chia danh sách thành nhiều lần",
        "split the list into several",
        "too_many",
        field="subject_ids",
    )
