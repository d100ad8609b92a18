"""What the law asks, as numbered facts: the floor under every policy. Pure: no Django, no clock, no network.

from camket.law import floor
"""

from camket.law.errors import LawError
from camket.law.packs import Example, Rule, floor, known, rules

__all__ = ["Example", "LawError", "Rule", "floor", "known", "rules"]
