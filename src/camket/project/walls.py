from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from camket.store import wall


class BehindTheWall:
    """Middleware: a request stands for no shop until its door has learnt which, and leaves nothing to the next one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = wall.face(wall.NOWHERE)
        try:
            return self.get_response(request)
        finally:
            wall.leave(token)
