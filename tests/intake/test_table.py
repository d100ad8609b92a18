"""Files as shops have them: any delimiter and encoding, notes, totals, merged cells, several sheets."""

import datetime as dt
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from camket.intake import headers, mapping
from camket.intake.errors import MapError, TableError
from camket.intake.table import Row, Table, open_book

TEXT = (
    'Danh sách khách hàng\nHọ tên{0}SĐT{0}Địa chỉ\nTrần Thị Lan{0}0901234567{0}"12 Nguyễn Trãi{0} Q1"\n\n'
    "Tổng cộng{0}{0}1\n"
)


def _legacy_page(text: str) -> bytes:
    """Write text as Windows code page 1258 does: base letter, then the tone as a mark of its own."""
    out = bytearray()
    for char in unicodedata.normalize("NFC", text):
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", char)
            vowel = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark in "\u0302\u0306\u031b"))
            tones = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
            out += (vowel + tones).encode("cp1258")
    return bytes(out)


def _one(path: Path) -> tuple[Table, list[Row]]:
    (table,) = open_book(path).tables
    return table, list(table.rows())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = TEXT.format(delimiter)
    path = tmp_path / "k.csv"
    path.write_bytes(_legacy_page(text) if encoding == "cp1258" else text.encode(encoding))
    table, rows = _one(path)
    assert (table.headers, table.header_row, table.notes) == (("Họ tên", "SĐT", "Địa chỉ"), 2, 1)
    assert [row.cells for row in rows] == [
        ("Trần Thị Lan", "0901234567", f"12 Nguyễn Trãi{delimiter} Q1".replace("\t", " ").replace("  ", " "))
    ]
    assert table.skipped == {"blank": 1, "total": 1}
    assert table.progress() == 1.0
    assert encoding in table.about


