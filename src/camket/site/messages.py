"""Under `CAMKET_LOCAL_MESSAGES=1` nothing is sent: messages land on this page, which says so.

INVARIANT 1: the one page that shows opened messages. It exists only in that mode and only for this machine itself: a
request that came through a proxy, or from elsewhere, gets the 404 of a stranger.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from camket.base.clock import VIETNAM, from_ms
from camket.design.page import Page, answer
from camket.outbox.queries import on_page
from camket.shops import queries
from camket.site.page import start_url
from camket.store import wall
from camket.watch.messages import opened

LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it would have left the machine."""

    id: str
    shop: str
    channel: str
    at: datetime
    to: str
    title: str
    text: str

    def __repr__(self) -> str:
        return "<Shown •••>"


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Show the newest messages that the local page took in place of a carrier."""
    if not settings.CAMKET_LOCAL_MESSAGES or not _from_this_machine(request):
        raise Http404
    page = Page(title="Tin nhắn tại máy này", lang="vi", home=start_url("vi"))
    names = {shop.id: shop.name for shop in queries.shops()}
    with wall.everywhere():
        response = answer(request, "site/messages.html", page, messages=_shown(names))
    response["Cache-Control"] = "no-store"
    return response


def _shown(names: dict[int, str]) -> list[Shown]:
    found = []
    for row, message in on_page(opened):
        to, title, text = message.reveal()
        at = from_ms(row.due).astimezone(VIETNAM)
        found.append(Shown(str(row.id), names.get(row.shop_id, ""), row.channel, at, to, title, text))
    return found


def _from_this_machine(request: HttpRequest) -> bool:
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not any(request.META.get(name) for name in FORWARDED)
