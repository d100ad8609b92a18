"""A file of rows, CSV or XLSX, read as a stream: which sheet, where its header stands, what is only a note.

Spreadsheets of shops begin with a title and a remark, end with a total, repeat their header on each page and merge
cells; all that is told apart here, counted and reported, so that nothing goes missing unseen.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path

from camket.base.text import clean, fold, key
from camket.intake import csv_file, headers, xlsx_file
from camket.intake.errors import TableError

_LOOK_AHEAD = 40
_SAMPLES = 20
_MIN_HEADERS = 2
Reader = Callable[[], Iterator[tuple[int, tuple[str, ...] | None]]]
_TOTALS = frozenset({"tong", "tong cong", "cong", "total", "grand total", "tong so", "cong trang"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row of data: its number in the file (1 first, as spreadsheets count) and its cells, cleaned.

    A broken row has no cells: a quotation mark was left open, and what follows up to the next one went with it.
    """

    number: int
    cells: tuple[str, ...]
    broken: bool = False


@dataclass(slots=True)
class Table:
    """One table found in a file. `rows()` may be called again and streams from the start each time.

    `notes` counts rows above the header; `skipped` fills while `rows()` runs: blank rows, totals, repeated headers.
    """

    sheet: str
    header_row: int
    headers: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    notes: int
    about: str
    _read: Reader
    progress: Callable[[], float]
    skipped: dict[str, int] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """Stream the rows of data below the header."""
        self.skipped.clear()
        own = tuple(key(one) for one in self.headers)
        width = len(self.headers)
        for number, raw in self._read():
            if number <= self.header_row:
                continue
            if raw is None:
                yield Row(number, (), broken=True)
                continue
            cells = tuple(clean(cell) for cell in raw)
            why = _no_data(cells, own, width)
            if why:
                self.skipped[why] = self.skipped.get(why, 0) + 1
                continue
            yield Row(number, (cells + ("",) * width)[: max(width, len(cells))])


@dataclass(frozen=True, slots=True)
class Book:
    """The tables of a file, and what of it is no table: sheets without a header row, and cell notes, never read."""

    tables: tuple[Table, ...]
    sheets_without_table: tuple[str, ...] = ()
    cell_notes: int = 0


def open_book(path: Path) -> Book:
    """Find the tables of a CSV or XLSX file; raise TableError where there is none or it cannot be read."""
    if not path.is_file():
        raise TableError(
            "không tìm thấy tệp",
            "there is no such file",
            "kiểm tra lại đường dẫn",
            "check the path",
            "table.missing",
        )
    if xlsx_file.is_workbook(path):
        return _from_workbook(path)
    source = csv_file.CsvSource(path)
    table = _find(source.rows, sheet="", about=source.about, progress=source.progress)
    if table is None:
        raise _no_header()
    return Book((table,))


def _from_workbook(path: Path) -> Book:
    workbook = xlsx_file.open_workbook(path)
    found: list[Table] = []
    without: list[str] = []
    for sheet in workbook.sheets():
        table = _find(sheet.rows, sheet=sheet.name, about="xlsx", progress=sheet.progress)
        if table is None:
            without.append(sheet.name)
        else:
            found.append(table)
    if not found:
        raise _no_header()
    return Book(tuple(found), tuple(without), workbook.cell_notes)


def _no_header() -> TableError:
    return TableError(
        "không tìm thấy hàng tiêu đề",
        "no header row was found",
        "đặt tên cột ở hàng đầu, ví dụ: Họ tên, Số điện thoại, Địa chỉ",
        "name the columns in the first row, such as: name, phone, address",
        "table.header",
    )


def _find(read: Reader, *, sheet: str, about: str, progress: Callable[[], float]) -> Table | None:
    """Take the row with most known headers among the first ones; the rows above it are notes."""
    first = [(number, tuple(clean(cell) for cell in cells or ())) for number, cells in islice(read(), _LOOK_AHEAD)]
    scores = [headers.score(cells) for _, cells in first]
    best = max(scores, default=0)
    if best == 0:
        return None
    at = scores.index(best)
    number, cells = first[at]
    if at + 1 < len(first) and _is_second_header(first[at + 1][1]):
        # The lower of two header rows tells more; where it is blank the upper one speaks.
        at += 1
        number, lower = first[at]
        cells = tuple(below or above for above, below in zip_longest(cells, lower, fillvalue=""))
    named = _trimmed(cells)
    samples = [row for _, row in first[at + 1 :] if any(row)][:_SAMPLES]
    # A row of names right above the header is its upper half, not a note.
    above = zip(first[: scores.index(best)], scores, strict=False)
    notes = sum(any(row) and known < _MIN_HEADERS for (_, row), known in above)
    return Table(sheet, number, named, tuple(samples), notes, about, read, progress)


def _is_second_header(cells: tuple[str, ...]) -> bool:
    if any(char.isdigit() for cell in cells for char in cell):
        return False
    return sum(headers.match(cell) is not None for cell in cells if cell) >= _MIN_HEADERS


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    end = max(place for place, cell in enumerate(cells) if cell) + 1
    return cells[:end]


def _no_data(cells: Sequence[str], own: tuple[str, ...], width: int) -> str | None:
    filled = [cell for cell in cells if cell]
    if not filled:
        return "blank"
    if fold(filled[0]) in _TOTALS or (width > 2 and len(filled) == 1 and fold(filled[0]).startswith("tong ")):  # noqa: PLR2004 - in a table of two columns one filled cell is data
        return "total"
    if len(cells) >= width and all(key(cell) == name for cell, name in zip(cells, own, strict=False)):
        return "header"
    return None
