"""Pasted chat becomes a proposal; nothing else of it is kept."""

from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.base.errors import BadValueError
from camket.intake import quantity
from camket.intake.chat import Proposal, propose
from camket.intake.lines import Line, describe
from camket.intake.quantity import UNITS

ZALO = """[10:15, 22/11/2026] Lan Trần: Shop ơi cho em đặt 2 thùng gạch 60x60 với 50 viên gạch viền nhé
Tên: Trần Thị Lan
SĐT: 0168 123 4567
Đ/c: 12 Nguyễn Trãi, P. Bến Thành, Q1, TPHCM
giao trước thứ 6 nhé
hôm nay trời mưa to quá, chồng em đi công tác"""


def _lines(found: Proposal) -> list[tuple[str, str]]:
    return [(line.description, str(line.quantity)) for line in found.lines]


def test_a_whole_conversation() -> None:
    found = propose(ZALO)
    assert (found.name, found.phone, found.address) == (
        "Trần Thị Lan",
        "+84381234567",
        "12 Nguyễn Trãi, P. Bến Thành, Q1, TPHCM",
    )
    assert _lines(found) == [("gạch 60x60", "2 thùng"), ("gạch viền", "50 viên")]
    assert found.dropped == 2
    kept = " ".join(str(getattr(found, one.name)) for one in fields(found))
    assert "công tác" not in kept
    assert "Lan Trần" not in kept


@pytest.mark.parametrize(
    ("text", "name", "phone", "address", "lines"),
    [
        (
            "Trần Thị Lan, 0901234567, 12 Nguyễn Trãi, P. Bến Thành, Q1, TPHCM, 2 thùng gạch",
            "Trần Thị Lan",
            "+84901234567",
            "12 Nguyễn Trãi, P. Bến Thành, Q1, TPHCM",
            [("gạch", "2 thùng")],
        ),
        (
            "em là Lan sdt 0901.234.567 giao về 12 Nguyễn Trãi p3 q5 tphcm nha shop",
            "Lan",
            "+84901234567",
            "12 Nguyễn Trãi p3 q5 tphcm",
            [],
        ),
        (
            "cho mình 12,5m vải lanh xanh\nNguyễn Văn An\n0381234567\n5 Lê Lợi, Huế",
            "Nguyễn Văn An",
            "+84381234567",
            "5 Lê Lợi, Huế",
            [("vải lanh xanh", "12,5 m")],
        ),
        ("Gạch viền 50 viên, keo dán 3 thùng", None, None, None, [("Gạch viền", "50 viên"), ("keo dán", "3 thùng")]),
        (
            "Chị Hoa 0912345678 lấy 1 cái nồi và 2 bộ chén",
            "Chị Hoa",
            "+84912345678",
            None,
            [("nồi", "1 cái"), ("chén", "2 bộ")],
        ),
        ("shop ơi còn hàng không", None, None, None, []),
        ("", None, None, None, []),
    ],
)
def test_ways_to_order(
    text: str, name: str | None, phone: str | None, address: str | None, lines: list[tuple[str, str]]
) -> None:
    found = propose(text)
    assert (found.name, found.phone, found.address, _lines(found)) == (name, phone, address, lines)


def test_card_numbers_and_passwords_never_reach_a_proposal() -> None:
    found = propose("số thẻ 4111 1111 1111 1111 mk: abc\n3 hộp bánh\nTên: Lan 4111111111111111")
    assert found.forbidden == {"card_number", "password"}
    assert "4111" not in repr(found)
    assert _lines(found) == [("bánh", "3 hộp")]


def test_made_up_numbers_are_not_proposed_and_others_are_counted() -> None:
    assert propose("0900000000").phone is None
    assert propose("0901234567 hoặc 0912345678").other_phones == 1


@given(st.text(max_size=300))
def test_any_text_gives_a_proposal(text: str) -> None:
    found = propose(text)
    assert found.phone is None or found.phone.startswith("+")
    assert found.dropped <= text.count("\n") + text.count("\r") + 1


@pytest.mark.parametrize(
    ("text", "unit", "amount", "said"),
    [
        ("12,5 m", None, "12.5", "12,5 m"),
        ("1.200 viên", None, "1200", "1200 viên"),
        ("3 thùng", None, "3", "3 thùng"),
        ("20m2", None, "20", "20 m²"),
        ("2.5 mét", None, "2.5", "2,5 m"),
        ("3", "Thùng", "3", "3 thùng"),
        ("7 chiếc", None, "7", "7 cái"),
    ],
)
def test_quantities(text: str, unit: str | None, amount: str, said: str) -> None:
    found = quantity.parse(text, unit=unit)
    assert (found.amount, str(found)) == (Decimal(amount), said)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("3", None), ("0 m", None), ("m", None), ("-3 m", None), ("3 xyz", None), ("3", "xyz"), ("9999999 m", None)],
)
def test_what_is_no_quantity(text: str, unit: str | None) -> None:
    with pytest.raises(BadValueError):
        quantity.parse(text, unit=unit)


@given(st.decimals(min_value="0.1", max_value="99999", places=1), st.sampled_from(sorted(UNITS)))
def test_a_quantity_is_read_as_it_is_written(amount: Decimal, unit: str) -> None:
    written = str(quantity.Quantity(amount, unit))
    assert quantity.parse(written) == quantity.Quantity(amount, unit)


def test_an_order_line_has_goods_and_requirements() -> None:
    line = Line.read(
        {
            "description": "Gạch lát nền",
            "design": "vân gỗ",
            "class": "A1",
            "quality": "không cong",
            "origin": "Việt Nam",
            "quantity": "50",
            "unit": "viên",
            "price": "85.000 ₫",
            "delivery_time": "trong tuần",
        }
    )
    assert describe(line.goods()) == "Gạch lát nền · 50 viên · 85.000 ₫"
    assert describe(line.requirements() or "") == "vân gỗ · A1 · không cong · Việt Nam · trong tuần"
    assert line.cost == 4_250_000
    assert describe("chữ thường") == "chữ thường"
    assert Line.read({"description": "Nồi"}).requirements() is None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({}, "line.description"),
        ({"description": "x", "quantity": "nhiều"}, "line.quantity"),
        ({"description": "x", "price": "rẻ"}, "line.price"),
        ({"description": "x", "colour": "y"}, "line.colour"),
        ({"description": "thẻ 4111111111111111"}, "line.description"),
    ],
)
def test_bad_lines_name_their_field(line: dict[str, str], field: str) -> None:
    with pytest.raises(BadValueError) as caught:
        Line.read(line)
    assert caught.value.field == field
