"""What is wrong or missing in a policy that can be read: clashes, sentences the law sets aside, what it lacks to trade.

This is the part that stops a policy from being adopted. The checker with all clocks and dossiers is another page.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from camket.policy.floor import Floor
from camket.policy.kinds import (
    AccessPromise,
    CollectPromise,
    IdentityPromise,
    KeepPromise,
    Listing,
    Opener,
    Promise,
    PurposePromise,
)
from camket.policy.model import Clause, Completion, Policy
from camket.policy.reach import DIMENSIONS, MAIN, Reach, banned, opened
from camket.policy.reading import identity, of_kind, retention_rules, rights
from camket.policy.render import listed
from camket.policy.rulebook import Rulebook, compile_rulebook
from camket.policy.rules import natural
from camket.policy.words import words

Level = Literal["error", "blocking", "clash", "overruled", "note"]
LEVELS: Final[tuple[Level, ...]] = ("error", "blocking", "clash", "overruled", "note")

# The requests that the law lets nobody leave without a way (PDPL-4.1, D248-5.1e and g).
NEEDED_RIGHTS: Final = ("access", "correct", "erase", "restrict", "object", "withdraw", "copy")
DOCUMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "payment_policy": ("chính sách bảo mật thông tin thanh toán", "the policy on payment information"),
}
SECRET: Final = re.compile(r"tuyệt mật|bí mật nội bộ|top secret", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    `error`: cannot run. `blocking`: a new version with it is refused. `clash`: two sentences against each other.
    `overruled`: a sentence the law sets aside. `note`: worth knowing.
    """

    level: Level
    clauses: tuple[str, ...]
    vi: str
    en: str
    article: str = ""
    code: str = ""
    settled: bool = field(default=False)

    def words(self, lang: str) -> str:
        return self.en if lang == "en" else self.vi


def check(policy: Policy, floor: Floor) -> list[Finding]:
    """Every finding, the heaviest first."""
    clashes = list(_clashes(policy))
    told = {one.clauses for one in clashes}
    found = [*requirements(policy, floor), *clashes, *_overruled(policy), *_unpublishable(policy), *_unwritten(policy)]
    found += _idle(policy)
    found += [one for one in _unlisted(policy) if one.clauses not in told]
    return sorted(
        found, key=lambda one: (LEVELS.index(one.level), [natural(clause) for clause in one.clauses], one.code)
    )


def requirements(policy: Policy, floor: Floor) -> list[Finding]:
    """Tell what the policy lacks to trade; empty when it is complete."""
    rulebook = compile_rulebook(policy, floor)
    return [*_identity(policy), *_scope(policy, rulebook), *_periods(policy), *_ways(policy)]


def _lack(code: str, article: str, vi: str, en: str, clauses: tuple[str, ...] = ()) -> Finding:
    return Finding("blocking", clauses, vi, en, article, code)


def _identity(policy: Policy) -> Iterator[Finding]:
    known = identity(policy)
    if "name" not in known:
        yield _lack("no_name", "PDPL-9.2b", "chưa có tên bên kiểm soát dữ liệu", "the controller has no name")
    elif blank := tuple(cited for cited, one in of_kind(policy, IdentityPromise) if "[" in (one.name or "")):
        yield _lack(
            "no_legal_name",
            "PDPL-9.2b",
            f"chưa có tên pháp lý của bên kiểm soát dữ liệu, mới chỉ có “{known['name']}”",
            f"the controller has no legal name yet, only “{known['name']}”",
            blank,
        )
    if "address" not in known:
        yield _lack("no_address", "D52-69.1đ", "chưa có địa chỉ của đơn vị", "the controller has no address")
    if not {"email", "phone", "hotline"} & set(known):
        yield _lack(
            "no_contact", "ECL-11.1", "chưa có cách liên hệ (email, điện thoại)", "there is no contact (email, phone)"
        )


def _scope(policy: Policy, rulebook: Rulebook) -> Iterator[Finding]:
    if not rulebook.purposes_open():
        yield _lack("no_purpose", "D248-5.1", "chưa mở mục đích nào", "no purpose is open")
    if not rulebook.sources_open():
        yield _lack("no_source", "D248-5.1", "chưa mở nguồn thu thập nào", "no source is open")
    if not any(rule.sort == "access" for rule in rulebook.rules):
        yield _lack("no_role", "D248-5.1", "chưa nêu ai được tiếp cận dữ liệu", "nobody is named who may open data")
    if not any(promise.kind == "safeguard" for _, promise in policy.promises()):
        yield _lack("no_safeguard", "D248-5.1đ", "chưa nêu biện pháp bảo vệ", "no safeguard is named")


