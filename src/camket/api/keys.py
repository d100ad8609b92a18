"""Who knocks: the key of one named person or one named system of one shop (INVARIANT 14)."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest
from ninja.security import HttpBearer

from camket.api import scopes
from camket.api.errors import length_required, too_large, unauthorized, unknown_person, unsupported_type
from camket.api.limits import clock, doorkeeper
from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.shops import claims, queries
from camket.shops.errors import UnknownError
from camket.shops.queries import KeyHolder
from camket.store import wall
from camket.watch import places

GREATEST_BODY = 256 * 1024


class BearerKey(HttpBearer):
    """Opens an operation for the holder of a key in force; then looks at the outside of the body, never before."""

    def __call__(self, request: HttpRequest) -> KeyHolder:
        found: KeyHolder | None = super().__call__(request)
        if found is None:
            doorkeeper().admit(request, None, clock())
            doorkeeper().failed(request, clock())
            raise unauthorized()
        return found

    def authenticate(self, request: HttpRequest, token: str) -> KeyHolder:
        doorkeeper().admit(request, token, clock())
        wall.face(claims.shop_claimed(token))
        try:
            found = queries.key_holder(token=token, now=utc_now())
        except UnknownError as error:
            doorkeeper().failed(request, clock())
            raise unauthorized() from error
        doorkeeper().opened(request, token, found.key_id, clock())
        places.met(shop_id=found.shop_id, key_id=found.key_id, address=doorkeeper().address(request), now=utc_now())
        scopes.check(request, found)
        _check_outside(request)
        return found


def holder(request: HttpRequest) -> KeyHolder:
    """Tell whose key opened this request."""
    return cast("KeyHolder", request.auth)  # type: ignore[attr-defined]  # ninja sets it after the key was accepted


def acting(request: HttpRequest, on_behalf: UUID | None) -> Actor:
    """Tell who acts. Whom a system names must work for the shop now: the ledger names nobody else (INVARIANT 14)."""
    key = holder(request)
    if key.staff_id is None and on_behalf is not None:
        try:
            queries.require_staff(shop_id=key.shop_id, staff_id=on_behalf)
        except UnknownError as error:
            raise unknown_person() from error
    return key.actor(on_behalf)


def _check_outside(request: HttpRequest) -> None:
    if request.method not in {"POST", "PUT", "PATCH"}:
        return
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise length_required()
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > GREATEST_BODY:
        raise too_large(GREATEST_BODY)
    if request.content_type != "application/json":
        raise unsupported_type()
