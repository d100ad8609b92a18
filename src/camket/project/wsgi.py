import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from camket.base import lifeline
from camket.base.clock import utc_now
from camket.base.errors import CamketError
from camket.store import unavailable, wall

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "camket.project.settings")


_PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "2")]


class ReadyFirst:
    """INVARIANT 5: no server serves a database that was put back and has not answered for what was erased since.

    Asked once, in front of the first request; `camket serve` asks before it listens. While it is not in order every
    request is answered 503.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.inner = application
        self._lock = threading.Lock()
        self._ready = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self._ready:
            try:
                self._make_ready()
            except Exception as fault:
                error = unavailable.told(fault) or fault
                if not isinstance(error, CamketError):
                    raise
                start_response("503 Service Unavailable", _PLAIN)
                return [f"{error.vi}\n{error.en}\n".encode()]
        return self.inner(environ, start_response)

    def _make_ready(self) -> None:
        from camket.vault.backup import ready  # late import: set-up

        with self._lock, wall.everywhere():
            if not self._ready:
                ready.make_ready(now=utc_now())
                self._ready = True


lifeline.end_with_parent()
application = ReadyFirst(get_wsgi_application())
wall.stand_by_default(wall.NOWHERE)
