"""The cells of one worksheet, streamed: a row is made when it is complete, and nothing of it is kept after."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Final

from camket.intake.xlsx_parts import Package, Parser, Words, damaged

MOST_ROWS: Final = 1 << 20
MOST_COLUMNS: Final = 1 << 14
_MERGE: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_LONGEST_MERGE: Final = 400
_MOST_MERGES: Final = 200_000
_DAY_MS: Final = 86_400_000
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 (a cell's day has no zone)
# Excel holds 1900 for a leap year: numbers below 60 are one day later than they count from the epoch.
_LEAP: Final = 60
_SINCE_1904: Final = 1462
_LAST_DAY: Final = 2_900_000
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
Row = tuple[int, dict[int, str]]
Merge = tuple[int, int, int, int]


def merges(package: Package, part: str) -> list[Merge]:
    """Find the merged ranges (first row and column, last row and column, from 0): they stand behind the cells."""
    found: list[Merge] = []
    rest = b""
    for chunk in package.stream(part):
        piece = rest + chunk
        for place in _MERGE.finditer(piece):
            left, top, right, bottom = place.groups()
            found.append((int(top) - 1, _column(left.decode()), int(bottom) - 1, _column(right.decode())))
        if len(found) > _MOST_MERGES:
            raise damaged()
        last = piece.rfind(b"<")
        rest = piece[max(last, len(piece) - _LONGEST_MERGE) :] if last >= 0 else b""
        if _MERGE.fullmatch(rest.partition(b">")[0]):
            rest = b""
    return list(dict.fromkeys(found))


def rows(
    package: Package, part: str, words: Words, days: Mapping[int, str], *, since_1904: bool
) -> Iterator[tuple[int, int, dict[int, str]]]:
    """Stream (row from 0, bytes read so far, text by column) of every row that holds something, in order."""
    reader = _Reader(words, days, since_1904=since_1904)
    parser = Parser(reader.start, reader.end, reader.text)
    read = 0
    for chunk in package.stream(part):
        parser.feed(chunk)
        read += len(chunk)
        for row, cells in reader.taken():
            yield row, read, cells
    parser.feed(b"", last=True)
    for row, cells in reader.taken():
        yield row, read, cells


class _Reader:
    """Builds rows out of the elements of a sheet."""

    def __init__(self, words: Words, days: Mapping[int, str], *, since_1904: bool) -> None:
        self._words = words
        self._days = days
        self._shift = _SINCE_1904 if since_1904 else 0
        self._done: list[Row] = []
        self._cells: dict[int, str] = {}
        self._row = self._column = -1
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._open = self._sounds = False

    def taken(self) -> list[Row]:
        """Give the rows that are complete, once."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self._begin(given)
        elif name == "v":
            self._open = True
        elif name == "t":
            self._open = not self._sounds
        elif name == "row":
            told = given.get("r", "")
            row = int(told) - 1 if told.isdigit() else self._row + 1
            if not self._row < row < MOST_ROWS:
                raise damaged()
            self._row, self._column = row, -1
        elif name == "rPh":
            self._sounds = True

    def _begin(self, given: dict[str, str]) -> None:
        place = given.get("r", "")
        self._column = _column(place.rstrip("0123456789")) if place else self._column + 1
        if self._column >= MOST_COLUMNS:
            raise damaged()
        self._kind, self._style = given.get("t", "n"), given.get("s", "")
        self._pieces.clear()

    def text(self, text: str) -> None:
        if self._open:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._open = False
        elif name == "c":
            if self._pieces and (told := self._told("".join(self._pieces))):
                self._cells[self._column] = told
        elif name == "row":
            if self._cells:
                self._done.append((self._row, self._cells))
                self._cells = {}
        elif name == "rPh":
            self._sounds = False

    def _told(self, value: str) -> str:
        """Write a cell as its reader would type it: whole numbers without `.0`, days as ISO, truth as `true`."""
        if self._kind == "s":
            return _plain(self._words.text(int(value))) if value.strip().isdigit() else ""
        reader = _KINDS.get(self._kind)
        return reader(value) if reader else self._number(value)

    def _number(self, value: str) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        what = self._days.get(int(self._style), "") if self._style.isdigit() else ""
        if what and (told := _moment(number, what, self._shift)):
            return told
        return str(int(number)) if number.is_integer() else str(number)


def _column(letters: str) -> int:
    found = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise damaged()
        found = found * 26 + ord(letter) - 64
    return found - 1


def _plain(text: str) -> str:
    """Give back what is written as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _iso(value: str) -> str:
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        return value
    return at.date().isoformat() if at.time() == dt.time.min else at.isoformat(sep=" ")


def _truth(value: str) -> str:
    return "true" if value.strip() == "1" else "false"


def _blank(_value: str) -> str:
    """Leave out what a formula failed to find (`#N/A`)."""
    return ""


# How cells of a kind are read; the others are numbers.
_KINDS: Final = {"inlineStr": _plain, "str": _plain, "b": _truth, "d": _iso, "e": _blank}


def _moment(number: float, what: str, shift: int) -> str | None:
    """Write the number of a day as ISO; None for a number that is no day of these centuries."""
    if not 0 <= number < _LAST_DAY:
        return None
    span = dt.timedelta(milliseconds=round(number * _DAY_MS))
    if what == "span":
        return str(span)
    if number < 1:
        return (_EPOCH + span).time().isoformat()
    at = _EPOCH + span + dt.timedelta(days=shift)
    if not shift and number < _LEAP:
        at += dt.timedelta(days=1)
    return at.date().isoformat() if at.time() == dt.time.min else at.isoformat(sep=" ")
