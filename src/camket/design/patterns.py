"""The pattern page: every component with every kind, in the product itself, so that both modes are seen at once."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from camket.design.components import KINDS
from camket.design.page import Page, answer


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """Show what pages are made of."""
    page = Page(title="Các mẫu giao diện", lang="vi", home="/")
    return answer(request, "design/patterns.html", page, kinds=sorted(KINDS))
