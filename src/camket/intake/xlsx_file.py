"""Workbooks (XLSX): several sheets, merged cells, cell notes.

A cell merged downward stands for each row it covers (one customer, three order lines); a header merged across its
columns is put before the names below it. Hidden sheets are read like others: what is hidden is still held.
"""

import zipfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from camket.intake.errors import TableError
from camket.intake.xlsx_cells import merges, rows
from camket.intake.xlsx_parts import (
    CHUNK,
    Package,
    SheetPart,
    Words,
    book_part,
    damaged,
    day_styles,
    sheets,
    too_large,
    words,
)

_SIGNATURE = b"PK\x03\x04"
_HEADER_ROWS = 40
# What merged cells may make us hold.
_WIDEST_MERGE = 255
_MOST_MERGED = 1_000_000


def is_workbook(path: Path) -> bool:
    """Tell a workbook by its first bytes, whatever its name says."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(
            "tệp Excel kiểu cũ (.xls) hoặc có mật khẩu không đọc được",
            "an old workbook (.xls) or one with a password cannot be read",
            "mở bằng Excel rồi lưu lại dạng .xlsx không mật khẩu",
            "open it in a spreadsheet and save it as .xlsx without a password",
            "table.format",
        )
    return start.startswith(_SIGNATURE)


def open_workbook(path: Path, *, piece: int = CHUNK) -> "Workbook":
    """Open a workbook; raise TableError where it is damaged, encrypted or unpacks to too much.

    `piece` is how many bytes are unpacked at once.
    """
    try:
        packed = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise damaged() from error
    try:
        return Workbook(Package(packed, piece))
    except BaseException:
        packed.close()
        raise


class Workbook:
    """An open workbook; `cell_notes` counts the sheets that carry cell notes, which are never read.

    Its sheets unpack their part anew each time they are read, from the file that was opened, until they are dropped.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        part = book_part(package)
        self._sheets, self._since_1904 = sheets(package, part)
        self._words, self._days = words(package, part), day_styles(package, part)
        self.cell_notes = sum("/comments" in name for name in package.names())

    def sheets(self) -> Iterator["Sheet"]:
        """Yield the worksheets in order."""
        for sheet in self._sheets:
            yield Sheet(self._package, sheet, self._words, self._days, since_1904=self._since_1904)


class Sheet:
    """One worksheet, streamed from its part of the file each time."""

    def __init__(
        self, package: Package, about: SheetPart, words: Words, days: Mapping[int, str], *, since_1904: bool
    ) -> None:
        self._package = package
        self._part = about.part
        self._words, self._days, self._since_1904 = words, days, since_1904
        self.name = about.name
        self._size = package.size(about.part)
        self._done = 0
        self._down, self._across = self._merges()

    def progress(self) -> float:
        """Tell how much of the sheet has been read, 0 to 1."""
        return min(1.0, self._done / self._size) if self._size else 1.0

    def _raw(self) -> Iterator[tuple[int, int, dict[int, str]]]:
        return rows(self._package, self._part, self._words, self._days, since_1904=self._since_1904)

    def rows(self) -> Iterator[tuple[int, tuple[str, ...] | None]]:
        """Stream (row number as the spreadsheet counts, cells as text), merged cells filled downward.

        Blank rows between two others are given too: they are counted and told.
        """
        held: dict[int, tuple[int, str]] = {}
        previous: tuple[str, ...] = ()
        self._done = 0
        before: int | None = None
        for row, read, found in self._raw():
            self._done = read
            for blank in range(row if before is None else before + 1, row):
                previous = self._filled(blank, {}, held, previous)
                yield blank + 1, previous
            previous = self._filled(row, found, held, previous)
            before = row
            yield row + 1, previous
        self._done = self._size

    def _filled(
        self, row: int, found: dict[int, str], held: dict[int, tuple[int, str]], previous: tuple[str, ...]
    ) -> tuple[str, ...]:
        for column, last in self._down.get(row, ()):
            held[column] = (last, found.get(column, ""))
        for column in [column for column, (last, _) in held.items() if last < row]:
            del held[column]
        cells = [""] * (1 + max([*found, *held], default=-1))
        for column, (_, text) in held.items():
            cells[column] = text
        for column, text in found.items():
            cells[column] = text
        if row - 1 in self._across:
            cells = self._below(row - 1, previous, cells)
        return tuple(cells)

    def _below(self, above: int, parents: tuple[str, ...], cells: list[str]) -> list[str]:
        """Put the name of a header merged across columns before the names below it (`Người nhận` / `Tên`)."""
        for first, last in self._across[above]:
            parent = parents[first] if first < len(parents) else ""
            for column in range(first, min(last + 1, len(cells))):
                if parent and cells[column] and cells[column] != parent:
                    cells[column] = f"{cells[column]} {parent}"
        return cells

    def _merges(self) -> tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int]]]]:
        down: dict[int, list[tuple[int, int]]] = {}
        across: dict[int, list[tuple[int, int]]] = {}
        found = merges(self._package, self._part)
        first, widest = self._head() if found else (0, 0)
        if sum(min(right - left, _WIDEST_MERGE) + 1 for _, left, _, right in found) > _MOST_MERGED:
            raise too_large()
        for top, left, bottom, right in found:
            if bottom > top:
                for column in range(left, min(right, left + _WIDEST_MERGE) + 1):
                    down.setdefault(top, []).append((column, bottom))
            elif right > left and top < first + _HEADER_ROWS:
                across.setdefault(top, []).append((left, right))
        # A title over the whole table is no group of columns.
        return down, {
            row: spans for row, spans in across.items() if all(end - start + 1 < widest for start, end in spans)
        }

    def _head(self) -> tuple[int, int]:
        """Tell where the sheet begins, and how many columns its first rows take."""
        first = [(row, cells) for row, _, cells in islice(self._raw(), _HEADER_ROWS)]
        columns = [column for _, cells in first for column in cells]
        return (first[0][0], max(columns) - min(columns) + 1) if first else (0, 0)
