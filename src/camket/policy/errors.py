"""What can go wrong with a policy: its file, its words, a question about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from camket.base.errors import CamketError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a policy file. Lines and columns count from 1; 0 when the whole file is meant."""

    line: int
    column: int
    code: str
    vi: str
    en: str
    advice_vi: str
    advice_en: str
    file: str = ""

    @property
    def place(self) -> str:
        """`file:line:column`, as editors understand it."""
        return f"{self.file}:{self.line}:{self.column}"


class PolicyError(CamketError):
    """A policy, or a question to it, that cannot be used."""


class PolicyFileError(PolicyError):
    """A policy file with problems: all of them, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(
            vi=_lines(self.problems, "vi", f"tệp chính sách có {len(self.problems)} lỗi"),
            en=_lines(self.problems, "en", f"the policy file has {len(self.problems)} problem(s)"),
            advice_vi=first.advice_vi,
            advice_en=first.advice_en,
            code=first.code,
        )


class UnknownWordError(PolicyError):
    """A word that is not in the list of its family; `suggestions` are the nearest that are, or a short list whole."""

    def __init__(self, *, family: str, names: tuple[str, str], word: str, suggestions: Sequence[str]) -> None:
        self.family = family
        self.word = word
        self.suggestions = tuple(suggestions)
        listed = ", ".join(f"`{suggestion}`" for suggestion in suggestions)
        super().__init__(
            vi=f"`{word}` không phải là {names[0]} có trong danh sách",
            en=f"`{word}` is not a known {names[1]}",
            advice_vi=f"có phải ý bạn là {listed}?" if listed else "xem danh sách: camket policy words",
            advice_en=f"did you mean {listed}?" if listed else "see the list: camket policy words",
            code="unknown_word",
        )


def _lines(problems: Sequence[Problem], lang: str, head: str) -> str:
    rows = []
    for problem in problems:
        said, advice = (problem.vi, problem.advice_vi) if lang == "vi" else (problem.en, problem.advice_en)
        rows.append(f"\n  {problem.place}: {said} → {advice}")
    return head + ":" + "".join(rows)
