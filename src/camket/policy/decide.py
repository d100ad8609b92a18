"""The gate's answer to one question: a few table lookups, no interpreter.

Order: the law's floor; bans that no satisfied promise lifts; then every check of the action must be opened by a promise
whose needs are met. INVARIANT: an error inside anything denies.
"""

from camket.policy.question import Answer, Question, Verdict
from camket.policy.rulebook import Checks, Rulebook, each_bit


def decide(rulebook: Rulebook, question: Question) -> Answer:
    """Allow, deny or gap. Never raises; an unknown word or a broken rulebook is denied with the citation `error`."""
    try:
        return _decide(rulebook, question)
    except Exception:  # noqa: BLE001  (an error inside a rule denies: the gate must never fail open)
        return Answer(Verdict.DENY, "error", rulebook, question, gaps=("error",))


def _decide(rulebook: Rulebook, question: Question) -> Answer:
    action, role, category, purpose, source, channel, recipient, missing = question
    actions, roles, categories, purposes, sources, channels, recipients = rulebook.tables
    matched = (
        actions[action]
        & roles[role]
        & (rulebook.uncategorised[action] if category is None else categories[category])
        & purposes[purpose]
        & sources[source]
        & channels[channel]
        & recipients[recipient]
    )
    unmet = 0
    if missing:
        needing = rulebook.needing
        for fact in missing:
            unmet |= needing[fact]
        unmet &= matched
    checks = (
        rulebook.by_person
        if action == "disclose" and role is not None and role != "system"
        else rulebook.checks[action]
    )
    met = matched ^ unmet
    binding = rulebook.binding & matched
    against = (matched & rulebook.denies) | (binding & unmet)
    if against:
        lifted = _lifted(rulebook, met & checks.union)
        standing = against & (rulebook.law | ~lifted)
        if standing:
            return _refused(rulebook, question, checks, (matched, unmet), standing)
        binding &= ~lifted | rulebook.law
    for mask in checks.masks:
        if not met & mask:
            return _unopened(rulebook, question, checks, matched, unmet)
    if not checks.masks:
        return Answer(Verdict.GAP, "gap", rulebook, question, gaps=("action",))
    return Answer(Verdict.ALLOW, "open", rulebook, question, met & checks.union | binding & ~rulebook.law, binding)


def _lifted(rulebook: Rulebook, openers: int) -> int:
    lifted = 0
    for low in each_bit(openers & rulebook.lifting):
        lifted |= rulebook.lifts[low]
    return lifted


def _refused(rulebook: Rulebook, question: Question, checks: Checks, spoken: tuple[int, int], standing: int) -> Answer:
    """Denied by the law or a ban.

    Cited with a ban: a promise that would lift it but whose needs are missing, and the clause that closes the list of
    purposes where no promise opens this one. `spoken` are the rules matched and unmet.
    """
    matched, unmet = spoken
    would = 0
    for low in each_bit(unmet & checks.union & rulebook.lifting):
        if rulebook.lifts[low] & standing:
            would |= low
    if standing & rulebook.law:
        # What else stands against it would go on standing if the law were satisfied: it is cited too, after the law.
        cited = standing | would
        return Answer(Verdict.DENY, "law", rulebook, question, cited, unmet=cited & unmet)
    cited = standing | would | _closing(rulebook, checks, matched)
    return Answer(Verdict.DENY, "ban", rulebook, question, cited, unmet=cited & unmet)


def _closing(rulebook: Rulebook, checks: Checks, matched: int) -> int:
    """Give the clauses that pledge to keep to the purposes named, where no promise opens the one asked for."""
    asked = checks.names[:1] == ("purpose",)
    return matched & rulebook.closing if asked and not matched & checks.masks[0] else 0


def _unopened(rulebook: Rulebook, question: Question, checks: Checks, matched: int, unmet: int) -> Answer:
    """Tell why no promise opens it: a gap, with the pledge to keep to the purposes named, or facts that are missing."""
    gaps = tuple(name for name, mask in zip(checks.names, checks.masks, strict=True) if not matched & mask)
    if gaps:
        return Answer(Verdict.GAP, "gap", rulebook, question, _closing(rulebook, checks, matched), gaps=gaps)
    closed = 0
    for mask in checks.masks:
        if not matched & ~unmet & mask:
            closed |= unmet & mask
    return Answer(Verdict.DENY, "unmet", rulebook, question, closed, unmet=closed)
