"""Time: read once at the edge, then handed on as an argument. A naive datetime is refused everywhere."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Self

# Vietnam has had one offset and no summer time since 1975; a fixed zone needs no time-zone files.
VIETNAM = timezone(timedelta(hours=7), "ICT")

_PERIOD = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?", re.ASCII)


def utc_now() -> datetime:
    """Read the clock. Only doors (command, request, worker) call this; deeds take `now`."""
    return datetime.now(UTC)


def aware(moment: datetime) -> datetime:
    """Return the moment in UTC, or raise ValueError where it names no zone."""
    if moment.tzinfo is None:
        msg = "a moment needs a time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970, exact (no float on the way)."""
    since = aware(moment) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    """Give the moment, in UTC, of milliseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def vietnam_day(moment: datetime) -> date:
    """Tell the calendar day in Vietnam, on which periods of the law are counted."""
    return aware(moment).astimezone(VIETNAM).date()


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO 8601 period of whole years, months, weeks and days, such as `P36M`."""

    months: int
    days: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `P3Y`, `P36M`, `P2W`, `P90D` or a mixture; raise ValueError for anything else, and for zero."""
        found = _PERIOD.fullmatch(text)
        years, months, weeks, days = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
        period = cls(months=12 * years + months, days=7 * weeks + days)
        if not period.months and not period.days:
            msg = "a period is written like P36M, P3Y, P2W or P90D and is not zero"
            raise ValueError(msg)
        return period

    def after(self, moment: datetime) -> datetime:
        """Add the period; a month that is too short ends on its last day (31 January + P1M = end of February)."""
        start = aware(moment).astimezone(VIETNAM)
        index = start.year * 12 + start.month - 1 + self.months
        year, month = divmod(index, 12)
        day = min(start.day, calendar.monthrange(year, month + 1)[1])
        return (start.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days)).astimezone(UTC)
