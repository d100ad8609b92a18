"""Clauses, promises, the rulebook and its answers. Pure: no Django, no clock, no reading but of the file named.

from camket.policy import load, compile_rulebook, decide, Question
"""

from camket.policy.check import Finding, check, requirements
from camket.policy.decide import decide
from camket.policy.diff import Change, Difference, diff
from camket.policy.errors import PolicyError, PolicyFileError, Problem, UnknownWordError
from camket.policy.floor import Floor, FloorRule
from camket.policy.load import load, load_text
from camket.policy.model import Clause, Completion, Policy
from camket.policy.question import Answer, Question, Verdict
from camket.policy.reading import RetentionRule
from camket.policy.rulebook import Rulebook, compile_rulebook
from camket.policy.words import words

__all__ = [
    "Answer",
    "Change",
    "Clause",
    "Completion",
    "Difference",
    "Finding",
    "Floor",
    "FloorRule",
    "Policy",
    "PolicyError",
    "PolicyFileError",
    "Problem",
    "Question",
    "RetentionRule",
    "Rulebook",
    "UnknownWordError",
    "Verdict",
    "check",
    "compile_rulebook",
    "decide",
    "diff",
    "load",
    "load_text",
    "requirements",
    "words",
]
