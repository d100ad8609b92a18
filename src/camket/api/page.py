"""The API's own page: every operation with its address, drawn from the OpenAPI document; no script, nobody else's."""

import json
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from camket.design.page import Page, answer, other
from camket.design.words import Lang

NO_CACHE = "no-cache"


@dataclass(frozen=True, slots=True)
class Row:
    """One operation as the page shows it."""

    method: str
    path: str
    saying: str


@cache
def _document(api: NinjaAPI) -> bytes:
    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1).encode()


@require_safe
def document(_request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """Serve the OpenAPI 3.1 document."""
    return HttpResponse(_document(api), content_type="application/json", headers={"Cache-Control": NO_CACHE})


@require_safe
def operations(request: HttpRequest, api: NinjaAPI, lang: Lang) -> HttpResponse:
    """List what the machine door offers, for people."""
    paths = api.get_openapi_schema()["paths"]
    rows = [
        Row(method.upper(), path, operation["summary"].split(" · ")[0 if lang == "vi" else 1])
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
    title = "Giao diện lập trình (API)" if lang == "vi" else "Programming interface (API)"
    page = Page(title=title, lang=lang, home=reverse(f"start-{lang}"), other=reverse(f"api-page-{other(lang)}"))
    return answer(request, "api/operations.html", page, rows=rows)