def _periods(policy: Policy) -> Iterator[Finding]:
    covered: set[str] = set()
    for rule in retention_rules(policy):
        if rule.finite and not rule.overruled:
            covered |= rule.categories or set(words().categories)
        if rule.forever and not rule.overruled:
            yield _lack(
                "forever",
                "PDPL-3.3",
                "lưu giữ không có thời hạn trái luật; cần ghi `overruled` và thời hạn thay thế",
                "keeping without an end is against the law; mark it `overruled` and give the period that runs instead",
                (rule.citation,),
            )
    without = collected(policy) - covered
    if without:
        yield _lack(
            "no_period",
            "CPL-16.1",
            f"chưa có thời hạn hữu hạn cho: {listed('categories', frozenset(without), 'vi')}",
            f"there is no finite period for: {listed('categories', frozenset(without), 'en')}",
        )


def collected(policy: Policy) -> frozenset[str]:
    """Categories that some `collect` promise names."""
    found: set[str] = set()
    for _, promise in of_kind(policy, CollectPromise):
        found |= set(promise.categories)
    return frozenset(word for word in found if words().categories[word].sensitivity != "forbidden")


def _ways(policy: Policy) -> Iterator[Finding]:
    given = rights(policy)
    missing = tuple(right for right in NEEDED_RIGHTS if right not in given)
    if missing:
        yield _lack(
            "no_right",
            "D356-5.1",
            f"chưa có cách để khách hàng: {listed('rights', missing, 'vi')}",
            f"there is no way for customers to: {listed('rights', missing, 'en')}",
        )
    if "complain" not in given:
        yield _lack("no_complaint", "D248-5.1h", "chưa có kênh tiếp nhận khiếu nại", "there is no complaint channel")
    promotional = {word.id for word in words().purposes.values() if word.promotional}
    advertises = any(promotional & set(p.purposes) for _, p in of_kind(policy, PurposePromise))
    if advertises and not {"stop_advertising", "withdraw"} & set(given):
        yield _lack(
            "no_opt_out", "SPAM-13.4", "quảng cáo mà không có cách ngừng nhận", "it advertises without a way to stop it"
        )


def _clashes(policy: Policy) -> Iterator[Finding]:
    """Sentences of the text where one forbids what another opens, settled or not; and completions that open nothing."""
    bans = [(part, promise, reach) for part, promise in policy.promises() if (reach := banned(promise))]
    openers = [(part, promise, reach) for part, promise in policy.promises() if (reach := _told(promise))]
    seen: set[tuple[str, str]] = set()
    for part, opener, reach in openers:
        for other, ban, denied in bans:
            pair = (part.citation, other.citation)
            if part is other or pair in seen or not _contradict(ban, denied, opener, reach):
                continue
            seen.add(pair)
            if isinstance(part, Clause) and isinstance(other, Clause):
                yield _clash(policy, part, other, denied, reach)
            elif isinstance(part, Completion) and not _lifts(opener, ban, other.id) and denied.covers(reach):
                yield _void(part, other)


def _told(promise: Promise) -> Reach | None:
    """Tell what the sentence itself opens.

    That who may read may also give away, if a recipient is open, is not its word.
    """
    reach = opened(promise)
    if reach is None or not isinstance(promise, AccessPromise):
        return reach
    return replace(reach, actions=(reach.actions or frozenset()) - {"disclose"})


def _contradict(ban: Promise, denied: Reach, opener: Promise, reach: Reach) -> bool:
    """Whether one sentence forbids what the other names.

    A ban that only narrows what the other leaves open is no clash.
    """
    if not denied.overlaps(reach) or (isinstance(ban, Listing) and ban.kind != opener.kind):
        return False
    narrowed = any(
        getattr(denied, name) is not None and getattr(reach, name) is None
        for name in DIMENSIONS
        if name not in ("actions", MAIN[opener.kind])
    )
    return not narrowed and (isinstance(ban, Listing) or _governs(ban, opener))


def _governs(ban: Promise, opener: Promise) -> bool:
    return opener.kind != "purpose" or bool(getattr(ban, "purposes", ()))


def _lifts(opener: Promise, ban: Promise, ban_id: str) -> bool:
    return isinstance(opener, Opener) and ban_id in opener.despite and _governs(ban, opener)


def _clash(policy: Policy, part: Clause, other: Clause, denied: Reach, reach: Reach) -> Finding:
    """Report that `part` opens what `other` forbids; settled where an exception (text or completion) names the ban."""
    named = {
        holder.citation
        for holder, promise in policy.promises()
        if isinstance(promise, Opener) and other.id in promise.despite
        if (opens := opened(promise)) and denied.overlaps(opens) and reach.overlaps(opens)
    }
    if named:
        how = part.id if part.citation in named else ", ".join(sorted(named, key=natural))
        return Finding(
            "clash",
            (part.id, other.id),
            f"điều khoản {part.id} cho phép điều mà {other.id} không cho phép; ngoại lệ được mở ở {how}",
            f"clause {part.id} opens what {other.id} forbids; the exception is opened by {how}",
            code="clash_settled",
            settled=True,
        )
    return Finding(
        "clash",
        (part.id, other.id),
        f"điều khoản {part.id} cho phép điều mà {other.id} không cho phép; "
        "điều hẹp hơn được áp dụng cho đến khi cửa hàng bổ sung",
        f"clause {part.id} opens what {other.id} forbids; the narrower runs until the shop completes it",
        code="clash",
    )


