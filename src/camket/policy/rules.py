"""Turns the promises of a policy and the law's floor into rules, each with its reach: what the rulebook is made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from camket.policy.floor import Floor
from camket.policy.kinds import (
    DATA_ACTIONS,
    AccessPromise,
    CollectPromise,
    DutyPromise,
    KeepPromise,
    Listing,
    LockedPromise,
    ModeratePromise,
    NeverPromise,
    Opener,
    Promise,
    PurposePromise,
    SafeguardPromise,
)
from camket.policy.model import Clause, Completion, Policy
from camket.policy.reach import Reach, banned, opened
from camket.policy.words import words

Sort = Literal[
    "law", "ban", "condition", "closing", "purpose", "collect", "data", "contact", "disclose", "access", "right"
]
OPEN_NOTHING: Final = ("law", "ban", "condition", "closing")

LOOKS: Final = frozenset({"read", "edit", "manage", "export", "publish"})
USES: Final = LOOKS | {"disclose", "contact"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, of one sort.

    `law` and `ban` deny; `law` and `condition` deny while a need is missing; `closing` is named where no promise
    opens the purpose; the other sorts open the check of that name.
    """

    sort: Sort
    citation: str
    reach: Reach
    deny: bool = False
    needs: frozenset[str] = frozenset()
    duties: frozenset[str] = frozenset()
    despite: frozenset[str] = frozenset()
    only: str = ""  # for a ban that is the other side of a closed list: the kind of that list


def rules(policy: Policy, floor: Floor) -> tuple[Rule, ...]:
    """All rules in an order that does not depend on the order of the clauses: law, then by citation."""
    law = [Rule("law", r.article, r.reach, deny=r.deny, needs=r.needs, duties=r.duties) for r in floor.rules]
    cited = {part.id: part.citation for part in policy.all_parts()}
    told = [rule for part, promise in policy.promises() for rule in _rules(part, promise, cited)]
    return (*law, *sorted(told, key=lambda rule: (natural(rule.citation), rule.sort, repr(_key(rule)))))


def _key(rule: Rule) -> tuple[object, ...]:
    reach = tuple(sorted(getattr(rule.reach, name) or ()) for name in Reach.__dataclass_fields__)
    return reach, sorted(rule.needs), sorted(rule.duties), sorted(rule.despite), rule.only


def natural(citation: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts `2.9` before `2.10`, and clauses before completions."""
    head = (int(citation.startswith("completion:")), 0, "")
    parts = re.findall(r"\d+|\D+", citation)
    return (head, *((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts))


def _rules(part: Clause | Completion, promise: Promise, cited: dict[str, str]) -> Iterator[Rule]:
    yield from _bans(part.citation, promise)
    yield from _conditions(part.citation, promise)
    reach = opened(promise)
    if reach is None:
        return
    # The loader refuses unknown ids; one can only be missing where a part was taken out (`Policy.without`).
    named = promise.despite if isinstance(promise, Opener) else ()
    despite = frozenset(cited[name] for name in named if name in cited)
    needs = frozenset(promise.needs) if isinstance(promise, Opener) else frozenset()
    duties = frozenset(promise.duties) if isinstance(promise, AccessPromise) else frozenset()
    sort: Sort = "right" if promise.kind == "complain" else promise.kind  # type: ignore[assignment]  # openers' kinds are sorts
    if isinstance(promise, PurposePromise):
        for purposes, more in _by_needs(promise):
            narrowed = Reach(reach.actions, categories=reach.categories, purposes=purposes)
            yield Rule(sort, part.citation, narrowed, needs=needs | more, despite=despite)
    else:
        yield Rule(sort, part.citation, reach, needs=needs, duties=duties, despite=despite)
    if isinstance(promise, CollectPromise) and promise.categories:
        yield Rule("data", part.citation, reach, needs=needs, despite=despite)


def _by_needs(promise: PurposePromise) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Give the purposes of the promise, grouped by the facts that each of them needs by itself or by its basis."""
    groups: dict[frozenset[str], set[str]] = {}
    for purpose in promise.purposes:
        own = frozenset(words().purposes[purpose].needs)
        if promise.basis and promise.basis != "consent":
            own -= {"consent"}
        groups.setdefault(own | ({"consent"} if promise.basis == "consent" else frozenset()), set()).add(purpose)
    return ((frozenset(purposes), needs) for needs, purposes in groups.items())


def _bans(citation: str, promise: Promise) -> Iterator[Rule]:
    reach = banned(promise)
    if reach is not None and isinstance(promise, NeverPromise | LockedPromise | Listing):
        yield Rule("ban", citation, reach, deny=True, only=promise.kind if isinstance(promise, Listing) else "")


def _conditions(citation: str, promise: Promise) -> Iterator[Rule]:
    """Promises that bind what others open: a fact must be there, whoever opens it."""
    if isinstance(promise, SafeguardPromise):
        staff = frozenset(role.id for role in words().roles.values() if role.kind == "staff")
        for fact in {"undertaking", "assignment"} & set(promise.measures):
            yield Rule("condition", citation, Reach(LOOKS, roles=staff), needs=frozenset({fact}))
        if "closed_purposes" in promise.measures:
            yield Rule("closing", citation, Reach(frozenset(DATA_ACTIONS)))
        if "own_server" in promise.measures:
            yield Rule("condition", citation, Reach(frozenset({"store"})), needs=frozenset({"own_server"}))
    elif isinstance(promise, ModeratePromise):
        reach = Reach(frozenset({"publish"}), categories=frozenset(promise.categories))
        yield Rule("condition", citation, reach, needs=frozenset({"moderated"}))
    elif isinstance(promise, KeepPromise) and promise.circulate:
        reach = Reach(USES, categories=frozenset(promise.categories) or None)
        yield Rule("condition", citation, reach, needs=frozenset({"circulating"}))
    elif isinstance(promise, DutyPromise) and "third_party_consent" in promise.customer_duties:
        yield Rule("condition", citation, Reach(frozenset({"collect"})), needs=frozenset({"third_party_consent"}))
