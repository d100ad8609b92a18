"""Workbooks (XLSX): several sheets, merged cells, cell notes.

A cell merged downward stands for each row it covers (one customer, three order lines); a header merged across its
columns is put before the names below it. Hidden sheets are read like others: what is hidden is still held.
"""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import python_calamine

from camket.intake.errors import TableError

_SIGNATURE = b"PK\x03\x04"
# A workbook of a million rows unpacks to some 300 MB; more is a bomb or not a list of customers.
_LARGEST = 1 << 30
_HEADER_ROWS = 40
Cell = Any


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


def open_workbook(path: Path) -> "Workbook":
    """Open a workbook; raise TableError where it is damaged, encrypted or unpacks to too much."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
        if sum(part.file_size for part in parts) > _LARGEST:
            raise TableError(
                "tệp Excel này quá lớn khi giải nén",
                "this workbook is too large when unpacked",
                "chia thành nhiều tệp hoặc lưu dạng CSV",
                "split it, or save it as CSV",
                "table.size",
            )
        book = python_calamine.CalamineWorkbook.from_path(path)
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError) as error:
        raise _damaged() from error
    notes = sum("/comments" in part.filename for part in parts)
    return Workbook(book, notes)


class Workbook:
    """An open workbook; `cell_notes` counts the sheets that carry cell notes, which are never read."""

    def __init__(self, book: python_calamine.CalamineWorkbook, cell_notes: int) -> None:
        self._book = book
        self.cell_notes = cell_notes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        # The sheets read so far hold their own memory; the file itself need not stay open.
        self._book.close()

    def sheets(self) -> Iterator["Sheet"]:
        """Yield the worksheets in order, each read when it is reached."""
        for about in self._book.sheets_metadata:
            if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
                try:
                    yield Sheet(self._book.get_sheet_by_name(about.name))
                except python_calamine.CalamineError as error:
                    raise _damaged() from error


class Sheet:
    """One worksheet. Its cells lie compact outside Python; rows are made one by one."""

    def __init__(self, sheet: python_calamine.CalamineSheet) -> None:
        self._sheet = sheet
        self.name: str = sheet.name
        self._done = 0
        self._first = sheet.start or (0, 0)
        self._down, self._across = self._merges()

    def progress(self) -> float:
        """Tell how much of the sheet has been read, 0 to 1."""
        return self._done / self._sheet.height if self._sheet.height else 1.0

    def rows(self) -> Iterator[tuple[int, tuple[str, ...] | None]]:
        """Stream (row number as the spreadsheet counts, cells as text), merged cells filled downward."""
        top, left = self._first
        held: dict[int, tuple[int, str]] = {}
        previous: tuple[str, ...] = ()
        self._done = 0
        for offset, raw in enumerate(self._sheet.iter_rows()):
            row = top + offset
            cells = [""] * left + [as_text(cell) for cell in raw]
            for column, last in self._down.get(row, ()):
                held[column] = (last, cells[column] if column < len(cells) else "")
            for column, (last, text) in held.items():
                if row <= last and column < len(cells) and not cells[column]:
                    cells[column] = text
            if row - 1 in self._across:
                cells = self._below(row - 1, previous, cells)
            previous = tuple(cells)
            self._done = offset + 1
            yield row + 1, previous

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
        for (top, left), (bottom, right) in self._sheet.merged_cell_ranges or ():
            if bottom > top:
                for column in range(left, right + 1):
                    down.setdefault(top, []).append((column, bottom))
            elif right > left and top < self._first[0] + _HEADER_ROWS:
                across.setdefault(top, []).append((left, right))
        # A title over the whole table is no group of columns.
        widest = self._sheet.width
        return down, {
            row: spans for row, spans in across.items() if all(end - start + 1 < widest for start, end in spans)
        }


def as_text(cell: Cell) -> str:
    """Write a cell as its reader would type it: whole numbers without `.0`, days as ISO, truth as `true`."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time.min else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _damaged() -> TableError:
    return TableError(
        "tệp Excel này bị hỏng hoặc không mở được",
        "this workbook is damaged or cannot be opened",
        "mở bằng Excel rồi lưu lại dạng .xlsx",
        "open it in a spreadsheet and save it again as .xlsx",
        "table.damaged",
    )
