"""The one base of all errors: what is wrong and what to do next, in both languages, and no personal data."""

from typing import Literal

Language = Literal["vi", "en"]


class CamketError(Exception):
    """Something that a caller can mend.

    Messages are lower case and one sentence; `advice` says what to do next; `code` is a stable word for machines.
    INVARIANT: no part of an error holds a value that a person gave. A message may name a field, a row, a word of the
    closed lists or a clause, never what stood there.
    """

    def __init__(
        self,
        vi: str,
        en: str,
        advice_vi: str,
        advice_en: str,
        code: str,
        *,
        field: str | None = None,
        clauses: tuple[str, ...] = (),
    ) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en
        self.advice_vi = advice_vi
        self.advice_en = advice_en
        self.code = code
        self.field = field
        self.clauses = clauses

    def message(self, language: Language = "vi") -> str:
        return self.vi if language == "vi" else self.en

    def advice(self, language: Language = "vi") -> str:
        return self.advice_vi if language == "vi" else self.advice_en

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{where}{self.en} ({self.advice_en})"


class BadValueError(CamketError):
    """A value that cannot be taken as what its field says; the field is named by whoever knows it (`at`)."""

    def at(self, field: str) -> "BadValueError":
        """Return the same error, naming the field it stood in."""
        return BadValueError(
            self.vi, self.en, self.advice_vi, self.advice_en, self.code, field=field, clauses=self.clauses
        )
