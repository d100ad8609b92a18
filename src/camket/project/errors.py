"""Which door answers an error that no room has answered: the API in its JSON shape, the site with a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from camket.api import errors as api
from camket.site import errors as site
from camket.store import unavailable

_API = {400: api.refused, 403: api.not_found, 404: api.not_found, 405: api.method_not_allowed, 500: api.failed}


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        return api.respond(_API[status](), status)
    return site.page(request, status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django calls it by name
    """Answer a request that Django itself refused to read."""
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django calls it by name
    """Answer a request that may not be made."""
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django calls it by name
    """Answer an address that leads nowhere."""
    return _answer(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours."""
    return _answer(request, 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django calls it by name
    """Answer a form that was sent without its token."""
    return _answer(request, 403)


class OneShape:
    """Middleware, innermost: gives Django's bare 405, and a database that is away, the shape of the door asked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            shaped = _answer(request, 405)
            shaped["Allow"] = response["Allow"]
            return shaped
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 while the database cannot do its work; the API's own door has answered for itself before."""
        shown = unavailable.told(exception)
        if shown is None:
            return None
        response = api.respond(shown, 503) if request.path.startswith("/api/") else site.page(request, 503)
        response["Retry-After"] = str(shown.retry_after)
        return response
