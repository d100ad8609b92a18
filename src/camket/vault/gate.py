"""The gate: the one place that answers allow, deny or gap, and the only maker of permits.

INVARIANTS
2. No permit without a ledger entry committed with it: a permit exists only inside the deed that writes the entry. A
   refusal commits its own entry before the error is seen. An error inside anything denies, and is ledgered too.
14. A key belongs to a named person or system; a system's look names the signed-in person. Break-glass replaces a
   missing assignment only.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.ledger.actions import Deed, deed, deed_is_open, refuse
from camket.policy import Answer, Question, Rulebook, Verdict, decide, words
from camket.shops import queries as shops
from camket.shops.actions.work import work_reference
from camket.store.errors import ForgedRowError
from camket.vault import facts as fact_room
from camket.vault import permits
from camket.vault.errors import RefusedError
from camket.vault.facts import Facts, Reading
from camket.vault.permits import Bound, Permit
from camket.vault.sealed import Row

Absent = Callable[[Sequence[Row]], Mapping[str | None, Collection[str]]]
_PERSONAL_ACTIONS: Final = frozenset({"read", "edit", "manage", "export", "publish", "disclose"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to do: one action for one purpose, with these categories.

    `partner` narrows a disclosure to one partner's agreements; `proven` are facts that a room above established.
    """

    action: str
    purpose: str | None = None
    categories: tuple[str, ...] = ()
    work: str | None = None
    source: str | None = None
    channel: str | None = None
    recipient: str | None = None
    partner: str = ""
    proven: frozenset[str] = frozenset()


@dataclass(slots=True)
class Grant:
    """An open deed with its permit, the answers it rests on and the facts that were read for it."""

    permit: Permit
    deed: Deed
    answers: Mapping[str, Answer]
    facts: Facts
    rulebook: Rulebook
    extra: dict[str, Any] = field(default_factory=dict)


def ask(*, shop_id: int, actor: Actor, subject_id: UUID | None, wish: Wish, now: datetime) -> dict[str | None, Answer]:
    """Answer per category without opening, permitting or recording anything: for pages and for intake.

    RefusedError only where no clause could help: no role, a key for other purposes, an unknown person.
    """
    facts = _read(shop_id=shop_id, actor=actor, subject_id=subject_id, wish=wish, now=now).facts
    rulebook = shops.rulebook(shop_id, facts.policy_version)
    return judge(rulebook=rulebook, facts=facts, actor=actor, wish=wish)


def _read(
    *, shop_id: int, actor: Actor, subject_id: UUID | None, wish: Wish, now: datetime, opens: bool = False
) -> Reading:
    found = fact_room.read(
        shop_id=shop_id,
        actor=actor,
        subject_id=subject_id,
        now_ms=to_ms(now),
        categories=wish.categories if opens else (),
    )
    if wish.action == "disclose" and wish.recipient is not None and wish.purpose is not None:
        running = shops.agreement_in_force(
            shop_id=shop_id,
            recipient=wish.recipient,
            purpose=wish.purpose,
            categories=wish.categories,
            partner=wish.partner,
            now=now,
        )
        found.facts.agreement = running is not None
    return found


def judge(
    *,
    rulebook: Rulebook,
    facts: Facts,
    actor: Actor,
    wish: Wish,
    absent: Mapping[str | None, Collection[str]] | None = None,
    present: frozenset[str] = frozenset(),
) -> dict[str | None, Answer]:
    """Decide each category on facts already read. Every fact that nobody established counts as missing.

    `absent` names, per category, facts that the values themselves lack; `present` those that do not arise here.
    """
    roles = _roles(facts, actor, wish)
    every = fact_room.all_facts()
    answers: dict[str | None, Answer] = {}
    for category in wish.categories or (None,):
        met = facts.established(
            actor=actor,
            purpose=wish.purpose,
            work=wish.work,
            channel=wish.channel,
            category=category,
            proven=wish.proven,
        )
        met -= set((absent or {}).get(category, ()))
        met |= present
        answers[category] = _first_open(rulebook, wish, category, roles, every - met)
    return answers


def _first_open(
    rulebook: Rulebook, wish: Wish, category: str | None, roles: Sequence[str | None], missing: frozenset[str]
) -> Answer:
    """Any role that allows is enough; otherwise a denial says more than a gap."""
    refused: Answer | None = None
    for role in roles:
        question = Question(
            wish.action, role, category, wish.purpose, wish.source, wish.channel, wish.recipient, missing
        )
        answer = decide(rulebook, question)
        if answer.verdict is Verdict.ALLOW:
            return answer
        if refused is None or (refused.verdict is Verdict.GAP and answer.verdict is Verdict.DENY):
            refused = answer
    if refused is None:
        raise ValueError("the gate was asked without a role")
    return refused


