"""Vietnamese text: what looks alike is alike, and nothing that was written is lost."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.base import names
from camket.base.errors import BadValueError
from camket.base.text import clean, flat, fold, key, nfc, one_line

VIETNAMESE = st.text("aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđĐbcdghklmnpqrstvxÀĂÊÔƯ ")


@given(VIETNAMESE)
def test_decomposed_and_composed_text_is_one(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert clean(apart) == clean(text)
    assert fold(apart) == fold(text)
    assert fold(text).isascii()
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200))
def test_flat_text_keeps_every_place(text: str) -> None:
    assert len(flat(text)) == len(nfc(text))


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Đặng Thị Hằng", "dang thi hang"),
        ("  NGUYỄN\u00a0Văn  Đức ", "nguyen van duc"),
        ("Nguyễn\u200b Văn-Đức", "nguyen van duc"),
        ("ð", "d"),
        ("王小明", "王小明"),
        ("", ""),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_cleaning_drops_what_cannot_be_seen_and_keeps_lines() -> None:
    assert clean("a\u200bb\ufeff\x00 c\r\n d ") == "ab c\nd"
    assert one_line("a\n b") == "a b"
    assert key("Số điện thoại") == "sodienthoai"


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Nguyễn Thị Minh Khai", ("Nguyễn", "Thị Minh", "Khai")),
        ("chị Lan", ("", "", "Lan")),
        ("Chị Nguyễn Lan", ("Nguyễn", "", "Lan")),
        ("Lan Nguyễn", ("Nguyễn", "", "Lan")),
        ("Tôn Nữ Thị Hà", ("Tôn Nữ", "Thị", "Hà")),
        ("Anh Thư", ("Anh", "", "Thư")),
        ("Mr. Trần Bình", ("Trần", "", "Bình")),
    ],
)
def test_names_are_read_family_first(written: str, parts: tuple[str, str, str]) -> None:
    found = names.parse(written)
    assert (found.family, found.middle, found.given) == parts


@given(st.lists(VIETNAMESE.filter(lambda text: text.strip()), min_size=1, max_size=5).map(" ".join))
def test_no_word_of_a_name_is_lost_but_titles(name: str) -> None:
    found = names.parse(name)
    kept = fold(f"{found.family} {found.middle} {found.given}").split()
    lost = sorted(fold(name).split())
    for word in kept:
        lost.remove(word)
    assert set(lost) <= names._TITLES


@pytest.mark.parametrize("text", ["", "0912345678", "lan@example.com", "Lan 0912345678", "!!!", "x" * 200])
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(BadValueError):
        names.normalise(text)


def test_names_stay_as_written() -> None:
    assert names.normalise("  TRẦN   văn A, ") == "TRẦN văn A"
    assert names.is_filler("Khách lẻ")
    assert not names.is_filler("Lê Khách")
