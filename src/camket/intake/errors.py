"""Errors of the intake room."""

from collections.abc import Sequence

from camket.base.errors import BadValueError, CamketError


class IntakeError(CamketError):
    """Something that came in cannot be taken; the field is named, the value never."""


class TableError(IntakeError):
    """A file of rows that cannot be read as a table; `row` is set where one row is to blame."""

    def __init__(self, vi: str, en: str, advice_vi: str, advice_en: str, code: str, *, row: int | None = None) -> None:
        super().__init__(vi, en, advice_vi, advice_en, code, field=f"row {row}" if row else None)
        self.row = row


class MapError(IntakeError):
    """A mapping file that does not fit the table or the word list."""


class BadInputError(IntakeError):
    """Something that was sent cannot be read. `errors` names every wrong field; the message is that of the first."""

    def __init__(self, errors: Sequence[BadValueError]) -> None:
        first = errors[0]
        super().__init__(
            first.vi, first.en, first.advice_vi, first.advice_en, first.code, field=first.field, clauses=first.clauses
        )
        self.errors = tuple(errors)
