"""Addresses keep their text; their units are found as they were before July 2025 and as they are now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vietnam_provinces import Province

from camket.base import postal, units
from camket.base.errors import BadValueError
from camket.base.text import clean, fold

KHATRA = "8G2 Đường số 52, P. Tân Phong, Quận 7, TP. HCM"


def test_the_address_of_a_published_page() -> None:
    found = postal.parse(KHATRA)
    assert (found.street, found.ward, found.district, found.province, found.province_now, found.scheme) == (
        "8G2 Đường số 52",
        "phường Tân Phong",
        "quận 7",
        "Hồ Chí Minh",
        "Hồ Chí Minh",
        "before_2025",
    )
    assert found.text == KHATRA


@pytest.mark.parametrize(
    "other",
    [
        "8G2 Đường số 52, phường Tân Phong, Q.7, Tp Hồ Chí Minh",
        "8G2 đường số 52, P.Tân Phong, q7, tphcm",
        "8G2 Đường số 52 P. Tân Phong Quận 7 TP. HCM",
        "8G2 Đường số 52, P. Tân Phong, Quận 7, Sài Gòn, Việt Nam",
        "8G2 Đường số 52\nP. Tân Phong - Quận 7 - TP. HCM, 70000",
    ],
)
def test_spellings_of_one_place_compare_equal(other: str) -> None:
    assert postal.comparable(other) == postal.comparable(KHATRA)


def test_a_merged_province_compares_equal_to_what_it_became() -> None:
    before, since = postal.parse("ấp 3, xã Tân Thành, Bình Phước"), postal.parse("ấp 3, xã Tân Thành, Đồng Nai")
    assert (before.province, since.province) == ("Bình Phước", "Đồng Nai")
    assert before.province_now == since.province_now == "Đồng Nai"
    assert (before.scheme, postal.comparable(before.text)) == ("before_2025", postal.comparable(since.text))


def test_wards_of_today_are_known_and_old_ones_are_not_guessed() -> None:
    now = postal.parse("5 Lê Lợi, phường Sài Gòn, TP Hồ Chí Minh")
    assert (now.ward_now, now.scheme) == ("Phường Sài Gòn", "since_2025")
    assert postal.parse(KHATRA).ward_now is None
    assert postal.parse("Đặc khu Phú Quốc, An Giang").ward_now == "Đặc khu Phú Quốc"


def test_a_street_that_sounds_like_a_unit_stays_a_street() -> None:
    found = postal.parse("12 Xã Đàn, Phường Kim Liên, Hà Nội")
    assert (found.street, found.ward) == ("12 Xã Đàn", "phường Kim Liên")


def test_63_provinces_became_34() -> None:
    olds = [old for names in units.MERGED.values() for old in names]
    assert (len(units.MERGED), len(olds), len(set(olds))) == (34, 63, 63)
    assert {fold(one.name.removeprefix("Thành phố ")) for one in Province.iter_all()} == set(map(fold, units.MERGED))


@pytest.mark.parametrize(("new", "olds"), units.MERGED.items())
def test_every_province_is_found_by_old_and_new_name(new: str, olds: tuple[str, ...]) -> None:
    for name in (*olds, new):
        for written in (name, f"tỉnh {name}", f"TP. {name}", name.upper(), fold(name)):
            found = units.province(written)
            assert found is not None, written
            assert found.new == new, written


@given(st.text(max_size=120))
def test_no_text_is_lost_and_none_fails(text: str) -> None:
    assert postal.parse(text).text == clean(text)


@given(
    st.lists(
        st.sampled_from(["12 Lê Lợi", "P. 3", "Q1", "TP. HCM", "Hà Nội", "xã Tân Phú", "huyện X", "Việt Nam", "70000"]),
        max_size=6,
    )
)
def test_every_part_stands_in_street_or_unit(parts: list[str]) -> None:
    found = postal.parse(", ".join(parts))
    kept = " ".join(fold(part or "") for part in (found.street, found.ward, found.district, found.province))
    assert all(fold(part) in kept for part in parts if part.startswith(("12", "xã")) and fold(part) in fold(found.text))


@pytest.mark.parametrize("text", ["", "12", "?", "x" * 600])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadValueError, match="address"):
        postal.normalise(text)


def test_an_address_stays_as_written() -> None:
    assert postal.normalise("  12  Nguyễn Trãi,\nQ1 ") == "12 Nguyễn Trãi, Q1"
