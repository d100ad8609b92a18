"""All the ways a Vietnamese number is written are one number; what is none is an error that says so."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.base import phone
from camket.base.errors import BadValueError

# Sets of spellings of one number each.
ONE_PERSON = [
    (
        "+84381234567",
        ["01681234567", "0381234567", "+84 168 123 4567", "84381234567", "0168.123.4567", "+84(0)168 1234567"],
    ),
    ("+84901234567", ["0901234567", "0901 234 567", "(+84) 90-123-45-67", "0084901234567", "84901234567", "901234567"]),
    (
        "+84901234567",
        ["0901234567.0", "０９０１２３４５６７", " 0901.234.567; ", "+84 (0) 901 234 567", "'0901234567".strip("'")],
    ),
    ("+842838221234", ["028 3822 1234", "(028) 38221234", "+84 28 3822 1234"]),
    ("+8418006292", ["1800 6292", "18006292", "+8418006292"]),
    ("+8419001560", ["1900 1560"]),
    ("+842438251234;ext=12", ["024 3825 1234 ext 12", "024 38251234 máy lẻ 12", "024 3825 1234 x12"]),
    ("+16502530000", ["+1 650 253 0000", "001 650 253 0000"]),
    ("+84933588655", ["0933 588 655"]),
]

# FMT-old of the 2018 renumbering: old prefix, present prefix.
RENUMBERED = {
    "0120": "070",
    "0121": "079",
    "0122": "077",
    "0126": "076",
    "0128": "078",
    "0123": "083",
    "0124": "084",
    "0125": "085",
    "0127": "081",
    "0129": "082",
    "0162": "032",
    "0163": "033",
    "0164": "034",
    "0165": "035",
    "0166": "036",
    "0167": "037",
    "0168": "038",
    "0169": "039",
    "0186": "056",
    "0188": "058",
    "0199": "059",
}


@pytest.mark.parametrize(("number", "spellings"), ONE_PERSON)
def test_spellings_of_one_number(number: str, spellings: list[str]) -> None:
    assert {spelling: phone.normalise(spelling) for spelling in spellings} == dict.fromkeys(spellings, number)


@given(st.sampled_from(sorted(RENUMBERED)), st.integers(0, 9_999_999))
def test_numbers_of_before_2018_are_the_same_person_as_those_of_today(old: str, rest: int) -> None:
    written = phone.normalise(f"{old}{rest:07}")
    assert written == phone.normalise(f"{RENUMBERED[old]}{rest:07}")
    assert phone.is_mobile(written)


@given(st.sampled_from(["032", "056", "070", "086", "090", "093", "098"]), st.integers(0, 9_999_999))
def test_normalising_twice_changes_nothing(prefix: str, rest: int) -> None:
    once = phone.normalise(f"{prefix}{rest:07}")
    assert phone.normalise(once) == once
    assert phone.normalise(phone.national(once)) == once


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "0901234567/0912345678",
        "0901234567, 0912345678",
        "09012345",
        "090123456789",
        "9.01E+08",
        "0123456789",
        "01471234567",
        "٠٩٠١٢٣٤٥٦٧ và thêm",
        "0901234567 Lan",
        "lan@example.com",
        "1" * 50,
        "++84901234567",
        "+999 1234567",
        "0901234567\x00x",
    ],
)
def test_what_is_no_number_is_an_error_that_does_not_repeat_it(text: str) -> None:
    with pytest.raises(BadValueError) as caught:
        phone.normalise(text)
    assert caught.value.code == "value.phone"
    assert not text.strip() or text.strip() not in str(caught.value)


@given(st.text(max_size=30))
def test_any_text_gives_a_number_or_that_error(text: str) -> None:
    assert _said(text) in {"+", "value.phone"}


def _said(text: str) -> str:
    try:
        return phone.normalise(text)[0]
    except BadValueError as error:
        return error.code


def test_decomposed_words_around_an_extension() -> None:
    assert phone.normalise(unicodedata.normalize("NFD", "024 38251234 máy lẻ 5")) == "+842438251234;ext=5"


@pytest.mark.parametrize("text", ["0900000000", "0999999999", "0988888888"])
def test_fillers_are_known(text: str) -> None:
    assert phone.is_filler(phone.normalise(text))


def test_what_a_number_is_good_for() -> None:
    mobile, hotline, home = map(phone.normalise, ("0933588655", "1800 6292", "028 3822 1234"))
    assert [phone.is_mobile(one) for one in (mobile, hotline, home)] == [True, False, False]
    assert [phone.is_hotline(one) for one in (mobile, hotline, home)] == [False, True, False]
    assert [phone.national(one) for one in (mobile, hotline, home)] == ["0933 588 655", "1800 6292", "028 3822 1234"]
