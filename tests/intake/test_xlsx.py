"""Workbooks are streamed: what every kind of cell says, where it stands, and what a file may not do to us."""

import datetime as dt
import random
import tracemalloc
import zipfile
from itertools import zip_longest
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from camket.intake import xlsx_cells
from camket.intake.errors import TableError
from camket.intake.table import open_book
from camket.intake.xlsx_file import open_workbook

FORMATS = (
    "dd/mm/yyyy",
    "yyyy-mm-dd hh:mm",
    "hh:mm:ss",
    "[h]:mm",
    "0.00",
    '#,##0 "đ"',
    "General",
    "[$-42A]d mmmm yyyy",
    "0%",
    "@",
    '"day" 0',
    "[Red]0",
    "mm:ss.0",
)
MOMENTS = ((0, 0), (8, 30), (23, 59, 59))


def _rows(path, **options):
    [sheet] = open_workbook(path, **options).sheets()
    return list(sheet.rows())


def _book(path, write, **options):
    with xlsxwriter.Workbook(path, options) as book:
        write(book, book.add_worksheet())
    return path


def _dice_sheet(book, sheet, dice):
    formats = [book.add_format({"num_format": one}) for one in FORMATS]
    sheet.write_string(0, 0, "head")
    for row, column in ((row, column) for row in range(12) for column in range(1, 7)):
        shown = dice.choice([*formats, None])
        match dice.randint(0, 9):
            case 0:
                sheet.write_string(
                    row, column, dice.choice(["Nguyễn Văn A", " x ", "<&>", "dòng\nhai", "1", "a_x0041_"])
                )
            case 1:
                sheet.write_number(row, column, dice.choice([1, 1.5, 0, 0.1, 45000, 45000.5, 59, 60, 61, 0.25]), shown)
            case 2:
                day = dt.date(dice.randint(1950, 2030), dice.randint(1, 12), dice.randint(1, 28))
                at = dt.datetime.combine(day, dt.time(*dice.choice(MOMENTS)))
                sheet.write_datetime(row, column, at, dice.choice(formats[:3]))
            case 3:
                sheet.write_boolean(row, column, dice.random() < 0.5)
            case 4:
                sheet.write_formula(row, column, "=1+1", shown, dice.choice([2, "two", True, "#N/A"]))
            case 5:
                sheet.write_rich_string(row, column, "a ", book.add_format({"bold": 1}), "b", " c")
            case 6:
                sheet.write_blank(row, column, None, formats[0])


