"""When something is out of the ordinary. Pure: counts in, a verdict out.

Looks, per person and day: more subjects than the limit, which is the greater of a floor and a multiple of their habit
(the median of their last days with looks; of their colleagues' while they have too few), and on top of it each piece
of work that somebody else gave them that day: a day with much handed-out work explains itself. Refusals, per person or
key and hour: more than a fixed number. Each doubling beyond the limit is a level of its own and is told again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, NamedTuple

from django.conf import settings

SUBJECTS: Final = "many_subjects"
REFUSALS: Final = "many_refusals"
PLACE: Final = "new_place"
KINDS: Final = {
    SUBJECTS: (
        "xem nhiều khách hàng hơn hẳn thói quen và công việc được giao",
        "looked at many more customers than their habit and their work explain",
    ),
    REFUSALS: ("bị từ chối nhiều lần trong một giờ", "was refused many times within an hour"),
    PLACE: ("khóa được dùng từ một nơi mới", "a key was used from a new place"),
}
# Habit: of so many of the last days, known from so many on.
DAYS: Final = 20
ENOUGH_DAYS: Final = 5
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
_VIETNAM_MS: Final = 7 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`subjects` a day never alarm; beyond that `times` the habit; `refusals` an hour never alarm."""

    subjects: int
    times: int
    refusals: int


class Verdict(NamedTuple):
    """`level` 0 is the first to be told; `usual` and `ceiling` are its grounds."""

    level: int
    usual: int
    ceiling: int


def thresholds() -> Thresholds:
    """Give those of the settings."""
    return Thresholds(settings.CAMKET_WATCH_SUBJECTS, settings.CAMKET_WATCH_TIMES, settings.CAMKET_WATCH_REFUSALS)


def day_of(at_ms: int) -> int:
    """Give the moment at which the Vietnamese day began (there is no summer time)."""
    return at_ms - (at_ms + _VIETNAM_MS) % DAY_MS


def hour_of(at_ms: int) -> int:
    """Give the moment at which the hour began."""
    return at_ms - at_ms % HOUR_MS


def habit(own: Sequence[int], colleagues: Sequence[int]) -> int:
    """Give the usual number of subjects a day; a person's own days speak once there are enough of them."""
    days = own if len(own) >= ENOUGH_DAYS else colleagues
    return int(median(days)) if days else 0


def many_subjects(count: int, *, given: int, usual: int, limits: Thresholds) -> Verdict | None:
    """Judge a day of looks."""
    return _over(count, max(limits.subjects, limits.times * usual) + given, usual)


def many_refusals(count: int, *, limits: Thresholds) -> Verdict | None:
    """Judge an hour of refusals."""
    return _over(count, limits.refusals, 0)


def _over(count: int, limit: int, usual: int) -> Verdict | None:
    if count <= limit:
        return None
    level = 0
    while count > limit << (level + 1) and limit:
        level += 1
    return Verdict(level, usual, limit)
