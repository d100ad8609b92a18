"""The law's floor under every promise, as the policy room sees it: rules that deny, or that need facts."""

from dataclasses import dataclass
from datetime import date

from camket.policy.reach import Reach


@dataclass(frozen=True, slots=True)
class FloorRule:
    """One rule of law.

    It denies what it matches, or denies it while one of its `needs` is missing; `duties` come with it.
    """

    article: str
    file: str
    in_force: date
    source: str
    vi: str
    en: str
    reach: Reach
    deny: bool = False
    needs: frozenset[str] = frozenset()
    duties: frozenset[str] = frozenset()

    def words(self, lang: str) -> str:
        """Tell what the article says, in short."""
        return self.en if lang == "en" else self.vi


@dataclass(frozen=True, slots=True)
class Floor:
    """The rules of the law packs a policy names."""

    names: tuple[str, ...]
    rules: tuple[FloorRule, ...]

    def rule(self, article: str) -> FloorRule | None:
        """Give the first rule of the article."""
        return next((rule for rule in self.rules if rule.article == article), None)
