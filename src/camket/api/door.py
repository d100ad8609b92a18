"""The machine door at /api/v1: thin. Each operation parses, calls one deed of a room below, and presents its answer.

Operations are found by looking in `camket/api/routes`: every module there offers one `router`.
"""

import logging
import pkgutil
import traceback
from importlib import import_module
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import JSONRenderer

from camket.api import errors, limits, routes, scopes, status
from camket.api.keys import BearerKey
from camket.api.parsing import StrictParser
from camket.base.errors import CamketError
from camket.store import unavailable
from camket.store.errors import UnavailableError
from camket.subjects.errors import UnknownSubjectError
from camket.vault.errors import RefusedError

log = logging.getLogger("camket.api")


class Readable(JSONRenderer):
    """JSON with Vietnamese letters as they are."""

    json_dumps_params = {"ensure_ascii": False}


class Door(NinjaAPI):
    """The API; no answer of it is ever kept by a browser or a proxy."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        response = super().create_temporal_response(request)
        response["Cache-Control"] = "no-store"
        limits.stamp(request, response)
        scopes.warn(request, response)
        return response


def build() -> NinjaAPI:
    """Put the API together from its routes."""
    api = Door(
        title="Camket",
        version="1",
        description=(
            "Cửa dành cho máy. Mỗi khóa thuộc một người hoặc một hệ thống của một cửa hàng; "
            "mỗi lượt đọc nêu mục đích và công việc.\n\n"
            "The machine door. A key belongs to one person or one system of one shop; "
            "every read names a purpose and a piece of work."
        ),
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        auth=BearerKey(),
        parser=StrictParser(),
        renderer=Readable(),
    )
    for module in sorted(found.name for found in pkgutil.iter_modules(routes.__path__)):
        router: Router = import_module(f"{routes.__name__}.{module}").router
        api.add_router("", router)
    _hand_over_errors(api)
    return api


def _hand_over_errors(api: NinjaAPI) -> None:
    for kind in (CamketError, AuthenticationError, Http404, HttpError, ValidationError, Exception):
        api.add_exception_handler(kind, _answer)


def _answer(request: HttpRequest, error: Any) -> HttpResponse:
    """Answer any error in the one shape."""
    shown = _translated(error)
    if shown is None:
        _log_fault(request, error)
        shown = errors.failed()
    verdict, entry = status.verdict_and_entry(shown)
    response = errors.respond(shown, status.of(shown), verdict=verdict, entry=entry)
    if seconds := status.retry_after(shown):
        response["Retry-After"] = str(seconds)
    limits.stamp(request, response)
    scopes.warn(request, response)
    return response


def _translated(error: Exception) -> CamketError | None:
    """Give our error for what a room, ninja or Django raised; nothing for a fault of ours."""
    found: CamketError | None = None
    match error:
        case RefusedError() if "subject" in error.lacking:
            found = UnknownSubjectError()  # INVARIANT 8: another shop's person is as unknown as nobody
        case UnavailableError():
            found = unavailable.told(error)
        case CamketError():
            found = error
        case AuthenticationError():
            found = errors.unauthorized()
        case ValidationError():
            found = errors.invalid(error.errors)
        case Http404():
            found = errors.not_found()
        case HttpError(status_code=status.BAD_REQUEST):
            found = errors.malformed()
        case _:
            found = unavailable.told(error)
    return found


def _log_fault(request: HttpRequest, error: Exception) -> None:
    """Log where it happened. INVARIANT 12: the error's own message is left out, it may hold what was sent."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed with %s\n%s", request.path, type(error).__qualname__, where)
