"""Periods of keeping: a finite number of years, months, weeks or days, written as ISO 8601 (`P36M`, `P10Y`, `P90D`)."""

import re
from dataclasses import dataclass

PATTERN = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")
LONGEST_YEARS = 100
TOLD_IN_YEARS = 60  # months; shorter periods are told in months, as policies write them


@dataclass(frozen=True, slots=True)
class Period:
    """Months are calendar months (the last day of a shorter month counts), days are calendar days."""

    months: int
    days: int

    @property
    def about_days(self) -> int:
        """Length for comparing two periods: a month counts as 30.44 days."""
        return round(self.months * 30.44) + self.days

    def name(self, lang: str) -> str:
        """Give the period in words: `36 tháng`, `36 months`."""
        units = _whole(self.months, self.days)
        english = [f"{count} {unit[1]}{'' if count == 1 else 's'}" for count, unit in units]
        return " ".join(english if lang == "en" else [f"{count} {unit[0]}" for count, unit in units])


def parse(text: str) -> Period | None:
    """Give the period, or nothing when the text is no ISO period, is zero, or is longer than a hundred years."""
    match = PATTERN.fullmatch(text)
    if not match:
        return None
    years, months, weeks, days = (int(group or 0) for group in match.groups())
    period = Period(years * 12 + months, weeks * 7 + days)
    return period if 0 < period.about_days <= LONGEST_YEARS * 366 else None


def _whole(months: int, days: int) -> list[tuple[int, tuple[str, str]]]:
    year, month, day = ("năm", "year"), ("tháng", "month"), ("ngày", "day")
    units: list[tuple[int, tuple[str, str]]] = []
    if months:
        units.append((months // 12, year) if months % 12 == 0 and months >= TOLD_IN_YEARS else (months, month))
    if days:
        units.append((days, day))
    return units