def _roles(facts: Facts, actor: Actor, wish: Wish) -> list[str | None]:
    """Tell in which roles the actor may be judged; RefusedError where none is held."""
    if actor.kind == "worker":
        return ["system"]
    if actor.kind == "customer":
        return ["customer"]
    if actor.kind in {"public", "owner"}:
        return [None]
    if actor.kind == "system":
        _check_key(facts, actor, wish)
        if actor.on_behalf is None:
            return [facts.key_role]
    roles = facts.roles if facts.key_role in (None, "system") else facts.roles & {facts.key_role}
    if not roles:
        raise RefusedError(
            vi="người này không giữ vai trò nào ở cửa hàng",
            en="this person holds no role in the shop",
            action=wish.action,
            lacking=("role",),
            categories=wish.categories,
        )
    return [*sorted(roles)]


def _check_key(facts: Facts, actor: Actor, wish: Wish) -> None:
    if facts.key_role is None or (wish.purpose is not None and wish.purpose not in facts.key_purposes):
        raise RefusedError(
            vi="khóa truy cập không dùng được cho mục đích này",
            en="the API key is not for this purpose",
            action=wish.action,
            lacking=("key",),
            categories=wish.categories,
        )
    if actor.on_behalf is None and wish.action in _PERSONAL_ACTIONS:
        raise RefusedError(
            vi="hệ thống phải nêu người đang đăng nhập",
            en="a system names the person who is signed in",
            action=wish.action,
            lacking=("person",),
            categories=wish.categories,
        )


def refusal(wish: Wish, answers: Mapping[str | None, Answer]) -> RefusedError | None:
    """Make the error of the refused answers, or nothing when all allow."""
    refused = {category: answer for category, answer in answers.items() if answer.verdict is not Verdict.ALLOW}
    if not refused:
        return None
    denied = [answer for answer in refused.values() if answer.verdict is Verdict.DENY]
    first = denied[0] if denied else next(iter(refused.values()))
    return RefusedError(
        vi=first.reason("vi"),
        en=first.reason("en"),
        action=wish.action,
        verdict=first.verdict,
        citations=tuple(dict.fromkeys(cited for answer in refused.values() for cited in answer.citations)),
        lacking=tuple(dict.fromkeys(name for answer in refused.values() for name in answer.lacking)),
        answers={category or "": answer for category, answer in refused.items()},
        categories=tuple(category for category in refused if category),
    )


@contextmanager
def watched(
    *, shop_id: int, actor: Actor, subject_id: UUID | None, now: datetime, purpose: str | None, work: str | None
) -> Iterator[None]:
    """Ledger every refusal that comes out of the block, after the deed inside has been rolled back.

    Rooms that open a deed of their own around `put` and the like wrap it in this. An error of any other kind while
    deciding has become a refusal already (`decided`); a forged row that is met outside of it becomes one here.
    """
    try:
        try:
            yield
        except ForgedRowError as error:
            raise RefusedError(
                vi=error.vi, en=error.en, action="forged_row", citations=("error",), lacking=("error",)
            ) from error
    except RefusedError as error:
        if error.entry_id is None and not deed_is_open():
            error.entry_id = _record(
                error, shop_id=shop_id, actor=actor, subject_id=subject_id, now=now, purpose=purpose, work=work
            )
        raise


def _record(
    error: RefusedError,
    *,
    shop_id: int,
    actor: Actor,
    subject_id: UUID | None,
    now: datetime,
    purpose: str | None,
    work: str | None,
) -> UUID:
    detail = {
        "action": error.action,
        "verdict": error.verdict.value,
        "categories": error.categories,
        "citations": error.clauses,
        "lacking": error.lacking,
    }
    return refuse(
        shop_id=shop_id, actor=actor, now=now, subject_id=subject_id, purpose=purpose, work=work, detail=detail
    )


def decided(wish: Wish, think: Callable[[], dict[str | None, Answer]]) -> dict[str | None, Answer]:
    """Run a decision; whatever goes wrong inside is a refusal with the citation `error` (INVARIANT 2)."""
    try:
        answers = think()
    except RefusedError:
        raise
    except Exception as error:  # the design demands it: an error inside a rule denies
        raise RefusedError(
            vi="cổng gặp lỗi khi xét nên từ chối",
            en="the gate met an error while deciding and refuses",
            action=wish.action,
            citations=("error",),
            lacking=("error",),
            categories=wish.categories,
        ) from error
    refused = refusal(wish, answers)
    if refused is not None:
        raise refused
    return answers


