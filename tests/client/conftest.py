"""A live server with the shops' world behind it, and clients with the keys of `tests/api`."""

import threading
from collections.abc import Iterator

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections

from camket.client import Camket, Patience
from camket.project.wsgi import application
from tests.api.conftest import doors, minh

__all__ = ["doors", "minh"]


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's own name)
        """Say nothing."""


class _Server(ThreadedWSGIServer):
    """Closes each thread's database connection with the thread, so that the test's database can be emptied."""

    daemon_threads = True

    def process_request_thread(self, request, client_address) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


@pytest.fixture
def served(transactional_db, doors) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), _Handler, allow_reuse_address=False)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shop(served, doors) -> Iterator[Camket]:
    """The clerk's client; it does not wait long."""
    with Camket(served, doors.clerk.token, patience=Patience(first=0.01)) as found:
        yield found
