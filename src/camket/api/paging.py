"""Pages of a listing: at most 200 rows, in an order that does not change, from where the last page ended.

A cursor is the place of the last row shown, made of what that row showed already; it grants nothing, so it is not
signed. Each page is asked for, decided and ledgered like the first.
"""

import base64
import binascii
import struct
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Final, TypeVar
from uuid import UUID

from pydantic import Field

from camket.api.errors import DoorError
from camket.api.fields import Number

T = TypeVar("T")

MOST: Final = 200
_PLACE: Final = struct.Struct(">I16s16s")

Limit = Annotated[Number, Field(ge=1, le=MOST, description="How many rows at most.")]
Cursor = Annotated[
    str,
    Field(
        min_length=48,
        max_length=48,
        pattern=r"^[A-Za-z0-9_-]{48}$",
        description="`next` of the page before; left out for the first page.",
    ),
]
Place = tuple[int, UUID, UUID]
_NOBODY: Final = UUID(int=0)


def place(number: int, first: UUID, second: UUID = _NOBODY) -> Place:
    """Name the place of a row: a number (a day, a rank), then ids."""
    return number, first, second


def by_day(day: date, first: UUID) -> Place:
    """Name the place of a row in a listing that goes by days."""
    return place(day.toordinal(), first)


def cursor(at: Place) -> str:
    """Write a place as letters."""
    number, first, second = at
    return base64.urlsafe_b64encode(_PLACE.pack(number, first.bytes, second.bytes)).decode()


def read(text: str) -> Place:
    """Read a place again; a text that is none is refused as field `after`."""
    try:
        number, first, second = _PLACE.unpack(base64.urlsafe_b64decode(text))
    except (binascii.Error, struct.error, ValueError):
        raise _unreadable() from None
    return number, UUID(bytes=first), UUID(bytes=second)


def day_of(at: Place) -> date:
    """Give the day of a place in a listing that goes by days."""
    try:
        return date.fromordinal(at[0])
    except (ValueError, OverflowError):
        raise _unreadable() from None


def page(rows: Sequence[T], limit: int, where: Callable[[T], Place]) -> tuple[list[T], str | None]:
    """Cut one row too many off a page; its end as a cursor, or nothing when this was the last page."""
    shown = list(rows[:limit])
    return shown, cursor(where(shown[-1])) if len(rows) > limit else None


def _unreadable() -> DoorError:
    return DoorError(
        422,
        "cursor.invalid",
        ("con trỏ trang không đọc được", "the cursor of the page cannot be read"),
        ("gửi lại `next` của trang trước y như đã nhận", "send `next` of the page before as it was received"),
        field="after",
    )