@contextmanager
def granted(
    *,
    shop_id: int,
    subject_id: UUID,
    wish: Wish,
    event: str,
    actor: Actor,
    now: datetime,
    absent: Absent | None = None,
) -> Iterator[Grant]:
    """Open the deed, read the facts in it, decide, and hand out the permit of that deed.

    A refusal rolls the deed back, commits its own entry and raises RefusedError. `absent` is for a deed that only
    reads: the rows asked for are read together with the facts, and it tells which facts they lack; the deed writes
    nothing but its entry.
    """
    if wish.work is not None:
        work_reference(wish.work)
    with (
        watched(shop_id=shop_id, actor=actor, subject_id=subject_id, now=now, purpose=wish.purpose, work=wish.work),
        deed(
            shop_id=shop_id,
            event=event,
            actor=actor,
            subject_id=subject_id,
            now=now,
            purpose=wish.purpose,
            work=wish.work,
            single=absent is not None,
        ) as open_deed,
    ):
        yield _grant(open_deed, wish, actor, absent)


def _grant(
    open_deed: Deed,
    wish: Wish,
    actor: Actor,
    absent: Absent | None,
) -> Grant:
    shop_id, subject_id = open_deed.shop_id, open_deed.subject_id
    read = Reading()
    books: list[Rulebook] = []

    def think() -> dict[str | None, Answer]:
        nonlocal read
        read = _read(
            shop_id=shop_id,
            actor=actor,
            subject_id=subject_id,
            wish=wish,
            now=open_deed.now,
            opens=absent is not None,
        )
        _check_subject(read.facts, actor, subject_id, wish)
        books.append(shops.rulebook(shop_id, read.facts.policy_version))
        return judge(
            rulebook=books[0], facts=read.facts, actor=actor, wish=wish, absent=absent(read.rows) if absent else None
        )

    answers = decided(wish, think)
    permit = permitted(open_deed, wish, actor, subject_id, answers)
    cited = dict.fromkeys(citation for answer in answers.values() for citation in answer.citations)
    open_deed.detail.update(action=wish.action, categories=wish.categories, citations=tuple(cited))
    if wish.proven:
        open_deed.detail["proven"] = wish.proven
    if wish.work in read.facts.broken_glass:
        open_deed.detail["broken_glass"] = True
    return Grant(
        permit=permit,
        deed=open_deed,
        answers={category or "": answer for category, answer in answers.items()},
        facts=read.facts,
        rulebook=books[0],
    )


def permitted(
    open_deed: Deed, wish: Wish, actor: Actor, subject_id: UUID, answers: Mapping[str | None, Answer]
) -> Permit:
    """Make the permit for one person out of answers that allow every category asked for; else RefusedError."""
    refused = refusal(wish, answers)
    if refused is not None or not answers.keys() >= set(wish.categories):
        raise refused or PermissionError("a category has no answer")
    bound = Bound(
        shop_id=open_deed.shop_id,
        subject_id=subject_id,
        actor=actor,
        purpose=wish.purpose or "",
        work=wish.work,
        action=wish.action,
        categories=frozenset(wish.categories),
        entry_id=open_deed.entry_id,
    )
    return Permit(bound, token=permits._GATE)  # noqa: SLF001 - the gate is the one maker of permits


def _check_subject(facts: Facts, actor: Actor, subject_id: UUID, wish: Wish) -> None:
    """Another shop's person, or an erased one, is unknown; a customer asks about themselves only (invariant 8)."""
    if not facts.known or (actor.kind == "customer" and actor.id != str(subject_id)):
        raise RefusedError(
            vi="không tìm thấy khách hàng này trong cửa hàng",
            en="there is no such customer in this shop",
            action=wish.action,
            lacking=("subject",),
            categories=wish.categories,
        )


def attempt(
    *, shop_id: int, actor: Actor, wish: Wish, now: datetime, subject_id: UUID | None = None
) -> dict[str | None, Answer]:
    """Ask before a deed that opens nothing here: selling, exporting, sharing, publishing. A refusal is recorded.

    Raises RefusedError after its entry is committed; the answer to sell, buy, rent, exchange and share never allows.
    """
    known = words().actions
    if wish.action not in known:
        raise ValueError(f"`{wish.action}` is not an action of the word list")
    with watched(shop_id=shop_id, actor=actor, subject_id=subject_id, now=now, purpose=wish.purpose, work=wish.work):
        return decided(wish, lambda: ask(shop_id=shop_id, actor=actor, subject_id=subject_id, wish=wish, now=now))
