"""Who knocks: the key of one named person or one named system of one shop (INVARIANT 14)."""

from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from camket.api.errors import too_large, unauthorized, unsupported_type
from camket.base.clock import utc_now
from camket.shops.errors import UnknownError
from camket.shops.queries import KeyHolder, key_holder

GREATEST_BODY = 256 * 1024


class BearerKey(HttpBearer):
    """Opens an operation for the holder of a key in force; then looks at the outside of the body, never before."""

    def authenticate(self, request: HttpRequest, token: str) -> KeyHolder:
        try:
            found = key_holder(token=token, now=utc_now())
        except UnknownError as error:
            raise unauthorized() from error
        _check_outside(request)
        return found


def holder(request: HttpRequest) -> KeyHolder:
    """Tell whose key opened this request."""
    return cast("KeyHolder", request.auth)  # type: ignore[attr-defined]  # ninja sets it after the key was accepted


def _check_outside(request: HttpRequest) -> None:
    if request.method not in {"POST", "PUT", "PATCH"}:
        return
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > GREATEST_BODY:
        raise too_large(GREATEST_BODY)
    if request.content_type != "application/json":
        raise unsupported_type()
