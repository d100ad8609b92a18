"""The one shape in which every error of the API leaves, whoever raised it.

    {"error": {"code", "message": {"vi", "en"}, "advice": {"vi", "en"}, "field", "clauses", "verdict", "entry"}}

`code` is a stable word; `field` names what was wrong in the request; `clauses`, `verdict` (deny or gap) and `entry`
(the ledger's record of the refusal) come with status 403. No error repeats a value that was sent.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse, JsonResponse

from camket.api.fields import Out
from camket.base.errors import CamketError

Verdict = Literal["deny", "gap"]


class Pair(Out):
    """One sentence in both languages."""

    vi: str
    en: str


class ErrorBody(Out):
    """What happened, what to do next, and, for a refusal, what speaks and where it is on record."""

    code: str
    message: Pair
    advice: Pair
    field: str | None
    clauses: list[str]
    verdict: Verdict | None
    entry: UUID | None


class ErrorOut(Out):
    """The envelope of every error."""

    error: ErrorBody


class DoorError(CamketError):
    """Something that the door itself refuses, before any deed; `status` is the answer's."""

    def __init__(
        self, status: int, code: str, message: tuple[str, str], advice: tuple[str, str], field: str | None = None
    ) -> None:
        super().__init__(*message, *advice, code, field=field)
        self.status = status
        self.retry_after: int | None = None


def unauthorized() -> DoorError:
    """Missing, malformed, unknown, ended or revoked: one answer, so that a guess learns nothing."""
    return DoorError(
        401,
        "key.invalid",
        ("thiếu khóa API hoặc khóa không dùng được", "the API key is missing or cannot be used"),
        (
            "gửi `Authorization: Bearer <khóa>` với một khóa còn hiệu lực của cửa hàng",
            "send `Authorization: Bearer <key>` with a key of the shop that is in force",
        ),
    )


def unknown_person() -> DoorError:
    """Answer a system that names somebody who does not work for the shop now."""
    return DoorError(
        403,
        "person.unknown",
        ("người được nêu không phải nhân viên đang làm việc", "the person named is not on the staff now"),
        (
            "ghi mã của người đang đăng nhập vào `Camket-On-Behalf-Of`",
            "name the person who is signed in in `Camket-On-Behalf-Of`",
        ),
        field="Camket-On-Behalf-Of",
    )


def not_found() -> DoorError:
    """Answer an address, or a thing, that this shop does not have."""
    return DoorError(
        404,
        "not_found",
        ("không có gì ở địa chỉ này", "there is nothing at this address"),
        ("xem các địa chỉ ở `/api/v1/`", "see the addresses at `/api/v1/`"),
    )


def refused() -> DoorError:
    """Answer what Django itself would not read: an unknown host name, a header that is too long."""
    return DoorError(
        400,
        "request.refused",
        ("yêu cầu không đọc được", "the request cannot be read"),
        ("kiểm tra tên máy và các tiêu đề đã gửi", "check the host name and the headers that were sent"),
    )


def malformed() -> DoorError:
    """Answer a body that is not one JSON object, or is nested too deep."""
    return DoorError(
        400,
        "body.malformed",
        ("nội dung gửi lên không phải JSON đọc được", "the body is not JSON that can be read"),
        ("gửi một đối tượng JSON, mã hóa UTF-8", "send one JSON object in UTF-8"),
    )


def method_not_allowed() -> DoorError:
    """Answer a method that the address does not take."""
    return DoorError(
        405,
        "method.not_allowed",
        ("địa chỉ này không nhận phương thức đó", "this address does not take that method"),
        ("dùng phương thức ghi trong tiêu đề `Allow`", "use a method that the `Allow` header names"),
    )


def too_large(limit: int) -> DoorError:
    """Answer a body beyond the limit, which is in bytes."""
    return DoorError(
        413,
        "body.too_large",
        (f"nội dung gửi lên vượt quá {limit} byte", f"the body is larger than {limit} bytes"),
        ("chia thành nhiều yêu cầu nhỏ hơn", "split it into smaller requests"),
    )


def length_required() -> DoorError:
    """Answer a body that does not say how long it is: its end would be found only by reading all of it."""
    return DoorError(
        411,
        "body.length_required",
        ("nội dung gửi lên không khai độ dài", "the body does not say how long it is"),
        ("gửi tiêu đề `Content-Length`, không gửi từng khúc", "send `Content-Length`, not chunks"),
    )


