"""The attacker fills in a form that the shop later exports, mends or imports: as a formula, or without an end."""

import tracemalloc

import pytest

from camket.intake.csv_file import CsvSource
from camket.intake.mending import covered


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "@SUM(A1)",
        "-2+3+cmd|' /C calc'!A0",
        "+1+cmd|' /C calc'!A0",
        "+84912345678*cmd|' /C calc'!A0",
        "\n=1+1",
        " =1+1",
        "\u00a0=1+1",
        "＝1+1",
    ],
)
def test_no_cell_of_a_mending_copy_runs(cell):
    assert covered(cell).startswith("'")


@pytest.mark.parametrize("cell", ["+84 912-345-678", "-5", "-1.250.000,5", "12 Hàng Bạc", "a=b", "+84 (0) 912.345.678"])
def test_phones_and_numbers_stay_as_they_are(cell):
    assert covered(cell) == cell


def test_a_line_without_an_end_is_one_bad_row_and_takes_no_memory(tmp_path):
    path = tmp_path / "don-hang.csv"
    with path.open("wb") as file:
        file.write("Họ tên,Điện thoại\nMinh,0912345678\n".encode())
        for _ in range(64):
            file.write(b"a" * (1 << 20))
        file.write("\nThảo,0987654321\n".encode())
    tracemalloc.start()
    try:
        rows = list(CsvSource(path).rows())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [cells[0] if cells else None for _, cells in rows] == ["Họ tên", "Minh", None, "Thảo"]
    assert most < 32 << 20
