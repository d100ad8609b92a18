"""Retention classes: what must end together. One rule of the rulebook and its anchoring event make one class.

INVARIANT 5: items of one class share one key; when the class ends, the key is destroyed and all of them are gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from camket.base.clock import Period, to_ms
from camket.policy import Rulebook
from camket.policy.period import parse
from camket.policy.reading import RetentionRule

NO_RULE = "-"
Found = tuple[RetentionRule | None, str | None]
_MOST_RULES = 4096
_rules: dict[tuple[str, str], Found] = {}


@dataclass(frozen=True, slots=True)
class Retention:
    """Where an item belongs: its class (`citation:event`), and the dates known now, in milliseconds."""

    name: str
    expires_at: int | None
    circulates_until: int | None


def retention(*, rulebook: Rulebook, category: str, collected: datetime, anchors: Mapping[str, datetime]) -> Retention:
    """Find the class of a category. An anchor that has not happened yet leaves the date open, named in the class.

    Of several finite rules the shortest runs (rule 1 of the promises: the shortest clock wins).
    """
    rule, circulate = _rule(rulebook, category)
    moments = {"collected": collected, **anchors}
    expires: int | None = None
    name = NO_RULE
    if rule is not None:
        name = f"{rule.citation}:{rule.after or rule.until or 'forever'}"
        anchor = moments.get(rule.after or "")
        if rule.period is not None and anchor is not None:
            expires = to_ms(Period.parse(rule.period).after(anchor))
    until = to_ms(Period.parse(circulate).after(collected)) if circulate else None
    return Retention(name=name, expires_at=expires, circulates_until=until)


def _rule(rulebook: Rulebook, category: str) -> Found:
    place = (rulebook.version, category)
    found = _rules.get(place)
    if found is None:
        if len(_rules) >= _MOST_RULES:
            _rules.clear()
        found = _rules[place] = _find(rulebook, category)
    return found


def _find(rulebook: Rulebook, category: str) -> Found:
    speaking = [
        rule
        for rule in rulebook.retention_rules()
        if not rule.overruled and (not rule.categories or category in rule.categories)
    ]
    finite = sorted((rule for rule in speaking if rule.finite), key=_length)
    circulate = min((rule.circulate for rule in speaking if rule.circulate), key=_days, default=None)
    if finite:
        return finite[0], circulate
    return next((rule for rule in speaking if rule.until or rule.forever), None), circulate


def _length(rule: RetentionRule) -> tuple[int, str]:
    return _days(rule.period or ""), rule.citation


def _days(period: str) -> int:
    found = parse(period)
    return found.about_days if found else 0