def too_many(seconds: int) -> DoorError:
    """Answer who knocks too often; `seconds` until it makes sense again."""
    error = DoorError(
        429,
        "rate.limited",
        ("quá nhiều yêu cầu trong một lúc", "too many requests at once"),
        ("chờ số giây ghi trong tiêu đề `Retry-After`", "wait the seconds that the `Retry-After` header names"),
    )
    error.retry_after = seconds
    return error


def unsupported_type() -> DoorError:
    """Answer a body that is not declared as JSON."""
    return DoorError(
        415,
        "body.unsupported_type",
        ("nội dung gửi lên không khai là JSON", "the body is not declared as JSON"),
        ("gửi tiêu đề `Content-Type: application/json`", "send the header `Content-Type: application/json`"),
    )


def failed() -> DoorError:
    """Answer for a fault of ours, without a word about it."""
    return DoorError(
        500,
        "server.failed",
        ("máy chủ gặp lỗi và đã hủy trọn vẹn yêu cầu", "the server failed and undid the request as a whole"),
        ("thử lại sau; nếu vẫn lỗi, báo người vận hành", "try again later; if it fails again, tell the operator"),
    )


# What pydantic calls a fault → our code and sentence. Any other type falls to `invalid`.
_FAULTS: Mapping[str, tuple[str, str, str]] = {
    "missing": ("field.missing", "thiếu trường bắt buộc", "a required field is missing"),
    "extra_forbidden": ("field.unknown", "có trường mà thao tác này không nhận", "there is a field not taken here"),
    "string_too_long": ("field.too_long", "giá trị dài quá mức cho phép", "the value is longer than allowed"),
    "string_too_short": ("field.too_short", "giá trị ngắn hơn mức cho phép", "the value is shorter than allowed"),
    "too_long": ("field.too_many", "danh sách dài quá mức cho phép", "the list is longer than allowed"),
    "too_short": ("field.too_few", "danh sách ngắn hơn mức cho phép", "the list is shorter than allowed"),
    "unknown_word": ("word.unknown", "từ này không có trong bảng từ", "the word is not in the word list"),
}
_INVALID = ("field.invalid", "giá trị không đúng dạng", "the value does not have the right form")


def invalid(faults: Sequence[Mapping[str, Any]]) -> DoorError:
    """Name the first fault that validation found; the field's path comes from the schema, never from what was sent."""
    fault = faults[0]
    kind = str(fault["type"])
    path = [str(part) for part in fault["loc"] if part not in {"body", "data"}]
    if kind == "extra_forbidden":
        path = path[:-1]  # its last part is a name that the client chose
    code, vi, en = _FAULTS.get(kind, _INVALID)
    return DoorError(422, code, (vi, en), _advice(fault.get("ctx", {}).get("near", ())), field=".".join(path) or None)


def _advice(near: Sequence[str]) -> tuple[str, str]:
    """`near` are words of our own list, so nothing that was sent is repeated."""
    vi, en = "sửa trường được nêu theo `/api/v1/openapi.json`", "mend the named field as `/api/v1/openapi.json` says"
    if near:
        named = ", ".join(f"`{word}`" for word in near)
        vi, en = f"có phải ý bạn là {named}? {vi}", f"did you mean {named}? {en}"
    return vi, en


def body(error: CamketError, *, verdict: Verdict | None = None, entry: UUID | None = None) -> dict[str, Any]:
    """Lay an error out in the one shape."""
    return {
        "error": {
            "code": error.code,
            "message": {"vi": error.vi, "en": error.en},
            "advice": {"vi": error.advice_vi, "en": error.advice_en},
            "field": error.field,
            "clauses": list(error.clauses),
            "verdict": verdict,
            "entry": str(entry) if entry else None,
        }
    }


def respond(
    error: CamketError, status: int, *, verdict: Verdict | None = None, entry: UUID | None = None
) -> HttpResponse:
    """Answer with an error; nobody keeps it."""
    response = JsonResponse(
        body(error, verdict=verdict, entry=entry), status=status, json_dumps_params={"ensure_ascii": False}
    )
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="camket"'
    return response
