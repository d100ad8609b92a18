from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from camket.base.clock import utc_now
from camket.design.page import Page, answer, other
from camket.design.words import Lang
from camket.site import policies
from camket.site.page import start_url


@require_safe
def start(request: HttpRequest, lang: Lang) -> HttpResponse:
    """List the shops of the installation and say what Camket is."""
    page = Page(title="Camket", lang=lang, home=start_url(lang), other=start_url(other(lang)))
    shops = policies.every(lang=lang, now=utc_now())
    return answer(request, "site/start.html", page, shops=shops)


@require_safe
def policy(request: HttpRequest, lang: Lang, slug: str) -> HttpResponse:
    """Show a shop's policy in force, drawn from its policy file."""
    shown = _find(slug, lang)
    page = Page(
        title=shown.page.title,
        title_lang=shown.page.title_lang,
        lang=lang,
        home=start_url(lang),
        other=policies.policy_url(slug, other(lang)),
        brand=shown.name,
        brand_lang="vi",
        brand_url=shown.url,
    )
    return answer(request, "site/policy.html", page, policy=shown)


@require_safe
def policy_yaml(_request: HttpRequest, slug: str) -> HttpResponse:
    """Hand out the policy file as adopted, byte for byte: its SHA-256 is the digest on the page."""
    return _file(_find(slug, "vi").row.text.encode(), "application/yaml; charset=utf-8")


@require_safe
def policy_json(_request: HttpRequest, slug: str) -> HttpResponse:
    """Hand out the policy in its canonical JSON."""
    return _file(_find(slug, "vi").policy.canonical, "application/json")


def _find(slug: str, lang: Lang) -> policies.PolicyView:
    found = policies.find(slug=slug, lang=lang, now=utc_now())
    if found is None:
        raise Http404
    return found


def _file(body: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(body, content_type=content_type, headers={"Cache-Control": "no-cache"})
