"""One plain HTTP call, and what is known of its outcome when no answer comes."""

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any, Literal

# done: the answer says so · not: the answer says it was not done, or nothing was sent · maybe: sent, and no answer,
# or an answer that says it is not known.
Outcome = Literal["done", "not", "maybe"]
UNKNOWN = "outcome-unknown"
PATIENCE = 45.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status 0 where there was no answer."""

    outcome: Outcome
    status: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def code(self) -> str:
        return str(self.body.get("error", {}).get("code", ""))


class Caller:
    """One connection that is made anew after it broke."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: dict[str, Any], *, key: str = "") -> Answer:
        """Send a body; `key` is the idempotency key."""
        head = {**self._head, **({"Idempotency-Key": key} if key else {})}
        begun = time.monotonic()
        try:
            connection = self._connected()
        except OSError:
            return Answer("not")
        try:
            connection.request("POST", f"/api/v1/{path}", json.dumps(body).encode(), head)
            response = connection.getresponse()
            content = response.read()
            found = json.loads(content or b"{}")
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return Answer("maybe", seconds=time.monotonic() - begun)
        outcome: Outcome = "done" if response.status < 300 else "not"
        answer = Answer(
            outcome,
            response.status,
            found,
            {name.lower(): value for name, value in response.getheaders()},
            time.monotonic() - begun,
        )
        if answer.code == UNKNOWN:
            return Answer("maybe", response.status, found, answer.headers, answer.seconds)
        return answer

    def reaches(self) -> bool:
        """Tell whether there is a connection, made now if there was none."""
        try:
            self._connected()
        except OSError:
            return False
        return True

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            made = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
            made.connect()
            self._connection = made
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def healthy(port: int) -> bool:
    """Tell whether the server answers that its database does too."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
