"""Calls that have to be sent again: the deed is done once, and waiting has an end."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from camket.client import Camket, Patience, ServerError, TooManyError, UnreachableError
from camket.client.transport import Transport
from camket.subjects.models import Subject
from tests.cast import THAO

Answer = tuple[int, dict[str, str], Any]
FIELDS = [("name", THAO.name), ("phone", THAO.phone)]
QUICK = Patience(attempts=3, first=0.001, longest=2.0)
CHECKPOINT = {"checkpoint": "c", "key": "k"}
LIMITED = {"error": {"code": "rate.limited", "message": {"vi": "v", "en": "e"}, "advice": {"vi": "v", "en": "e"}}}


@contextmanager
def answering(script: list[Answer | None]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that answers as told, one line of the script per request; None cuts the connection."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append(dict(self.headers))
            told = script.pop(0)
            if told is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, body = told
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 (the name that the standard library calls)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's own name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def transport(url: str, slept: list[float], patience: Patience = QUICK) -> Transport:
    return Transport(
        url, "token", timeout=5.0, patience=patience, insecure=False, sleep=slept.append, chance=lambda: 1.0
    )


def test_a_cut_connection_and_a_busy_server_are_tried_again() -> None:
    slept: list[float] = []
    with answering([None, (503, {"Retry-After": "2"}, {}), (200, {}, CHECKPOINT)]) as (url, seen):
        found = transport(url, slept).send("GET", "ledger/checkpoint", None, headers={}, key=None)
    assert found == CHECKPOINT
    assert slept == [0.001, 2.0]
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, UnreachableError),
        ((429, {"Retry-After": "1"}, LIMITED), TooManyError),
        ((502, {}, b"<html>"), ServerError),
    ],
)
def test_waiting_has_an_end(answer, error) -> None:
    slept: list[float] = []
    with answering([answer] * 3) as (url, seen), pytest.raises(error):
        transport(url, slept).send("GET", "policy", None, headers={}, key=None)
    assert (len(slept), len(seen)) == (2, 3)


def test_a_server_that_asks_for_too_much_patience_is_not_waited_for() -> None:
    slept: list[float] = []
    with answering([(429, {"Retry-After": "3600"}, LIMITED)]) as (url, _), pytest.raises(TooManyError) as found:
        transport(url, slept).send("GET", "policy", None, headers={}, key=None)
    assert (found.value.retry_after, slept) == (3600, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_what_will_not_change_is_not_sent_again(status) -> None:
    slept: list[float] = []
    with answering([(status, {}, LIMITED)]) as (url, seen), pytest.raises(Exception, match=r"rate\.limited"):
        transport(url, slept).send("GET", "policy", None, headers={}, key=None)
    assert (len(seen), slept) == (1, [])


def test_a_page_of_a_proxy_in_place_of_an_answer_is_a_fault() -> None:
    with answering([(200, {}, b"<html>")]) as (url, _), pytest.raises(ServerError):
        transport(url, []).send("GET", "policy", None, headers={}, key=None)


def test_a_redirect_is_not_followed_with_the_key() -> None:
    with answering([(302, {"Location": "http://127.0.0.1:9/"}, {})]) as (url, _), pytest.raises(Exception, match="302"):
        transport(url, []).send("GET", "policy", None, headers={}, key=None)


def test_waits_grow_and_are_shortened_by_chance() -> None:
    patience = Patience(first=1.0, longest=8.0)
    assert [patience.wait(attempt, 1.0) for attempt in range(1, 6)] == [1.0, 2.0, 4.0, 8.0, 8.0]
    assert patience.wait(3, 0.0) == 2.0


@pytest.mark.parametrize("url", ["http://shop.example", "ftp://shop.example", "shop.example"])
def test_a_key_goes_over_https_only(url) -> None:
    with pytest.raises(ValueError, match="https"):
        Camket(url, "token")
    assert "token" not in repr(Camket("https://shop.example", "token"))


@contextmanager
def cutting(url: str, *, cut: int) -> Iterator[str]:
    """A wire to a server that swallows its first answers: the server has done what was asked, nobody hears of it."""
    target, left = urlsplit(url), [cut]
    listener = socket.create_server(("127.0.0.1", 0))

    def carry() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            with near, socket.create_connection((target.hostname, target.port)) as far:
                far.settimeout(10)
                far.sendall(_request(near.recv))
                answer = far.recv(65536)
                if left[0] > 0:
                    left[0] -= 1
                    continue
                near.sendall(answer.replace(b"HTTP/1.1 ", b"HTTP/1.0 ", 1))
                while more := far.recv(65536):
                    near.sendall(more)

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _request(receive: Callable[[int], bytes]) -> bytes:
    """Read one whole request, asking the server to close after it."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += receive(65536)
    head, _, body = found.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += receive(65536)
    return b"\r\n".join([*lines, b"Connection: close", b"", body])


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_was_lost_on_the_way_makes_no_second_customer(served, doors) -> None:
    before = Subject.objects.count()
    with cutting(served, cut=2) as url, Camket(url, doors.clerk.token, patience=Patience(first=0.01)) as shop:
        taken = shop.intake("purchase", fields=FIELDS)
    assert Subject.objects.count() == before + 1
    assert Subject.objects.filter(subject_id=taken.subject_id).exists()
