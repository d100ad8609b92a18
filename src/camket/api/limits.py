"""How often somebody may knock: a token bucket per API key, and one per address for knocks without a key that fits.

The buckets are in the memory of one process: with several processes (`camket serve --processes`) each grants the
whole of the limit, so that a shop's limit is that many times as high, and a restart fills every bucket. They keep one
client from crowding out the others; they are no accounting. Nothing is read or written for them.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Final, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from camket.api.errors import too_many
from camket.shops.tokens import found_by

_MOST_PLACES: Final = 20_000
_IPV6_NETWORK: Final = 64


@dataclass(frozen=True)
class Rate:
    """So many a second in the long run, and so many at once. `burst` 0 is no limit."""

    per_second: float
    burst: int

    @cached_property
    def policy(self) -> str:
        """Give the rate as answers state it."""
        return f'"key";q={self.burst};w={math.ceil(self.burst / self.per_second)}'

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read `per second/burst`, such as `50/200`; `0` is no limit. ValueError for anything else."""
        if text == "0":
            return cls(0, 0)
        per_second, burst = text.split("/")
        rate = cls(float(per_second), int(burst))
        if not (0 < rate.per_second < math.inf and rate.burst > 0):
            raise ValueError("a rate is above nothing")
        return rate


class Taken(NamedTuple):
    """What is left in a bucket, and in how many seconds it is full again; `wait` is 0 unless it was empty."""

    left: int
    full_in: int
    wait: int


class Buckets:
    """The buckets of one rate, the least lately used forgotten beyond 20,000. Moments are seconds of a steady clock."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __contains__(self, place: Hashable) -> bool:
        return place in self._levels

    def take(self, place: Hashable, now: float, *, cost: int = 1) -> Taken:
        """Take `cost` out of a bucket (0: only look); with less than one left nothing is taken, and `wait` says so."""
        rate = self.rate
        with self._lock:
            level, at = self._levels.get(place, (float(rate.burst), now))
            level = min(float(rate.burst), level + max(0.0, now - at) * rate.per_second)
            wait = 0 if level >= 1 else math.ceil((1 - level) / rate.per_second)
            if not wait:
                level -= cost
            self._levels[place] = (level, now)
            self._levels.move_to_end(place)
            if len(self._levels) > _MOST_PLACES:
                self._levels.popitem(last=False)
        return Taken(left=max(0, int(level)), full_in=math.ceil((rate.burst - level) / rate.per_second), wait=wait)


class Doorkeeper:
    """The two limits of the door and what they remember."""

    def __init__(self, *, keys: Rate, strangers: Rate, proxies: frozenset[str]) -> None:
        self._keys = Buckets(keys)
        self._strangers = Buckets(strangers)
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._proxies = proxies

    def admit(self, request: HttpRequest, token: str | None, now: float) -> None:
        """Refuse, before anything is looked up, an address that knocked too often without a key that fits.

        A token that opened the door before is let in from there all the same: a guesser locks nobody else out.
        """
        place = self.address(request)
        if not self._strangers.rate.burst or place not in self._strangers:
            return
        taken = self._strangers.take(place, now, cost=0)
        if taken.wait and (token is None or found_by(token) not in self._known):
            raise too_many(taken.wait)

    def failed(self, request: HttpRequest, now: float) -> None:
        """Count a knock that nothing opened."""
        if self._strangers.rate.burst:
            self._strangers.take(self.address(request), now)

    def opened(self, request: HttpRequest, token: str, key: Hashable, now: float) -> None:
        """Count a call of a key; refuse it when its bucket is empty. What is left goes with the answer (`stamp`)."""
        digest = found_by(token)
        if digest not in self._known:
            self._known[digest] = None
            if len(self._known) > _MOST_PLACES:
                self._known.popitem(last=False)
        if not self._keys.rate.burst:
            return
        taken = self._keys.take(key, now)
        request.camket_rate = (self._keys.rate, taken)  # type: ignore[attr-defined]  # carried to the answer
        if taken.wait:
            raise too_many(taken.wait)

    def address(self, request: HttpRequest) -> str:
        """Tell who knocks: the peer, or whom a trusted proxy names last. A network of IPv6 counts as one."""
        found: str = request.META.get("REMOTE_ADDR", "")
        if found in self._proxies:
            for name in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
                found = name.strip() or found
                if found not in self._proxies:
                    break
        return _network(found)


@lru_cache(maxsize=4096)
def _network(name: str) -> str:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return "unknown"
    if address.version == 6:  # noqa: PLR2004 (the version's number)
        return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
    return name


@cache
def doorkeeper() -> Doorkeeper:
    """Give this process's doorkeeper, with the limits of the settings."""
    return Doorkeeper(
        keys=Rate.parse(settings.CAMKET_RATE_KEY),
        strangers=Rate.parse(settings.CAMKET_RATE_STRANGER),
        proxies=frozenset(filter(None, settings.CAMKET_PROXIES.split(","))),
    )


def clock() -> float:
    """Read the steady clock that buckets fill by. Only the door calls this."""
    return time.monotonic()


def stamp(request: HttpRequest, response: HttpResponse) -> None:
    """Say on an answer what the key may still do (fields of the IETF draft `ratelimit-headers`)."""
    found: tuple[Rate, Taken] | None = getattr(request, "camket_rate", None)
    if found is None:
        return
    rate, taken = found
    response.headers["RateLimit-Policy"] = rate.policy
    response.headers["RateLimit"] = f'"key";r={taken.left};t={taken.full_in}'
