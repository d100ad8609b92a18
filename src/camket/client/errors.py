"""What can go wrong. No error repeats a value that was sent, so that all of them may be logged."""

from collections.abc import Mapping
from typing import Any, Final, Literal
from uuid import UUID

Verdict = Literal["deny", "gap"]


class CamketError(Exception):
    """Anything that a call of this client can end with."""


class UnreachableError(CamketError):
    """No answer came, after every attempt. A writing call may be sent again with the same `idempotency_key`."""

    def __init__(self, idempotency_key: UUID | None) -> None:
        super().__init__("the server did not answer")
        self.idempotency_key = idempotency_key


class SignatureError(CamketError):
    """A webhook was not signed by the shop's Camket with this secret, or is older than allowed: answer 400."""


class ApiError(CamketError):
    """The server answered that it cannot be done: what happened and what to do, in both languages.

    `code` is a stable word (docs/reference/api.md); `field` names what was wrong in the request. `clauses`, `verdict`
    and `entry` (the ledger's record) come with refusals.
    """

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        found = body.get("error")
        told: Mapping[str, Any] = found if isinstance(found, dict) else {}
        message, advice = _pair(told.get("message")), _pair(told.get("advice"))
        self.status = status
        self.code = str(told.get("code") or f"http.{status}")
        self.vi, self.en = message
        self.advice_vi, self.advice_en = advice
        self.field: str | None = told.get("field")
        self.clauses: tuple[str, ...] = tuple(told.get("clauses") or ())
        self.verdict: Verdict | None = told.get("verdict")
        self.entry: UUID | None = UUID(told["entry"]) if told.get("entry") else None
        self.retry_after: float | None = None
        super().__init__(self._saying())

    def _saying(self) -> str:
        where = f" [{self.field}]" if self.field else ""
        cited = f"; clauses {', '.join(self.clauses)}" if self.clauses else ""
        return f"{self.status} {self.code}{where}: {self.en} ({self.advice_en}){cited}"


class UnauthorizedError(ApiError):
    """401: the key is missing, unknown, ended or revoked."""


class DeniedError(ApiError):
    """403: the policy or the law forbids it (`verdict` deny), or the text is silent (gap); `clauses` say where."""


class NotFoundError(ApiError):
    """404: there is no such thing in this shop."""


class ConflictError(ApiError):
    """409: changed meanwhile, taken by somebody else, or erased."""


class InvalidError(ApiError):
    """400, 411, 413, 415, 422: the request cannot be done as it is; `field` names where."""


class TooManyError(ApiError):
    """429: `retry_after` seconds until it makes sense again."""


class ServerError(ApiError):
    """5xx: a fault of the server; the request was undone as a whole."""


_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    400: InvalidError,
    401: UnauthorizedError,
    403: DeniedError,
    404: NotFoundError,
    409: ConflictError,
    411: InvalidError,
    413: InvalidError,
    415: InvalidError,
    422: InvalidError,
    429: TooManyError,
}
_SERVER: Final = 500


def error_of(status: int, body: Mapping[str, Any], retry_after: float | None) -> ApiError:
    """Make the error of an answer."""
    kind = _BY_STATUS.get(status, ServerError if status >= _SERVER else ApiError)
    error = kind(status, body)
    error.retry_after = retry_after
    return error


def _pair(told: object) -> tuple[str, str]:
    if isinstance(told, dict):
        return str(told.get("vi", "")), str(told.get("en", ""))
    return "", ""
