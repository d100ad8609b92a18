"""Which operations a key may call, beside its role and purposes; and until when it may."""

import re
from datetime import timedelta
from functools import cache
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from camket.base.clock import from_ms, to_ms, utc_now
from camket.shops.queries import KeyHolder
from camket.vault.actions import watched
from camket.vault.errors import RefusedError

ENDS: Final = "Camket-Key-Ends"
WARN_BEFORE: Final = timedelta(days=30)
_PART: Final = re.compile(r"<(?:\w+:)?(\w+)>")


@cache
def operations() -> dict[tuple[str, str], str]:
    """Every operation's name by method and address, from the OpenAPI document."""
    from camket.api.urls import api  # late import: same-room

    paths = api.get_openapi_schema()["paths"]
    return {
        (method.upper(), path.lstrip("/")): operation["operationId"]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def check(request: HttpRequest, key: KeyHolder) -> None:
    """Refuse, with its entry, an operation that the key was not issued for."""
    if key.scopes is None or _asked(request) in key.scopes:
        return
    with watched(shop_id=key.shop_id, actor=key.actor(), subject_id=None, now=utc_now(), purpose=None, work=None):
        raise RefusedError(
            vi="khóa truy cập không mở thao tác này",
            en="the API key does not open this operation",
            action="call",
            lacking=("scope",),
        )


def warn(request: HttpRequest, response: HttpResponse) -> None:
    """Say on every answer of a key's last thirty days when it ends."""
    key = getattr(request, "auth", None)
    if not isinstance(key, KeyHolder) or key.ends_at is None:
        return
    if key.ends_at - to_ms(utc_now()) <= WARN_BEFORE // timedelta(milliseconds=1):
        response.headers[ENDS] = from_ms(key.ends_at).isoformat(timespec="seconds")


def _asked(request: HttpRequest) -> str:
    match = request.resolver_match
    if not isinstance(match, ResolverMatch):
        return ""
    return operations().get((request.method or "", _PART.sub(r"{\1}", match.route)), "")
