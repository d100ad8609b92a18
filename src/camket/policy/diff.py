"""What a new version of a policy changes, in words and for whom; and which consents it touches.

A consent is touched when what it was given for becomes wider: then it is asked again (CPL-18.1). Everything else that
changes is told, not asked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from camket.policy import period
from camket.policy.kinds import (
    CollectPromise,
    ContactPromise,
    DisclosePromise,
    NeverPromise,
    Promise,
    PurposePromise,
)
from camket.policy.model import Policy
from camket.policy.reading import basis_of, identity, of_kind, retention_rules, rights
from camket.policy.render import FACTS_OF_IDENTITY, listed, pick, promise_line
from camket.policy.words import words

Kind = Literal["wider", "narrower", "text"]
P = TypeVar("P", bound=Promise)
Grants = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    `wider` takes more from customers or gives them less; `touches` are purposes to be consented to again; `citations`
    are the clauses of the new version (of the old one for what is gone).
    """

    code: str
    kind: Kind
    vi: str
    en: str
    citations: tuple[str, ...] = ()
    touches: frozenset[str] = frozenset()

    def words(self, lang: str) -> str:
        return self.en if lang == "en" else self.vi


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes between two versions, the wider ones first."""

    changes: tuple[Change, ...]

    @property
    def ask_again(self) -> frozenset[str]:
        """Purposes whose consents no longer say what the customer agreed to."""
        return frozenset().union(*(change.touches for change in self.changes))

    @property
    def notify(self) -> bool:
        """Whether customers are to be told."""
        return bool(self.changes)


def diff(old: Policy, new: Policy) -> Difference:
    """Tell what changes from the old version to the new one."""
    found = [
        *_purposes(old, new),
        *_grants(old, new, GRANTS["source"], _sources),
        *_grants(old, new, GRANTS["category"], _categories),
        *_grants(old, new, GRANTS["recipient"], _recipients),
        *_grants(old, new, GRANTS["channel"], _channels),
        *_periods(old, new),
        *_rights(old, new),
        *_bans(old, new),
        *_identity(old, new),
        *_texts(old, new),
    ]
    order = ("wider", "narrower", "text")
    return Difference(tuple(sorted(found, key=lambda change: order.index(change.kind))))


def _named(family: str, ids: frozenset[str], lang: str) -> str:
    return listed(family, ids, lang) if ids else ""


def _asked(policy: Policy, purposes: frozenset[str]) -> frozenset[str]:
    """Those purposes that rest on consent."""
    return frozenset(purpose for purpose in purposes if basis_of(policy, purpose) == "consent")


def _purposes(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = _opened(old), _opened(new)
    for purpose in sorted(after.keys() - before.keys()):
        name = words().purposes[purpose]
        yield Change(
            "new_purpose",
            "wider",
            f"mục đích mới: {name.vi}; ảnh hưởng đến mọi khách hàng",
            f"new purpose: {name.en}; it concerns every customer",
            after[purpose],
            _asked(new, frozenset({purpose})),
        )
    for purpose in sorted(before.keys() - after.keys()):
        name = words().purposes[purpose]
        yield Change(
            "dropped_purpose", "narrower", f"bỏ mục đích: {name.vi}", f"purpose dropped: {name.en}", before[purpose]
        )


def _opened(policy: Policy) -> dict[str, tuple[str, ...]]:
    opened: dict[str, tuple[str, ...]] = {}
    for citation, promise in of_kind(policy, PurposePromise):
        for purpose in promise.purposes:
            opened[purpose] = (*opened.get(purpose, ()), citation)
    return opened


@dataclass(frozen=True, slots=True)
class Grant:
    """How a widened kind of promise is told."""

    code: str
    family: str
    vi: str
    en: str


GRANTS: Final[Mapping[str, Grant]] = {
    "source": Grant("source", "sources", "thu thập từ", "collected from"),
    "category": Grant("category", "categories", "loại dữ liệu được thu thập", "data collected"),
    "recipient": Grant("recipient", "recipients", "cung cấp cho", "given to"),
    "channel": Grant("channel", "channels", "liên hệ qua", "contacted by"),
}


def _all_purposes(policy: Policy, named: tuple[str, ...]) -> frozenset[str]:
    return frozenset(named) or frozenset(_opened(policy))


def _gather(policy: Policy, kind: type[P], field: Callable[[P], tuple[str, ...]]) -> Grants:
    """Per word the purposes it is open for."""
    found: dict[str, frozenset[str]] = {}
    for _, promise in of_kind(policy, kind):
        purposes = _all_purposes(policy, getattr(promise, "purposes", ()))
        for word in field(promise):
            found[word] = found.get(word, frozenset()) | purposes
    return found


def _sources(policy: Policy) -> Grants:
    return _gather(policy, CollectPromise, lambda promise: promise.sources)


def _categories(policy: Policy) -> Grants:
    return _gather(policy, CollectPromise, lambda promise: promise.categories)


def _recipients(policy: Policy) -> Grants:
    return _gather(policy, DisclosePromise, lambda promise: promise.recipients)


def _channels(policy: Policy) -> Grants:
    return _gather(policy, ContactPromise, lambda promise: promise.channels)


def _grants(old: Policy, new: Policy, grant: Grant, read: Callable[[Policy], Grants]) -> Iterator[Change]:
    before, after = read(old), read(new)
    for word in sorted(after):
        more = after[word] - before.get(word, frozenset())
        if word not in before or more & frozenset(_opened(old)):
            touched = after[word] if word not in before else more
            yield _granted(new, grant, word, touched, fresh=word not in before)
    for word in sorted(before.keys() - after.keys()):
        vi, en = words().name(grant.family, word, "vi"), words().name(grant.family, word, "en")
        yield Change(f"dropped_{grant.code}", "narrower", f"bỏ {grant.vi}: {vi}", f"dropped, {grant.en}: {en}")


def _granted(new: Policy, grant: Grant, word: str, purposes: frozenset[str], *, fresh: bool) -> Change:
    vi, en = words().name(grant.family, word, "vi"), words().name(grant.family, word, "en")
    for_vi, for_en = _named("purposes", purposes, "vi"), _named("purposes", purposes, "en")
    return Change(
        f"new_{grant.code}" if fresh else f"wider_{grant.code}",
        "wider",
        f"{'mới: ' if fresh else 'thêm mục đích, '}{grant.vi}: {vi}; cho mục đích: {for_vi}",
        f"{'new: ' if fresh else 'for more purposes, '}{grant.en}: {en}; for: {for_en}",
        touches=_asked(new, purposes),
    )


def _periods(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = _longest(old), _longest(new)
    changed: dict[tuple[str, str], set[str]] = {}
    for category in words().categories:
        was, now = before.get(category, ""), after.get(category, "")
        if was != now:
            changed.setdefault((was, now), set()).add(category)
    for (was, now), categories in sorted(changed.items()):
        yield _period(new, was, now, frozenset(categories))


PERIODS: Final[Mapping[str, tuple[str, str]]] = {
    "longer_period": ("lưu giữ lâu hơn", "kept longer"),
    "shorter_period": ("lưu giữ ngắn hơn", "kept shorter"),
    "new_period": ("nêu thời hạn lưu giữ", "a period is given"),
    "dropped_period": ("không còn nêu thời hạn lưu giữ", "no period is given any more"),
}


def _period(new: Policy, was: str, now: str, categories: frozenset[str]) -> Change:
    longer = _days(now) > _days(was)
    code = "new_period" if not was else "dropped_period" if not now else "longer_period" if longer else "shorter_period"
    wider = code in ("longer_period", "dropped_period") or now == "∞"
    vi, en = PERIODS[code]
    return Change(
        code,
        "wider" if wider else "narrower",
        f"{vi}: {listed('categories', categories, 'vi')}: {_length(was, 'vi')} → {_length(now, 'vi')}",
        f"{en}: {listed('categories', categories, 'en')}: {_length(was, 'en')} → {_length(now, 'en')}",
        touches=_purposes_of(new, categories) if wider else frozenset(),
    )


def _purposes_of(policy: Policy, categories: frozenset[str]) -> frozenset[str]:
    """Consent-based purposes that work with any of these categories."""
    found: frozenset[str] = frozenset()
    for _, promise in of_kind(policy, CollectPromise):
        if categories & set(promise.categories):
            found |= _all_purposes(policy, promise.purposes)
    return _asked(policy, found)


def _longest(policy: Policy) -> dict[str, str]:
    """Per category the longest period that runs: an ISO period, or `∞` where none ends it."""
    found: dict[str, str] = {}
    for rule in retention_rules(policy):
        if rule.overruled or not (rule.period or rule.forever):
            continue
        length = rule.period or "∞"
        for category in rule.categories or words().categories:
            if _days(length) > _days(found.get(category, "")):
                found[category] = length
    return found


def _days(length: str) -> float:
    if length == "∞":
        return float("inf")
    known = period.parse(length) if length else None
    return known.about_days if known else 0


def _length(length: str, lang: str) -> str:
    if length == "∞":
        return "without an end" if lang == "en" else "không có thời hạn"
    known = period.parse(length) if length else None
    if known is None:
        return "not said" if lang == "en" else "không nêu"
    return known.name(lang)


def _rights(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = rights(old), rights(new)
    for right in sorted(before.keys() | after.keys()):
        vi, en = words().name("rights", right, "vi"), words().name("rights", right, "en")
        was, now = before.get(right, frozenset()), after.get(right, frozenset())
        if right not in after:
            yield Change("dropped_right", "wider", f"khách hàng mất quyền: {vi}", f"customers lose a right: {en}")
        elif right not in before:
            yield Change("new_right", "narrower", f"khách hàng có thêm quyền: {vi}", f"customers gain a right: {en}")
        elif was != now:
            yield _ways(right, was - now, now - was)


def _ways(right: str, lost: frozenset[str], gained: frozenset[str]) -> Change:
    vi, en = words().name("rights", right, "vi"), words().name("rights", right, "en")
    ways_vi, ways_en = listed("channels", lost or gained, "vi"), listed("channels", lost or gained, "en")
    if lost:
        return Change(
            "fewer_ways",
            "wider",
            f"khách hàng không còn {vi} qua: {ways_vi}",
            f"customers can no longer {en} through: {ways_en}",
        )
    return Change(
        "more_ways", "narrower", f"khách hàng {vi} thêm qua: {ways_vi}", f"customers also {en} through: {ways_en}"
    )


def _bans(old: Policy, new: Policy) -> Iterator[Change]:
    before = {promise for _, promise in of_kind(old, NeverPromise)}
    after = {promise for _, promise in of_kind(new, NeverPromise)}
    for promise in sorted(before - after, key=repr):
        yield Change(
            "dropped_ban",
            "wider",
            f"bỏ điều cấm: {promise_line(promise, 'vi')}",
            f"a ban is dropped: {promise_line(promise, 'en')}",
            touches=_asked(new, frozenset(promise.purposes)),
        )
    for promise in sorted(after - before, key=repr):
        yield Change(
            "new_ban",
            "narrower",
            f"thêm điều cấm: {promise_line(promise, 'vi')}",
            f"a new ban: {promise_line(promise, 'en')}",
        )


def _identity(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = identity(old), identity(new)
    changed = [name for name in FACTS_OF_IDENTITY if before.get(name) != after.get(name)]
    if changed:
        names_vi = ", ".join(pick(FACTS_OF_IDENTITY[name], "vi") for name in changed)
        names_en = ", ".join(pick(FACTS_OF_IDENTITY[name], "en") for name in changed)
        yield Change(
            "identity", "text", f"bên kiểm soát dữ liệu đổi: {names_vi}", f"the controller changes its: {names_en}"
        )


def _texts(old: Policy, new: Policy) -> Iterator[Change]:
    """Clauses whose words changed; whether anything else changed with them is told by the other changes."""
    before = {clause.id: (clause.heading, clause.text, clause.en) for clause in old.clauses}
    after = {clause.id: (clause.heading, clause.text, clause.en) for clause in new.clauses}
    for code, ids, vi, en in (
        (
            "text_changed",
            [i for i in after if i in before and after[i] != before[i]],
            "sửa chữ ở điều khoản",
            "reworded clause",
        ),
        ("text_added", [i for i in after if i not in before], "thêm điều khoản", "added clause"),
        ("text_removed", [i for i in before if i not in after], "bỏ điều khoản", "removed clause"),
    ):
        if ids:
            yield Change(code, "text", f"{vi}: {', '.join(ids)}", f"{en}: {', '.join(ids)}", tuple(ids))