def test_decomposed_unicode_is_composed(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text(unicodedata.normalize("NFD", "Họ tên,SĐT\nTrần Thị Lan,0901234567\n"), "utf-8")
    table, rows = _one(path)
    assert (table.headers, rows[0].cells) == (("Họ tên", "SĐT"), ("Trần Thị Lan", "0901234567"))


def test_excels_own_hint_and_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_bytes("sep=;\r\nHọ tên;SĐT\r\nLan, Trần;0901234567\r\n".encode())
    _, rows = _one(path)
    assert rows == [Row(3, ("Lan, Trần", "0901234567"))]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Hä tªn,S§T\nTrÇn ThÞ Lan,090".encode("latin-1"), "table.encoding"),
        ("Prénom,Müller\nJosé,ß\n".encode("latin-1"), "table.encoding"),
        (b"\xff\xfe\x00\xd8abc", "table.encoding"),
        ("Họ tên,SĐT\n".encode("utf-16-le"), "table.encoding"),
        (b"\xef\xbb\xbfabc\xff", "table.encoding"),
        (b"PK\x03\x04abc", "table.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "table.format"),
        (b"", "table.header"),
        (b"\n\n\n", "table.header"),
        (b"1,2,3\n4,5,6\n", "table.header"),
    ],
)
def test_what_is_no_table_says_how_to_mend_it(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "k.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        open_book(path)
    assert caught.value.code == code
    assert caught.value.advice_vi
    assert caught.value.advice_en


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such file"):
        open_book(tmp_path / "none.csv")


def test_a_row_with_an_open_quotation_mark_is_a_bad_row_not_a_lost_one(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text('Họ tên,SĐT\n"Lan"x,0901234567\nAn,0912345678\n"Hoa,0987654321\n', "utf-8")
    _, rows = _one(path)
    assert [(row.number, row.broken) for row in rows] == [(2, True), (3, False), (4, True)]


@example([";;;"])
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), min_size=1, max_size=4))
def test_any_cells_come_back_cleaned(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    path = tmp_path_factory.mktemp("any") / "k.csv"
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in ["Lan", "0901234567", *cells])
    path.write_bytes(f"Họ tên,SĐT\n{quoted}\n".encode())
    _, rows = _one(path)
    assert [row.broken for row in rows] == [False]
    assert rows[0].cells[:2] == ("Lan", "0901234567")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A sheet as a shop prints it: title, remark, header in two rows, merged customer, note, total; then two others."""
    path = tmp_path / "k.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Khách")
    sheet.merge_range(0, 0, 0, 5, "DANH SÁCH KHÁCH HÀNG 2025")
    sheet.write(1, 0, "Ghi chú: chỉ dùng nội bộ")
    for column, name in ((0, "STT"), (3, "Mã đơn"), (4, "Tên hàng"), (5, "SL")):
        sheet.merge_range(3, column, 4, column, name)
    sheet.merge_range(3, 1, 3, 2, "Người nhận")
    sheet.write_row(4, 1, ["Họ tên", "SĐT"])
    for column, value in ((0, 1), (1, "Trần Thị Lan"), (2, "0901234567"), (3, "DH01")):
        sheet.merge_range(5, column, 6, column, value)
    sheet.write_row(5, 4, ["Gạch", 3])
    sheet.write_row(6, 4, ["Keo", 2.5])
    sheet.write_row(8, 0, [2, "Nguyễn Văn An", 381234567, "DH02", "Vải", 5])
    sheet.write(9, 0, "Tổng cộng")
    sheet.write(9, 5, 10)
    sheet.write_comment("A6", "khách khó tính")
    book.add_worksheet("Trống")
    other = book.add_worksheet("Sinh nhật")
    other.write_row(0, 0, ["Email", "Ngày sinh", "Xuất hóa đơn"])
    other.write(1, 0, "lan.tran@example.com")
    other.write_datetime(1, 1, dt.datetime(1990, 2, 3), book.add_format({"num_format": "dd/mm/yyyy"}))  # noqa: DTZ001 - a spreadsheet has no zones
    other.write_boolean(1, 2, True)
    book.close()
    return path


def test_a_workbook_with_all_that_shops_do(workbook: Path) -> None:
    book = open_book(workbook)
    first, second = book.tables
    assert (book.sheets_without_table, book.cell_notes) == (("Trống",), 1)
    assert (first.sheet, first.header_row, first.notes) == ("Khách", 5, 2)
    assert first.headers == ("STT", "Họ tên Người nhận", "SĐT Người nhận", "Mã đơn", "Tên hàng", "SL")
    assert [row.cells for row in first.rows()] == [
        ("1", "Trần Thị Lan", "0901234567", "DH01", "Gạch", "3"),
        ("1", "Trần Thị Lan", "0901234567", "DH01", "Keo", "2.5"),
        ("2", "Nguyễn Văn An", "381234567", "DH02", "Vải", "5"),
    ]
    assert first.skipped == {"blank": 1, "total": 1}
    assert list(second.rows()) == [Row(2, ("lan.tran@example.com", "1990-02-03", "true"))]


def test_rows_can_be_read_again(workbook: Path) -> None:
    table = open_book(workbook).tables[0]
    assert list(table.rows()) == list(table.rows())


HEADERS = {
    "Họ và tên": "name",
    "HO TEN": "name",
    "SĐT khách": "phone",
    "ĐIỆN THOẠI": "phone",
    "E-mail": "email",
    "contactNumber": "phone",
    "billing.phone": "phone",
    "Shipping Phone": "receiver_phone",
    "Số ĐT người nhận": "receiver_phone",
    "Địa chỉ nhận hàng": "receiver_address",
    "Phường/Xã": "postal_address.ward",
    "Tỉnh/Thành": "postal_address.province",
    "Mã đơn": "order_number",
    "Ngày đặt": "order.placed_on",
    "Tên hàng": "line.description",
    "SL": "line.quantity",
    "Đơn giá": "line.price",
    "ĐVT": "line.unit",
    "Ghi chú (nếu có)": "order_note",
    "accepts_marketing": "consent.marketing",
    "Từ chối quảng cáo": "refusal.marketing",
    "Ngày sinh (dd/mm/yyyy)": "birth_date",
    "Số thẻ": "card_number",
    "Mật khẩu": "password",
    "CCCD": "national_id",
    "MST": "tax_code",
    "STT": "-",
    "xyz": "-",
    "": "-",
}


def test_headers_in_any_order_and_language() -> None:
    names = list(HEADERS)
    for order in (names, names[::-1]):
        assert {column.header: column.target for column in headers.guess(order)} == HEADERS


@pytest.mark.parametrize(
    ("names", "target"),
    [(["Tên", "SĐT"], "name"), (["Họ", "Tên", "SĐT"], "name.given"), (["Họ tên", "Tên", "SĐT"], "-")],
)
def test_ten_alone_is_read_by_its_neighbours(names: list[str], target: str) -> None:
    assert {column.header: column.target for column in headers.guess(names)}["Tên"] == target


def test_values_tell_what_a_header_does_not() -> None:
    samples = [
        ("0901234567", "a.b@example.com"),
        ("0168 123 4567", "c@example.com"),
        ("028 3822 1234", "d@example.com"),
    ]
    found = headers.guess(["x1", "x2"], samples)
    assert [(column.target, column.why) for column in found] == [("phone", "values"), ("email", "values")]


def test_the_shops_own_mapping_wins(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(
        '[columns]\n"Liên lạc" = "phone"\n"ghi chú" = "-"\n'
        '[consent.marketing]\nhow = "paper"\ntext = "Tôi đồng ý"\nrefused = ["không"]\n',
        "utf-8",
    )
    mapped = mapping.guess(["Họ tên", "Liên lạc", "Ghi chú", "Nhận tin"], [], mapping.read(path))
    assert [(column.target, column.why) for column in mapped.columns] == [
        ("name", "header"),
        ("phone", "map"),
        ("-", "map"),
        ("consent.marketing", "header"),
    ]
    assert mapped.evidence["marketing"].text == "Tôi đồng ý"
    assert mapped.answer("consent.marketing", "không") == ("marketing", "refused")


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("true", "given"),
        ("Có", "given"),
        ("1", "given"),
        ("false", "never_asked"),
        ("0", "never_asked"),
        ("không", "never_asked"),
        ("", "never_asked"),
        ("từ chối", "refused"),
        ("unsubscribed", "refused"),
        ("chưa rõ", "never_asked"),
    ],
)
def test_false_is_not_a_refusal_unless_the_column_says_so(cell: str, answer: str) -> None:
    mapped = mapping.guess(["SĐT", "accepts_marketing"], [])
    assert mapped.answer("consent.marketing", cell) == ("marketing", answer)


@pytest.mark.parametrize(
    "text",
    [
        '[columns]\n"Không có" = "phone"\n',
        '[columns]\n"SĐT" = "phnoe"\n',
        "[rows]\n",
        "columns = 1\n",
        "[consent.order]\nhow='paper'\n",
        "[consent.marketing]\nwhen='x'\n",
        "kein toml =",
    ],
)
def test_a_wrong_mapping_file_says_what_is_wrong(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(MapError) as caught:
        mapping.guess(["SĐT"], [], mapping.read(path))
    assert caught.value.code.startswith("map.")
