"""Sends requests and sends them again where that helps: a cut connection, a server that asks to wait."""

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import urllib3
from urllib3.exceptions import HTTPError

from camket.client.errors import ServerError, UnreachableError, error_of

IN_FLIGHT: Final = "idempotency.in_flight"
_WORTH_WAITING: Final = frozenset({429, 502, 503, 504})
_OK: Final = 200
_REDIRECT: Final = 300
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_MOST: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is sent at most, and how long one wait between two may be, in seconds.

    Waits double from `first` to `longest`, each shortened by chance so that many clients do not come back at once; a
    `Retry-After` of the server counts instead, unless it is beyond `longest`: then the error is raised at once.
    """

    attempts: int = 5
    first: float = 0.2
    longest: float = 30.0

    def wait(self, attempt: int, chance: float) -> float:
        """Give the wait after an attempt (1, 2 …): between half and the whole of the doubled one."""
        whole: float = min(self.longest, self.first * 2 ** (attempt - 1))
        return whole * (0.5 + chance / 2)


class Transport:
    """One server, one key; safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout: float,
        patience: Patience,
        insecure: bool,
        ca_file: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the base address is `https://host`")
        if parts.scheme == "http" and parts.hostname not in _HERE and not insecure:
            raise ValueError("a key is sent over https only; `insecure=True` for a test in your own network")
        self._url = f"{base_url.rstrip('/')}/api/v1/"
        self._token = token
        self._patience = patience
        self._sleep = sleep
        self._chance = chance
        limits = urllib3.Timeout(connect=min(timeout, 5.0), read=timeout)
        self._pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=limits, ca_certs=ca_file)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, headers: Mapping[str, str], key: UUID | None
    ) -> Mapping[str, Any]:
        """Send until there is an answer that stands. Errors: those of `errors`."""
        told = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **headers}
        if key is not None:
            told["Idempotency-Key"] = str(key)
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            told["Content-Type"] = "application/json"
        attempt = 1
        while True:
            last = attempt >= self._patience.attempts
            wait = self._patience.wait(attempt, self._chance())
            try:
                answer = self._pool.request(method, self._url + path, body=content, headers=told, redirect=False)
                found = _read(answer)
            except HTTPError:
                if last:
                    raise UnreachableError(key) from None
            else:
                if _OK <= answer.status < _REDIRECT:
                    return found
                error = error_of(answer.status, found, _seconds(answer.headers.get("Retry-After")))
                wait = wait if error.retry_after is None else error.retry_after
                again = answer.status in _WORTH_WAITING or error.code == IN_FLIGHT
                if last or not again or wait > self._patience.longest:
                    raise error
            self._sleep(wait)
            attempt += 1


def _read(answer: urllib3.BaseHTTPResponse) -> Mapping[str, Any]:
    """Read an answer's object; anything else in its place (a proxy's page) is a fault of the server."""
    content = answer.data
    if len(content) > _MOST:
        raise ServerError(answer.status, {})
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    if _OK <= answer.status < _REDIRECT:
        raise ServerError(answer.status, {})
    return {}


def _seconds(told: str | None) -> float | None:
    return float(told) if told is not None and told.isascii() and told.isdecimal() else None
