"""The functions that packs name: one spelling, checked, masked; an error never repeats the value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.base.format import money as written_money
from camket.base.values import MASKS, NORMALISERS, VALIDATORS, BadValueError, ForbiddenValueError, accept

GOOD = [
    ("money", "1.250.000 ₫", "1250000"),
    ("money", "1,250,000", "1250000"),
    ("money", "1250000.00", "1250000"),
    ("money", "125k", "125000"),
    ("money", "2 triệu", "2000000"),
    ("money", "250.000 VNĐ", "250000"),
    ("money", "-5.000", "-5000"),
    ("date", "22/11/2026", "2026-11-22"),
    ("date", "22-11-2026", "2026-11-22"),
    ("date", "22.11.2026", "2026-11-22"),
    ("date", "2026-11-22T10:00:00Z", "2026-11-22"),
    ("date", "2026-11-22 10:00:00 +0700", "2026-11-22"),
    ("date", "14:05 22/11/2026", "2026-11-22"),
    ("date", "ngày 22 tháng 11 năm 2026", "2026-11-22"),
    ("birth_date", "1990", "1990"),
    ("birth_date", "1990.0", "1990"),
    ("birth_date", "03/02/1990", "1990-02-03"),
    ("gender", "Nữ", "female"),
    ("gender", "NAM", "male"),
    ("gender", "khác", "other"),
    ("email", " Lan.Tran@Gmail.com ", "lan.tran@gmail.com"),
    ("email", "<lan@cuahang.vn>", "lan@cuahang.vn"),
    ("tax_code", "0100233488", "0100233488"),
    ("tax_code", "0314409058002", "0314409058-002"),
    ("national_id", "'079 090 001 234", "079090001234"),
    ("bank_account", "1903-1234 5678 90", "19031234567890"),
    ("code", "000123", "000123"),
    ("code", "123.0", "123"),
    ("text", "a\r\nb\u200b ", "a\nb"),
]


@pytest.mark.parametrize(("name", "written", "kept"), GOOD)
def test_one_spelling(name: str, written: str, kept: str) -> None:
    assert NORMALISERS[name](written) == kept
    assert NORMALISERS[name](kept) == kept


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("money", "12.50"),
        ("money", "abc"),
        ("money", "1.25.000"),
        ("date", "11/22/2026"),
        ("date", "31/02/2026"),
        ("date", "22/11/26"),
        ("date", "hôm qua"),
        ("birth_date", "90"),
        ("gender", "1"),
        ("gender", "true"),
        ("email", "lan@"),
        ("email", "a@b.com, c@d.com"),
        ("phone", "abc"),
        ("name", "0901234567"),
        ("address", "?"),
    ],
)
def test_what_cannot_be_read(name: str, written: str) -> None:
    with pytest.raises(BadValueError) as caught:
        NORMALISERS[name](written)
    error = caught.value
    assert error.code.startswith("value.")
    assert all((error.vi, error.en, error.advice_vi, error.advice_en))
    assert written not in error.en + error.vi


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "name@gmail.com"),
        ("email", "khongco@yahoo.com"),
        ("phone", "+84900000000"),
        ("name", "Khách lẻ"),
        ("national_id", "79090001234"),
        ("national_id", "099090001234"),
        ("tax_code", "0100233489"),
        ("tax_code", "123"),
        ("bank_account", "12345"),
        ("bank_account", "4111111111111111"),
        ("birth_date", "1799-01-01"),
        ("code", "x" * 65),
        ("text", ""),
        ("text", "x" * 20_001),
        ("user_name", "x" * 151),
        ("never", "anything"),
    ],
)
def test_what_may_not_stand_in_its_field(name: str, value: str) -> None:
    with pytest.raises(BadValueError):
        VALIDATORS[name](value)


@pytest.mark.parametrize("value", ["079090001234", "012345678"])
def test_a_national_id_has_twelve_digits_or_the_old_nine(value: str) -> None:
    assert accept(value, normalise="national_id", validate="national_id") == value


def test_a_person_s_own_number_is_a_tax_code_too() -> None:
    assert accept("079090001234", normalise="tax_code", validate="tax_code") == "079090001234"


@pytest.mark.parametrize("name", sorted(set(VALIDATORS) & set(NORMALISERS)))
def test_a_card_number_is_refused_in_every_field(name: str) -> None:
    with pytest.raises(ForbiddenValueError) as caught:
        accept("Lan 4111 1111 1111 1111", normalise=name, validate=name)
    assert (caught.value.kind, caught.value.at("x").field, caught.value.at("x").kind) == (
        "card_number",
        "x",
        "card_number",
    )
    assert "4111" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("phone", "+84901234567", "•••567"),
        ("name", "Nguyễn Thị Hà", "N••• T••• H•••"),
        ("email", "lan@gmail.com", "l•••@•••.com"),
        ("address", "8G2 Đường số 52, Quận 7, TP. HCM", "•••, Hồ Chí Minh"),
        ("address", "nhà số 5", "•••"),
        ("year", "1990-02-03", "•••1990"),
        ("tail", "19031234567890", "•••890"),
        ("tail", "123456", "•••"),
        ("short", "lantran90", "la•••"),
        ("all", "anything", "•••"),
    ],
)
def test_masks(name: str, value: str, shown: str) -> None:
    assert MASKS[name](value) == shown


@given(st.sampled_from(sorted(MASKS)), st.text(st.characters(codec="utf-8"), min_size=8, max_size=60))
def test_a_mask_never_shows_a_whole_value(name: str, value: str) -> None:
    assert value not in MASKS[name](value)


@given(st.integers(-(10**12), 10**12))
def test_money_is_read_as_it_is_written(dong: int) -> None:
    assert NORMALISERS["money"](written_money(dong)) == str(dong)


@given(st.sampled_from(sorted(NORMALISERS)), st.text(max_size=60))
def test_any_text_is_read_or_refused_by_name(name: str, text: str) -> None:
    assert _said(name, text).startswith(("read", "value."))


def _said(name: str, text: str) -> str:
    try:
        return f"read {NORMALISERS[name](text)}"
    except BadValueError as error:
        return error.code
