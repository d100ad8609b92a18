"""Decisions about many people: people about whom the same is known get the same answer, which is worked out once.

INVARIANT 2: an error while deciding about somebody denies them, and only them.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import fields
from typing import Final

from camket.base.actor import Actor
from camket.policy import Answer, Rulebook
from camket.vault import gate
from camket.vault.errors import RefusedError
from camket.vault.facts import Facts
from camket.vault.gate import Wish

Answers = Mapping[str | None, Answer]
Absent = Mapping[str | None, tuple[str, ...]]
# Facts of the shop and the actor: the same for everybody whom one deed is about.
_SHARED: Final = frozenset({
    "agreement", "key_purposes", "key_role", "known", "policy_version", "roles", "settings", "undertaking",
})  # fmt: skip
# Facts of a person: each has a part in `sign` below.
_OWN: Final = frozenset({"broken_glass", "child", "consents", "representative", "restraints", "verified", "works"})
if {field.name for field in fields(Facts)} != _SHARED | _OWN:
    raise TypeError("a new fact is the shop's, or a part of what tells people apart")


def sign(facts: Facts, wish: Wish) -> Hashable:
    """Give what a decision about somebody rests on besides what is shared: equal for two means equal answers."""
    told = sorted(facts.consents, key=lambda one: one[1].number)
    stopped = sorted(facts.restraints)
    return (
        facts.verified,
        facts.child,
        facts.representative,
        wish.work in facts.works,
        wish.work in facts.broken_glass,
        tuple((one.value, one.channel, one.category, one.double) for named, one in told if named == wish.purpose),
        tuple(row[1:] for row in stopped if row[2] in ("", wish.purpose)),
    )


class Decisions:
    """What the gate says, per signature. One of these serves one deed: one rulebook, one actor, one moment."""

    def __init__(self, rulebook: Rulebook, actor: Actor, *, refused_only: frozenset[str] | None = None) -> None:
        self._rulebook = rulebook
        self._actor = actor
        self._refused_only = refused_only
        self._made: dict[Hashable, Answers | RefusedError] = {}

    def answers(self, facts: Facts, wish: Wish, absent: Absent) -> Answers | RefusedError:
        """Answer for one person: the answers where every category is allowed, else the refusal.

        `absent` names facts that the values lack. With `refused_only` (kinds of answers) other refusals do not count.
        """
        place = (sign(facts, wish), wish, tuple(sorted((name or "", lacking) for name, lacking in absent.items())))
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._decide(facts, wish, absent)
        return found

    def _decide(self, facts: Facts, wish: Wish, absent: Absent) -> Answers | RefusedError:
        def think() -> dict[str | None, Answer]:
            lacking: Mapping[str | None, Collection[str]] = absent
            answers = gate.judge(rulebook=self._rulebook, facts=facts, actor=self._actor, wish=wish, absent=lacking)
            if self._refused_only is None:
                return answers
            return {name: answer for name, answer in answers.items() if answer.kind in self._refused_only}

        return attempted(lambda: gate.decided(wish, think))


def attempted(think: Callable[[], Answers]) -> Answers | RefusedError:
    """Give the refusal instead of raising it."""
    try:
        return think()
    except RefusedError as error:
        return error
