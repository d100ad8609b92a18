"""When a message is tried again: a pure function of how often it was tried."""

from datetime import timedelta

MOST_ATTEMPTS = 8
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=6)
_FACTOR = 4


def pause(attempts: int) -> timedelta:
    """Wait after attempt number `attempts` (1, 2 …): 30 s, 2 min, 8 min, 32 min, 2 h 8 min, then 6 h each."""
    factor: int = _FACTOR ** max(attempts - 1, 0)
    return min(_FIRST * factor, _LONGEST)
