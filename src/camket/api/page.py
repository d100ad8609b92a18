"""The API's own page: every operation with its address, drawn from the OpenAPI document; no script, nobody else's."""

import json
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from camket.design.words import Lang

NO_CACHE = "no-cache"


@dataclass(frozen=True, slots=True)
class Row:
    """One operation as the page shows it."""

    method: str
    path: str
    saying: str


@dataclass(frozen=True, slots=True)
class ApiPage:
    """The same words on a page as the site's pages have: title, language, where else to go."""

    title: str
    lang: Lang
    home: str
    other: str
    brand: str = "Camket"
    brand_lang: str = "vi"

    @property
    def other_lang(self) -> Lang:
        return "en" if self.lang == "vi" else "vi"


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
    other = reverse("api-page-en" if lang == "vi" else "api-page-vi")
    page = ApiPage(title=title, lang=lang, home=reverse(f"start-{lang}"), other=other)
    response = render(request, "api/operations.html", {"page": page, "lang": lang, "rows": rows})
    response["Content-Language"] = lang
    return response
