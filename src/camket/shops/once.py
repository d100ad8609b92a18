"""Requests that may come twice: the same idempotency key and body get the same answer, and the deed is done once.

The answer is written in the commit of the deed itself (`store.db.joined`), so there is no moment at which the one is
durable without the other. Nothing that was sent is kept, only digests under the shop's secret; the answer is sealed
with a key that needs the idempotency key again. Errors are not kept: what failed may be sent again as it is.
"""

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from camket.base.clock import to_ms
from camket.base.errors import CamketError
from camket.crypto import SealError, aad, seal, unseal
from camket.shops import sql
from camket.shops.errors import ShopError
from camket.shops.models import Answered
from camket.store import statements
from camket.store.db import is_sqlite, joined
from camket.store.errors import ForgedRowError
from camket.store.secrets import forget, secret

LIFE: Final = timedelta(hours=24)
_DIGEST: Final = 16
_AT_ONCE: Final = 1000

_running: set[bytes] = set()
_lock = threading.Lock()


class OtherRequestError(ShopError):
    """The idempotency key came with another request before."""

    def __init__(self) -> None:
        super().__init__(
            "mã chống trùng này đã dùng cho một yêu cầu khác",
            "this idempotency key was used for another request",
            "dùng một mã mới cho mỗi yêu cầu mới; gửi lại thì giữ nguyên nội dung",
            "use a new key for each new request; send a repeat exactly as it was",
            "idempotency.other_request",
            field="Idempotency-Key",
        )


class InFlightError(ShopError):
    """The same request is being done at this moment. `retry_after` is in seconds."""

    retry_after = 1

    def __init__(self) -> None:
        super().__init__(
            "yêu cầu này đang được thực hiện",
            "this request is being done right now",
            "gửi lại y như cũ sau một giây",
            "send it again as it is in a second",
            "idempotency.in_flight",
            field="Idempotency-Key",
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is recognised: whose key it came with, the client's idempotency key, and everything it said."""

    shop_id: int
    key_id: UUID
    token: str
    said: bytes

    def place(self) -> bytes:
        """Digest of the two keys: where the answer lies. 16 bytes."""
        return self._digest("place", self.token.encode())[:_DIGEST]

    def digest(self) -> bytes:
        """Digest of what was sent. 16 bytes."""
        return self._digest("said", self.said)[:_DIGEST]

    def sealing_key(self) -> bytes:
        """Make the key of the answer: needs the shop's secret and the client's idempotency key. 32 bytes."""
        return self._digest("answer", self.token.encode())

    def _digest(self, use: str, said: bytes) -> bytes:
        return hmac.digest(secret(self.shop_id, "token"), aad("answered-1", use, self.key_id, said), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer's bytes, and whether they were given before."""

    answer: bytes
    repeated: bool


def once(*, request: Request, now: datetime, perform: Callable[[], bytes]) -> Outcome:
    """Do a request, or give the answer that it got within the last 24 hours; deed and answer are one commit.

    Errors: whatever `perform` raises (nothing is kept of it); OtherRequestError, InFlightError; ForgedRowError for a
    kept answer that was not written by us.
    """
    place, said = request.place(), request.digest()
    with _alone(place):
        failure: CamketError | None = None
        outcome = Outcome(b"", repeated=False)
        try:
            with joined():
                _claim(place)
                kept = _kept(request, place, said, now)
                if kept is not None:
                    return Outcome(kept, repeated=True)
                try:
                    outcome = Outcome(perform(), repeated=False)
                    sealed = seal(request.sealing_key(), outcome.answer, _context(request, place, said))
                    statements.execute(sql.KEEP_ANSWER, [place, request.shop_id, said, sealed, to_ms(now + LIFE)])
                except CamketError as error:
                    failure = error  # the deed was undone by itself; the entry of a refusal has to stay
        except BaseException:
            # As in a deed: secrets that were made in here are gone with it.
            forget(request.shop_id)
            raise
        if failure is not None:
            raise failure
        return outcome


def sweep(*, now: datetime) -> int:
    """Remove answers whose day is over; how many."""
    over = list(Answered.objects.filter(ends_at__lte=to_ms(now)).values_list("digest", flat=True)[:_AT_ONCE])
    gone, _ = Answered.objects.filter(digest__in=over, ends_at__lte=to_ms(now)).delete()
    return gone


@contextmanager
def _alone(place: bytes) -> Iterator[None]:
    with _lock:
        if place in _running:
            raise InFlightError
        _running.add(place)
    try:
        yield
    finally:
        with _lock:
            _running.discard(place)


def _claim(place: bytes) -> None:
    """Keep other processes out: PostgreSQL by a lock of the transaction, SQLite by its one writer."""
    if is_sqlite():
        return
    ((free,),) = statements.fetch(sql.CLAIM_ANSWER, [int.from_bytes(place[:8], signed=True)])
    if not free:
        raise InFlightError


def _kept(request: Request, place: bytes, said: bytes, now: datetime) -> bytes | None:
    found = statements.fetch(sql.KEPT_ANSWER, [place])
    if not found:
        return None
    ((then, answer, ends_at),) = found
    if ends_at <= to_ms(now):
        statements.execute(sql.DROP_ANSWER, [place])
        return None
    if not hmac.compare_digest(bytes(then), said):
        raise OtherRequestError
    try:
        return unseal(request.sealing_key(), bytes(answer), _context(request, place, said))
    except SealError:
        raise ForgedRowError from None


def _context(request: Request, place: bytes, said: bytes) -> bytes:
    """Bind an answer to its place and to what was sent."""
    return aad("answered-1", request.shop_id, place, said)
