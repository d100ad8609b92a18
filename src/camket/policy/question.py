"""A question to the gate, and the answer: allow, deny or gap, with the clauses it rests on."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from camket.policy.floor import FloorRule
    from camket.policy.rulebook import Rulebook


class Question(NamedTuple):
    """One deed to decide on: this role, doing this, with this category, for this purpose, from, through or to this.

    `missing` are the facts that are not established; every other fact counts as met.
    """

    action: str
    role: str | None = None
    category: str | None = None
    purpose: str | None = None
    source: str | None = None
    channel: str | None = None
    recipient: str | None = None
    missing: frozenset[str] = frozenset()


# The dimensions of a question and the family of words each takes.
DIMENSIONS: Final[Mapping[str, str]] = {
    "action": "actions",
    "role": "roles",
    "category": "categories",
    "purpose": "purposes",
    "source": "sources",
    "channel": "channels",
    "recipient": "recipients",
}


class Verdict(StrEnum):
    """Deny: the law, a clause or a closed list excludes it. Gap: no clause speaks to it; refused too."""

    ALLOW = "allow"
    DENY = "deny"
    GAP = "gap"


class Answer:
    """What the gate says. Its reasons are worked out when they are asked for, not when it is made.

    `kind` is why: `open`, `law`, `ban` (a ban or an `only` list), `unmet` (a promise opens it, but a fact is
    missing), `gap` or `error`. A gap of purpose cites the pledge to keep to the purposes named, where there is one.
    """

    __slots__ = ("_cited", "_gaps", "_relied", "_unmet", "kind", "question", "rulebook", "verdict")

    def __init__(  # noqa: PLR0917  (made on the hottest path, where keywords cost a third more)
        self,
        verdict: Verdict,
        kind: str,
        rulebook: "Rulebook",
        question: Question,
        cited: int = 0,
        relied: int = 0,
        unmet: int = 0,
        gaps: tuple[str, ...] = (),
    ) -> None:
        self.verdict = verdict
        self.kind = kind
        self.rulebook = rulebook
        self.question = question
        self._cited = cited
        self._relied = relied
        self._unmet = unmet
        self._gaps = gaps

    @property
    def allowed(self) -> bool:
        return self.verdict is Verdict.ALLOW

    @property
    def citations(self) -> tuple[str, ...]:
        """What the answer rests on, in order: clauses (`2.1`), completions (`completion:c1`), articles (`PDPL-7.6`)."""
        if self.kind == "error":
            return ("error",)
        return self.rulebook.cited(self._cited)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The missing facts that the answer fell on; for a gap the dimensions that no promise speaks to."""
        if self._gaps:
            return self._gaps
        return tuple(sorted(self.rulebook.needed(self._unmet) & self.question.missing)) if self._unmet else ()

    @property
    def articles(self) -> "tuple[FloorRule, ...]":
        """The rules of law among the citations, each once."""
        cited = self.rulebook.cited(self._cited) if self.kind != "error" else ()
        return tuple(rule for citation in cited for rule in self.rulebook.articles(citation, self._cited))

    @property
    def needs(self) -> frozenset[str]:
        """The facts the answer relied on, or for a refusal those that were asked for."""
        return self.rulebook.needed(self._relied | self._cited)

    @property
    def duties(self) -> frozenset[str]:
        """What comes with doing it: `log` always, others where a promise or the law says so. None with a refusal."""
        return self.rulebook.duties(self._relied | self._cited) if self.allowed else frozenset()

    def reason(self, lang: str = "vi") -> str:
        """Give the reason in Vietnamese or English, with the words of the clauses."""
        from camket.policy.explain import reason  # late import: start-up (only those who read the sentences load them)

        return reason(self, lang)

    def as_dict(self) -> dict[str, Any]:
        """For machines: verdict, kind, citations, needs, duties, lacking."""
        return {
            "verdict": self.verdict.value,
            "kind": self.kind,
            "citations": list(self.citations),
            "needs": sorted(self.needs),
            "duties": sorted(self.duties),
            "lacking": list(self.lacking),
        }

    def __bool__(self) -> bool:
        raise TypeError("an answer has three values; compare its verdict")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash((self.verdict, self.kind, self.citations))

    def __repr__(self) -> str:
        return f"Answer({self.verdict.value}, {self.kind}, citations={self.citations}, lacking={self.lacking})"
