"""What every page knows about itself: one small object, the same for the templates of all rooms."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from camket.design.words import Lang


@dataclass(frozen=True, slots=True)
class Page:
    """`title` is the page's h1 and opens its title; `other` is the same page in the other language, if any."""

    title: str
    lang: Lang
    home: str
    other: str = ""
    title_lang: str = ""
    brand: str = "Camket"
    brand_lang: str = "vi"
    brand_url: str = ""

    @property
    def other_lang(self) -> Lang:
        return other(self.lang)


def other(lang: Lang) -> Lang:
    """Give the other language."""
    return "en" if lang == "vi" else "vi"


def answer(request: HttpRequest, template: str, page: Page, /, status: int = 200, **context: object) -> HttpResponse:
    """Draw a page and say in which language it is."""
    response = render(request, template, {"page": page, "lang": page.lang, **context}, status=status)
    response["Content-Language"] = page.lang
    return response
