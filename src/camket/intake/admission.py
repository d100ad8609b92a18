"""Which categories a source may supply, and for which purposes.

The gate is asked once per purpose, before anything is stored; what no purpose admits is dropped with its clause.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from camket.base.actor import Actor
from camket.policy import Answer, Question, Rulebook, Verdict, decide, words
from camket.policy.kinds import ChannelPromise, DutyPromise
from camket.vault.actions import Wish
from camket.vault.errors import RefusedError
from camket.vault.facts import Facts
from camket.vault.gate import judge

# Rule 5 of the promises: nobody is refused at the door with a request, a complaint or a report.
TAKEN_FROM_ANYONE: Final = frozenset({"request", "complaint_desk"})


@dataclass(frozen=True, slots=True)
class Dropped:
    """A category that was given and not taken: what the policy says, with its clauses, and what would be needed."""

    category: str
    verdict: Literal["deny", "gap"]
    clauses: tuple[str, ...]
    lacking: tuple[str, ...]
    vi: str
    en: str

    def as_detail(self) -> list[str]:
        """Give what the ledger keeps of it."""
        return [self.verdict, *self.clauses]


@dataclass(frozen=True, slots=True)
class Admission:
    """Purposes by admitted category, and the categories that are not."""

    purposes: Mapping[str, tuple[str, ...]]
    dropped: tuple[Dropped, ...]

    def refusal(self, categories: Iterable[str]) -> RefusedError:
        """Make the error that refuses the whole because these categories are refused."""
        wanted = set(categories)
        found = [one for one in self.dropped if one.category in wanted] or list(self.dropped)
        first = min(found, key=lambda one: one.verdict != "deny")
        return RefusedError(
            vi=first.vi,
            en=first.en,
            action="collect",
            verdict=Verdict.DENY if first.verdict == "deny" else Verdict.GAP,
            citations=tuple(dict.fromkeys(clause for one in found for clause in one.clauses)),
            lacking=tuple(dict.fromkeys(name for one in found for name in one.lacking)),
            categories=tuple(one.category for one in found),
        )


def admit(
    *,
    rulebook: Rulebook,
    facts: Facts,
    actor: Actor,
    source: str,
    categories: Sequence[str],
    unstated: Collection[str] = (),
    proven: frozenset[str] = frozenset(),
) -> Admission:
    """Ask for each category under every purpose that the policy opens.

    `unstated` are categories about a third person without the statement of their consent. A category is admitted for
    exactly the purposes that allow it now; a purpose that still waits for a consent is not among them.
    """
    absent: dict[str | None, Collection[str]] = dict.fromkeys(unstated, ("third_party_consent",))
    admitted: dict[str, list[str]] = {category: [] for category in categories}
    refused: dict[str, dict[str, Answer]] = {category: {} for category in categories}
    for purpose in sorted(rulebook.purposes_open()):
        wish = Wish(action="collect", purpose=purpose, categories=tuple(categories), source=source, proven=proven)
        try:
            answers = judge(rulebook=rulebook, facts=facts, actor=actor, wish=wish, absent=absent)
        except RefusedError as error:
            if "key" not in error.lacking:
                raise
            # The key of this system is for other purposes: what it brings is not taken for this one.
            continue
        for category in categories:
            answer = answers[category]
            if answer.verdict is Verdict.ALLOW:
                admitted[category].append(purpose)
            else:
                refused[category][purpose] = answer
    return Admission(
        {category: tuple(purposes) for category, purposes in admitted.items() if purposes},
        tuple(
            _dropped(rulebook, source, category, refused[category]) for category in categories if not admitted[category]
        ),
    )


def seller_rules(rulebook: Rulebook, channel: str) -> tuple[str, ...]:
    """Name the clauses that put what is sold on this channel under the seller's own rules, beside the shop's."""
    return tuple(
        dict.fromkeys(
            part.citation
            for part, promise in rulebook.policy.promises()
            if isinstance(promise, ChannelPromise) and channel in promise.sales
        )
    )


def not_stated(*, rulebook: Rulebook, source: str, actor: Actor, declared: Collection[str]) -> RefusedError | None:
    """Refuse what a customer sends without stating that it is true, where the policy makes that their duty.

    It binds the customer's own forms, not what staff write down; and never a request or a complaint, which are taken
    from anyone.
    """
    by_staff = actor.kind in {"staff", "owner"} or actor.on_behalf is not None
    if (
        by_staff
        or "truthful_data" in declared
        or source in TAKEN_FROM_ANYONE
        or words().sources[source].by != "customer"
    ):
        return None
    clauses = [
        part
        for part, promise in rulebook.policy.promises()
        if isinstance(promise, DutyPromise) and "truthful_data" in promise.customer_duties
    ]
    if not clauses:
        return None
    return RefusedError(
        vi=f"khách hàng chưa xác nhận rằng thông tin là đúng. “{clauses[0].words('vi')}”",
        en=f"the customer has not stated that the information is true. “{clauses[0].words('en')}”",
        action="collect",
        verdict=Verdict.DENY,
        citations=tuple(dict.fromkeys(part.citation for part in clauses)),
        lacking=("truthful_data",),
    )


def _dropped(rulebook: Rulebook, source: str, category: str, answers: Mapping[str, Answer]) -> Dropped:
    """Tell the most telling refusal.

    Where some purpose would admit the category if a fact were there (a consent, a statement), that is said; else the
    ban or closed list that excludes source or category; else the gap. Where the policy is silent on the source itself,
    that is the reason: a ban under some purpose then speaks of that purpose, not of this way in.
    """
    if not answers:
        vi, en = (
            "khóa truy cập không dùng được cho mục đích nào ở đây",
            "the API key serves no purpose that is open here",
        )
        return Dropped(category, "gap", (), ("key",), vi, en)
    ranked = []
    ideals = {one: decide(rulebook, Question("collect", None, category, one, source)) for one in answers}
    silent = any("source" in ideal.lacking for ideal in ideals.values())
    for purpose, answer in answers.items():
        ideal = ideals[purpose]
        waits = ideal.verdict is Verdict.ALLOW
        shown = answer if waits else ideal
        promotional = words().purposes[purpose].promotional
        ranked.append(
            (not waits, (shown.verdict is Verdict.DENY) is silent, promotional, len(shown.lacking), purpose, shown)
        )
    *_, best = min(ranked, key=lambda one: one[:-1])
    verdict: Literal["deny", "gap"] = "deny" if best.verdict is Verdict.DENY else "gap"
    return Dropped(category, verdict, best.citations, best.lacking, best.reason("vi"), best.reason("en"))