def _unlisted(policy: Policy) -> Iterator[Finding]:
    """Find sentences that work for purposes which no sentence of the text names: they stand against its lists."""
    told = [(clause, promise) for clause in policy.clauses for promise in clause.promises]
    listing = [(clause, promise) for clause, promise in told if isinstance(promise, PurposePromise)]
    known = {purpose for _, promise in listing for purpose in promise.purposes}
    for clause, promise in told:
        wanted = set(getattr(promise, "purposes", ()))
        if not isinstance(promise, CollectPromise) or not wanted or wanted & known:
            continue
        others = [one for one, _ in listing]
        others += [
            one for one, p in told if isinstance(p, CollectPromise) and not set(p.sources) & set(promise.sources)
        ]
        for other in dict.fromkeys(one.id for one in others if one is not clause):
            yield Finding(
                "clash",
                (clause.id, other),
                f"điều khoản {clause.id} nêu việc mà danh sách ở {other} không có",
                f"clause {clause.id} speaks of what the list of {other} does not name",
                code="unlisted",
            )


def _void(part: Completion, other: Clause | Completion) -> Finding:
    return Finding(
        "note",
        (part.citation, other.citation),
        f"phần bổ sung {part.id} có phần không mở được gì vì {other.id} cấm; nếu là ngoại lệ, thêm `despite`",
        f"part of completion {part.id} opens nothing: {other.id} forbids it; if it is the exception, add `despite`",
        code="void_completion",
    )


def _overruled(policy: Policy) -> Iterator[Finding]:
    for clause in policy.clauses:
        if clause.overruled:
            law = ", ".join(clause.overruled.law)
            instead = ", ".join(clause.overruled.instead)
            yield Finding(
                "overruled",
                (clause.id,),
                f"điều khoản {clause.id} bị luật thay thế ({law})" + (f"; thay bằng {instead}" if instead else ""),
                f"clause {clause.id} is overruled by law ({law})"
                + (f"; what runs instead: {instead}" if instead else ""),
                clause.overruled.law[0],
                "overruled",
            )


def _unpublishable(policy: Policy) -> Iterator[Finding]:
    """Give a rule about keeping that is declared secret cannot be published: the period has to be."""
    for clause in policy.clauses:
        secret = SECRET.search(clause.text or "")
        marked = clause.overruled is not None and "CPL-16.2" in clause.overruled.law
        if marked or (secret and any(isinstance(promise, KeepPromise) for promise in clause.promises)):
            yield Finding(
                "blocking",
                (clause.id,),
                f"điều khoản {clause.id} giữ bí mật quy định về thời gian lưu trữ; thời gian lưu trữ phải được công bố",
                f"clause {clause.id} keeps the rule about retention secret; the period must be published",
                "CPL-16.2",
                "secret_period",
            )


def _unwritten(policy: Policy) -> Iterator[Finding]:
    """Find other pages that a sentence says are published, and of which the policy does not say where."""
    for clause in policy.clauses:
        for document in clause.documents:
            if getattr(policy.documents, document) is None:
                vi, en = DOCUMENTS[document]
                yield Finding(
                    "blocking",
                    (clause.id,),
                    f"điều khoản {clause.id} nói {vi} đã được công bố; chưa thấy: ghi địa chỉ vào `documents`",
                    f"clause {clause.id} says that {en} is published; it is missing: give its address in `documents`",
                    "D248-5.1",
                    f"no_{document}",
                )


def _idle(policy: Policy) -> Iterator[Finding]:
    """Exceptions to clauses that forbid nothing."""
    forbidding = {part.id for part, promise in policy.promises() if banned(promise)} | _conditional(policy)
    for part, promise in policy.promises():
        for name in promise.despite if isinstance(promise, Opener) else ():
            if name not in forbidding:
                yield Finding(
                    "note",
                    (part.citation, name),
                    f"{part.id} nêu ngoại lệ của {name}, nhưng {name} không cấm gì",
                    f"{part.id} names an exception to {name}, but {name} forbids nothing",
                    code="idle_despite",
                )


def _conditional(policy: Policy) -> set[str]:
    binding = ("safeguard", "moderate", "duty", "keep")
    return {part.id for part, promise in policy.promises() if promise.kind in binding}
