"""How dates, moments and money are written for people in Vietnam."""

from datetime import date, datetime

from camket.base.clock import VIETNAM, aware


def day(value: date) -> str:
    """Write `22/11/2026`."""
    return f"{value.day:02}/{value.month:02}/{value.year:04}"


def moment(value: datetime) -> str:
    """Write the Vietnamese wall clock: `14:05 22/11/2026`."""
    local = aware(value).astimezone(VIETNAM)
    return f"{local.hour:02}:{local.minute:02} {day(local.date())}"


def money(dong: int) -> str:
    """Write whole đồng: `1.250.000 ₫`."""
    return f"{dong:,} ₫".replace(",", ".")


def count(number: int) -> str:
    """Write a count with dots between thousands: `12.480`."""
    return f"{number:,}".replace(",", ".")
