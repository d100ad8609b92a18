"""Short cuts for what nearly every value looks like give what the long way gives."""

import unicodedata

import email_validator
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.base import cards, credentials, phone, text
from camket.base.errors import BadValueError
from camket.base.normalise import email

NUMBERS = st.one_of(
    st.from_regex(r"(?:0|84|\+84|0084)?[0-9]{7,11}", fullmatch=True), st.from_regex(r"0[35789]\d{8}", fullmatch=True)
)
PARTS = st.text("abzAZ09._+-é", min_size=1, max_size=12)
ADDRESSES = st.one_of(
    st.builds(
        "{}@{}.{}".format, PARTS, PARTS, st.sampled_from(["vn", "com.vn", "c", "test", "Local", "x-n.org", "xn--a.vn"])
    ),
    st.builds("{}@{}.vn".format, st.sampled_from(["a" * 64, "a" * 65]), st.sampled_from(["b" * 63, "b" * 64])),
)


def _long_clean(written):
    found = written.replace("\r\n", "\n").replace("\r", "\n").translate(text._INVISIBLE)
    composed = unicodedata.normalize("NFC", text._CONTROL.sub("", found))
    return text._LINES.sub("\n", text._SPACE.sub(" ", composed)).strip()


@given(st.text(st.characters(), max_size=40))
def test_clean(written):
    assert text.clean(written) == _long_clean(written)


@given(st.text(st.sampled_from("aăÂ đĐ  \u0301\u0323\u200b\u00a0\t\n\rếẾ1\u2000"), max_size=30))
def test_clean_of_vietnamese(written):
    assert text.clean(written) == _long_clean(written)
    assert text.flat(written) == "".join(map(text._flat_char, text.nfc(written))).replace("A", "a")


@given(NUMBERS)
def test_a_plain_mobile_number_is_what_the_library_says(digits):
    short = phone._plain_mobile(digits)
    if not short:
        return
    number = phonenumbers.parse(f"+{digits}" if digits.startswith("84") else digits, "VN")
    assert phonenumbers.is_valid_number(number)
    assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == short


def test_every_mobile_prefix_takes_the_short_cut():
    plain = sum(bool(phone._plain_mobile(f"0{prefix}1234567")) for prefix in range(30, 100))
    valid = sum(
        phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        for number in (phonenumbers.parse(f"0{prefix}1234567", "VN") for prefix in range(30, 100))
    )
    assert (plain, valid > 30) == (valid, True)


@given(ADDRESSES)
def test_a_plain_address_is_what_the_library_says(written):
    line = text.one_line(written).strip("<>;, ")
    try:
        expected = email_validator.validate_email(line, check_deliverability=False).normalized.lower()
    except email_validator.EmailNotValidError:
        with pytest.raises(BadValueError):
            email(written)
    else:
        assert email(written) == expected


@given(st.data())
def test_nothing_forbidden_hides_from_the_first_look(data):
    pattern = data.draw(st.sampled_from([*credentials._PASSWORDS, *credentials._BANK]))
    found = data.draw(st.from_regex(pattern))
    if pattern.search(found):
        assert credentials.may_stand_in(found)


def test_a_text_with_fewer_digits_than_a_card_is_passed_over_only_then():
    number = "4111 1111 1111 1111"
    assert list(cards.find(f"so the {number}"))
    assert list(cards.find("4222222222222"))
    assert not list(cards.find("411111111111"))