def _as_old(cell):
    """Write a cell of the other reader as its reader would type it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time.min else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


@pytest.mark.parametrize("seed", range(25))
def test_cells_are_told_as_another_reader_tells_them(tmp_path, seed):
    dice = random.Random(seed)
    options = {"date_1904": seed % 5 == 4}
    path = _book(tmp_path / "k.xlsx", lambda book, sheet: _dice_sheet(book, sheet, dice), **options)
    other = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    for (_, found), expected in zip_longest(_rows(path), other.iter_rows(), fillvalue=(0, ())):
        width = max(len(found), len(expected))
        told = [_as_old(cell) for cell in expected]
        assert [*found, *[""] * (width - len(found))] == [*told, *[""] * (width - len(told))]


def test_rows_and_columns_are_counted_from_the_corner_of_the_sheet(tmp_path):
    path = _book(tmp_path / "k.xlsx", lambda _, sheet: sheet.write_row(3, 2, ["SĐT", "Họ tên"]))
    assert _rows(path) == [(4, ("", "", "SĐT", "Họ tên"))]


def test_blank_rows_between_are_given_and_those_behind_are_not(tmp_path):
    def write(_, sheet):
        sheet.write(0, 0, "a")
        sheet.write(3, 0, "b")
        sheet.write_blank(9, 0, None)

    assert _rows(_book(tmp_path / "k.xlsx", write)) == [(1, ("a",)), (2, ()), (3, ()), (4, ("b",))]


@pytest.mark.parametrize("size", [1, 7, 64])
def test_merged_ranges_are_found_wherever_a_piece_of_the_file_ends(tmp_path, size):
    def write(_, sheet):
        for row in range(0, 40, 4):
            sheet.merge_range(row, 0, row + 1, 0, f"m{row}")
            sheet.write(row + 1, 1, "x")

    path = _book(tmp_path / "k.xlsx", write)
    whole = _rows(path)
    assert _rows(path, piece=size) == whole
    assert whole[1] == (2, ("m0", "x"))


def _changed(path, part, change):
    """Write a workbook again with one part changed."""
    other = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content) if info.filename == part else content)
    return other


@pytest.fixture
def plain(tmp_path):
    return _book(tmp_path / "k.xlsx", lambda _, sheet: [sheet.write_row(row, 0, ["a", "b", row]) for row in range(9)])


SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (SHEET, lambda content: ENTITY + content.partition(b"?>")[2]),
        ("xl/sharedStrings.xml", lambda content: ENTITY + content.partition(b"?>")[2].replace(b">a<", b">&a;<")),
        (SHEET, lambda content: content[: len(content) // 2]),
        (SHEET, lambda content: content.replace(b"<v>1</v>", b"<v>99</v>")),
        (SHEET, lambda content: content.replace(b'r="2"', b'r="1"')),
        (SHEET, lambda content: content.replace(b'r="2"', b'r="9999999"')),
        (SHEET, lambda content: content.replace(b'r="A2"', b'r="ZZZZ2"')),
        (SHEET, lambda content: content.replace(b'r="A2"', b'r="a\xc3\xa92"')),
        ("xl/workbook.xml", lambda _: b"<x>"),
    ],
)
def test_a_workbook_that_is_not_one_is_refused(plain, part, change):
    changed = _changed(plain, part, change)
    with pytest.raises(TableError) as refused:
        _rows(changed)
    assert refused.value.code == "table.damaged"


def test_what_packs_to_next_to_nothing_is_refused_before_it_is_unpacked(plain):
    bomb = _changed(plain, SHEET, lambda content: content.replace(b"<sheetData>", b"<sheetData>" + b" " * (1 << 24)))
    assert bomb.stat().st_size < 1 << 20
    tracemalloc.start()
    with pytest.raises(TableError) as refused:
        open_book(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.code == "table.size"
    assert peak < 4 << 20


def test_merged_ranges_over_everything_are_refused(plain):
    wide = b'<mergeCells count="1">' + b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (n, n + 1) for n in range(1, 9000))
    behind = b"</sheetData>" + wide + b"</mergeCells>"
    path = _changed(plain, SHEET, lambda content: content.replace(b"</sheetData>", behind))
    with pytest.raises(TableError) as refused:
        open_book(path)
    assert refused.value.code == "table.size"


def test_a_long_sheet_is_read_in_little_memory(tmp_path):
    def write(_, sheet):
        for row in range(4_000):
            sheet.write_row(row, 0, [f"Nguyễn Văn {row}", f"09{row:08}", row, "Hà Nội"])

    path = _book(tmp_path / "k.xlsx", write, constant_memory=True)
    tracemalloc.start()
    count = sum(1 for sheet in open_workbook(path).sheets() for _ in sheet.rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (count, peak < 2 << 20) == (4_000, True)


@pytest.mark.parametrize(
    ("number", "what", "shift", "told"),
    [
        (0.5, "day", 0, "12:00:00"),
        (1, "day", 0, "1900-01-01"),
        (59, "day", 0, "1900-02-28"),
        (61, "day", 0, "1900-03-01"),
        (45000.25, "day", 0, "2023-03-15 06:00:00"),
        (1, "day", 1462, "1904-01-02"),
        (1.1, "span", 0, "1 day, 2:24:00"),
        (-3, "day", 0, None),
        (1e12, "day", 0, None),
        (float("nan"), "day", 0, None),
    ],
)
def test_numbers_of_days(number, what, shift, told):
    assert xlsx_cells._moment(number, what, shift) == told


def test_a_file_is_named_by_its_own_parts_whatever_their_case(plain):
    path = Path(plain).with_name("upper.xlsx")
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename.upper(), old.read(info))
    assert _rows(path) == _rows(plain)
