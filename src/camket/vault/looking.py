"""Looks and searches: what opens values for people. One read for facts, one for items and keys, one ledger entry."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.values import NORMALISERS, fold
from camket.ledger.actions import deed
from camket.policy import Answer, words
from camket.policy.words import Category
from camket.shops import queries as shops
from camket.shops.actions.work import work_reference
from camket.store.errors import ForgedRowError
from camket.subjects import queries as subjects
from camket.subjects.errors import UnknownSubjectError
from camket.vault import facts as fact_room
from camket.vault import gate, opening
from camket.vault.errors import AmbiguousContactError, VaultError
from camket.vault.gate import Wish
from camket.vault.sealed import Row
from camket.vault.values import Found, Look

MOST_CANDIDATES = 200
# A search tells whether a contact is known and gives a pseudonym; it opens nothing of the person found. What concerns
# that person (consent, restriction, assignment) is asked when they are looked at.
_ASKED_LATER = frozenset(
    {
        "assignment",
        "circulating",
        "consent",
        "double_opt_in",
        "not_objected",
        "not_restricted",
        "order",
        "representative",
        "sensitive_consent",
        "third_party_consent",
        "verified_contact",
    }
)


def look(
    *,
    shop_id: int,
    subject_id: UUID,
    categories: Sequence[str],
    purpose: str,
    work: str | None,
    actor: Actor,
    now: datetime,
    group: UUID | None = None,
    proven: frozenset[str] = frozenset(),
) -> Look:
    """Open values of one person for a purpose and a piece of work (`order:…`), if the gate allows every category.

    A customer looks at their own data with the right `access`. Values whose circulation has ended stay closed and are
    counted. Errors: RefusedError (its entry is committed), SealError when a row was tampered with.
    """
    right = actor.kind == "customer"
    return _look(
        shop_id=shop_id,
        subject_id=subject_id,
        wish=Wish(
            action="access" if right else "read",
            purpose=None if right else purpose,
            categories=tuple(dict.fromkeys(categories)),
            work=work,
            channel="portal" if right else None,
            proven=proven,
        ),
        actor=actor,
        now=now,
        group=group,
    )


def look_by(
    *,
    shop_id: int,
    kind: str,
    text: str,
    categories: Sequence[str],
    purpose: str,
    work: str | None,
    actor: Actor,
    now: datetime,
) -> tuple[UUID, Look]:
    """Open values of the person who has this contact, user name or number: search and look in one deed, one entry.

    The gate is asked for `kind` too, which is opened to compare it. A proven contact names its person; an unproven one
    does where nobody else has it. Errors: those of `look` and `find`; UnknownSubjectError; AmbiguousContactError.
    """
    normalised = NORMALISERS[_searchable(kind, exact=True).normalise](text)
    matches = subjects.by_identifier(shop_id=shop_id, kind=kind, normalised=normalised)
    people = {match.subject_id for match in matches}
    if matches and (matches[0].verified or len(people) == 1):
        asked = tuple(dict.fromkeys(categories))
        match = matches[0]
        wish = Wish(action="read", purpose=purpose, categories=tuple(dict.fromkeys((*asked, kind))), work=work)
        with suppress(UnknownSubjectError):
            found = _look(
                shop_id=shop_id,
                subject_id=match.subject_id,
                wish=wish,
                actor=actor,
                now=now,
                known_by=(match, normalised),
            )
            return match.subject_id, replace(found, values=[one for one in found.values if one.category in asked])
    find(shop_id=shop_id, kind=kind, text=text, purpose=purpose, work=work, actor=actor, now=now)
    raise AmbiguousContactError if len(people) > 1 else UnknownSubjectError


def _look(
    *,
    shop_id: int,
    subject_id: UUID,
    wish: Wish,
    actor: Actor,
    now: datetime,
    group: UUID | None = None,
    known_by: tuple[subjects.Match, str] | None = None,
) -> Look:
    now_ms = to_ms(now)
    rows: list[Row] = []

    def absent(found: Sequence[Row]) -> Mapping[str | None, Collection[str]]:
        rows.extend(row for row in found if group is None or row[0].group_id == group)
        return stale(rows, now_ms)

    with gate.granted(
        shop_id=shop_id, subject_id=subject_id, wish=wish, event="item.looked", actor=actor, now=now, absent=absent
    ) as grant:
        if known_by is not None:
            _require_said(rows, *known_by)
        kept = [row for row in rows if open_for_use(row, grant.answers, now_ms)]
        masked = frozenset(name for name, answer in grant.answers.items() if "mask" in answer.duties)
        duties = frozenset().union(*(answer.duties for answer in grant.answers.values()))
        seen = opening.open_rows(grant.permit, kept, masked=masked)
        grant.deed.detail.update(items=[item.id for item, _ in kept])
        if duties - {"log"}:
            grant.deed.detail["duties"] = duties
        entry_id = grant.deed.entry_id
    return Look(values=seen, entry_id=entry_id, answers=grant.answers, duties=duties, withheld=len(rows) - len(kept))


def _require_said(rows: Sequence[Row], match: subjects.Match, text: str) -> None:
    """Require that the value by which somebody was found is theirs: a planted look-up row opens nothing."""
    if not any(item.id == match.item_id for item, _ in rows):
        raise UnknownSubjectError  # its period is over: nobody has the contact any more
    if not opening.among(rows, match, text):
        raise ForgedRowError


def stale(rows: Sequence[Row], now_ms: int) -> dict[str | None, tuple[str, ...]]:
    """Tell which categories lack the fact `circulating`: those of which every value has left circulation."""
    fresh = {item.category for item, _ in rows if item.circulates_until is None or item.circulates_until > now_ms}
    return {item.category: ("circulating",) for item, _ in rows if item.category not in fresh}


def open_for_use(row: Row, answers: Mapping[str, Answer], now_ms: int) -> bool:
    """Tell whether a value may be opened although its circulation may have ended."""
    item, _ = row
    if item.circulates_until is None or item.circulates_until > now_ms:
        return True
    return "circulating" not in answers[item.category].needs


def find(
    *, shop_id: int, kind: str, text: str, purpose: str, work: str | None, actor: Actor, now: datetime
) -> list[Found]:
    """Find people by a contact, user name, number or name. `kind` is a category that has an index.

    The searcher's role and undertaking must open the category for the purpose. The entry names everybody whose name
    was opened to compare it (invariant 15). Errors: RefusedError, BadValueError, VaultError for an unindexed kind.
    """
    pack = _searchable(kind)
    if work is not None:
        work_reference(work)
    wish = Wish(action="read", purpose=purpose, categories=(kind,), work=work)
    with (
        gate.watched(shop_id=shop_id, actor=actor, subject_id=None, now=now, purpose=purpose, work=work),
        deed(shop_id=shop_id, event="item.found", actor=actor, now=now, purpose=purpose, work=work, bulk=True) as made,
    ):
        gate.decided(wish, lambda: _may_search(shop_id, actor, wish, now))
        normalised = NORMALISERS[pack.normalise](text)
        if pack.index == "exact":
            matches = [
                match
                for match in subjects.by_identifier(shop_id=shop_id, kind=kind, normalised=normalised)
                if opening.says(match, shop_id=shop_id, kind=kind, text=normalised, now_ms=to_ms(now))
            ]
            found = [Found(match.subject_id, match.item_id, match.verified) for match in matches]
            opened = [match.subject_id for match in matches]
        else:
            found, opened = _by_name(shop_id, kind, normalised, now)
        for subject_id in opened:
            made.member(subject_id)
        made.detail.update(kind=kind, found=len(found), opened=len(opened))
    return found


def _searchable(kind: str, *, exact: bool = False) -> Category:
    pack = words().categories.get(kind)
    if pack is None or not pack.index or (exact and pack.index != "exact"):
        raise VaultError(
            "không tìm được theo loại dữ liệu này",
            "this category cannot be searched",
            "tìm theo điện thoại, email, tên đăng nhập, số đơn hoặc tên",
            "search by phone, email, user name, order number or name",
            "not_searchable",
            field="kind",
        )
    return pack


def _may_search(shop_id: int, actor: Actor, wish: Wish, now: datetime) -> dict[str | None, Answer]:
    facts = fact_room.collect(shop_id=shop_id, actor=actor, subject_id=None, now_ms=to_ms(now))
    rulebook = shops.rulebook(shop_id, facts.policy_version)
    return gate.judge(rulebook=rulebook, facts=facts, actor=actor, wish=wish, present=_ASKED_LATER)


def _by_name(shop_id: int, kind: str, name: str, now: datetime) -> tuple[list[Found], list[UUID]]:
    """Open the candidates' names inside the vault and keep those that fit: same given name, all words among theirs."""
    wanted = fold(name).split()
    candidates = subjects.by_name(shop_id=shop_id, name=name, limit=MOST_CANDIDATES)
    found: list[Found] = []
    for match in candidates:
        rows = opening.read(shop_id=shop_id, subject_id=match.subject_id, categories=(kind,), now_ms=to_ms(now))
        for item, wrapped in rows:
            held = fold(opening.unlocked(item, wrapped, {})).split()
            if item.id == match.item_id and held[-1:] == wanted[-1:] and set(wanted) <= set(held):
                found.append(Found(match.subject_id, item.id, item.verified))
    return found, [match.subject_id for match in candidates]
