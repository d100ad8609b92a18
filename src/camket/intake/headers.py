"""Guess what the columns of a shop's file mean: headers in Vietnamese or English, in any order and spelling.

A header is compared folded and without spaces (`Số ĐT` = `sodt`), with the aliases of the category packs and with the
few words of this page that are no category (parts of names and addresses, facts of an order, consents). Where the
header says nothing, the values may: a column of phone numbers is one whatever it is called. Everything guessed is
shown before anything runs, and a column that nothing explains is left out, and said to be.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from camket.base import phone
from camket.base.errors import BadValueError
from camket.base.normalise import email
from camket.base.text import flat, key
from camket.policy import words

Why = Literal["header", "part", "values", "map"]

# What a column may mean besides a category: the key is the target, the values are spellings of headers.
PARTS: Mapping[str, tuple[str, ...]] = {
    "name.family": ("họ", "họ và đệm", "họ đệm", "last name", "last_name", "lastName", "family name", "surname"),
    "name.given": ("tên gọi", "tên riêng", "first name", "first_name", "firstName", "given name"),
    "receiver_name.family": ("shipping last name", "shipping.last_name"),
    "receiver_name.given": ("shipping first name", "shipping.first_name"),
    "postal_address.ward": ("phường", "xã", "phường xã", "phường/xã", "ward", "wardName", "billing ward"),
    "postal_address.district": ("quận", "huyện", "quận huyện", "quận/huyện", "district", "billing district"),
    "postal_address.province": (
        "tỉnh", "thành phố", "tỉnh thành", "tỉnh/thành phố", "tỉnh thành phố", "province", "city", "billing city",
        "billing province", "state province",
    ),
    "receiver_address.ward": ("phường xã nhận", "phường giao hàng", "shipping ward", "to_ward_name", "RECEIVER_WARD"),
    "receiver_address.district": (
        "quận huyện nhận", "quận giao hàng", "shipping district", "to_district_name", "RECEIVER_DISTRICT",
    ),
    "receiver_address.province": (
        "tỉnh thành nhận", "tỉnh giao hàng", "shipping province", "shipping city", "to_province_name",
        "RECEIVER_PROVINCE",
    ),
    "order.placed_on": (
        "ngày đặt", "ngày đặt hàng", "ngày mua", "ngày bán", "ngày đơn hàng", "thời gian đặt", "ngày", "order date",
        "purchase date", "date", "placed on", "processed_at",
    ),
    "order.channel": ("kênh", "kênh bán", "kênh bán hàng", "nguồn đơn", "sales channel", "channel", "source_name"),
    "order.status": (
        "trạng thái", "trạng thái đơn", "trạng thái đơn hàng", "tình trạng đơn", "order status", "status",
        "fulfillment status",
    ),
    "order.delivery_time": (
        "ngày giao", "thời gian giao", "thời gian giao nhận", "hẹn giao", "delivery time", "delivery date",
    ),
    "line.description": (
        "tên hàng", "tên sản phẩm", "mặt hàng", "mô tả", "tên hàng hóa", "product", "product name", "item",
        "item name", "description", "items[].name", "PRODUCT_NAME",
    ),
    "line.design": ("mẫu mã", "mẫu", "màu", "màu sắc", "phiên bản", "design", "variant", "color", "colour"),
    "line.class": ("phân loại", "loại", "loại hàng", "class", "classification", "category"),
    "line.quality": ("chất lượng", "yêu cầu chất lượng", "quality", "quality requirements"),
    "line.origin": ("xuất xứ", "xuất sứ", "nguồn gốc", "origin", "made in"),
    "line.quantity": ("số lượng", "sl", "sluong", "quantity", "qty", "lineitem quantity"),
    "line.unit": ("đơn vị tính", "đvt", "đơn vị", "unit"),
    "line.price": ("đơn giá", "giá", "giá bán", "unit price", "price", "lineitem price"),
    "order.total": (
        "tổng tiền", "thành tiền", "tổng cộng", "tổng giá trị", "tổng thanh toán", "total", "total price",
        "total_price", "grand total", "total_incl_tax", "totalWithTax",
    ),
    "consent.marketing": (
        "nhận tin", "nhận khuyến mãi", "nhận tin khuyến mãi", "đồng ý nhận tin", "đồng ý nhận quảng cáo",
        "đồng ý quảng cáo", "đăng ký nhận tin", "accepts_marketing", "accepts marketing", "buyer_accepts_marketing",
        "newsletter", "subscribed", "opt in", "marketing consent", "email marketing", "sms marketing",
    ),
    "refusal.marketing": (
        "từ chối quảng cáo", "từ chối nhận tin", "không nhận tin", "không nhận quảng cáo", "đã hủy nhận tin",
        "unsubscribed", "opt out", "opted out", "do not contact", "do not call",
    ),
    "third_party": ("đặt hộ", "mua tặng", "người nhận đã đồng ý", "third party consent", "is gift"),
}  # fmt: skip
NOTHING = "-"
_BARE_NAME = "ten"
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_SHORTEST_PART = 5
_SHORT_PARTS = frozenset({"sdt", "mst", "stk", "cccd", "cmnd", "dob", "mail"})
_RECEIVER = re.compile(r"\b(?:nguoi nhan(?: hang)?|nhan hang|giao hang|receiver|recipient|shipping|ship to)\b")
_MIN_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its place (0 first), its header as written, what it means (`-`: left out) and why."""

    place: int
    header: str
    target: str
    why: Why


def targets() -> frozenset[str]:
    """Every word that a mapping may name: categories, and the parts of this page."""
    return frozenset(words().categories) | PARTS.keys() | {NOTHING}


@cache
def _spellings() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for target, spellings in PARTS.items():
        found |= {key(spelling): target for spelling in (target, *spellings)}
    for category in words().categories.values():
        for spelling in (category.id, category.vi, category.en, *category.aliases):
            # A category's own alias wins over a part: `ghi chú` is more telling than a word that two pages share.
            found[key(spelling)] = category.id
    return found


def match(header: str) -> tuple[str, Why] | None:
    """Tell what one header means, or None."""
    known = _spellings()
    for text in (header, _BRACKETS.sub("", header), header.partition(":")[0], header.rpartition("/")[2]):
        if target := known.get(key(text)):
            return target, "header"
    folded = re.sub(r"[^a-z0-9]+", " ", flat(header)).strip()
    receiver = {"name": "receiver_name", "phone": "receiver_phone", "postal_address": "receiver_address"}
    bare = _RECEIVER.sub("", folded)
    if bare != folded and (target := receiver.get(known.get(bare.replace(" ", ""), ""))):
        return target, "part"
    held = [spelling for spelling in _worded() if f" {spelling} " in f" {folded} "]
    if held:
        return known[max(held, key=len).replace(" ", "")], "part"
    return None


@cache
def _worded() -> tuple[str, ...]:
    from_packs = [alias for category in words().categories.values() for alias in category.aliases]
    from_parts = [spelling for spellings in PARTS.values() for spelling in spellings]
    apart = {" ".join(re.sub(r"[^a-z0-9]+", " ", flat(one)).split()) for one in [*from_packs, *from_parts]}
    long_enough = {one for one in apart if len(one) >= _SHORTEST_PART} | _SHORT_PARTS
    return tuple(sorted(one for one in long_enough if one.replace(" ", "") in _spellings()))


def score(cells: Iterable[str]) -> int:
    """Count the cells of a row that are headers; the row with most is the header row."""
    known = _spellings()
    found = {key(cell) for cell in cells} | {key(_BRACKETS.sub("", cell)) for cell in cells}
    return len(found & (known.keys() | {_BARE_NAME}))


def guess(headers: Sequence[str], samples: Sequence[Sequence[str]] = ()) -> list[Column]:
    """Guess every column from its header, else from some rows of values."""
    columns = []
    for place, header in enumerate(headers):
        found = match(header) if header.strip() else None
        if found is None:
            values = [row[place] for row in samples if place < len(row) and row[place].strip()]
            target = _by_values(values)
            columns.append(Column(place, header, target or NOTHING, "values" if target else "header"))
        else:
            columns.append(Column(place, header, found[0], found[1]))
    return _with_bare_name(columns)


def _with_bare_name(columns: list[Column]) -> list[Column]:
    """`Tên` is the given name beside a column `Họ`, the whole name where no other column is one, else a product's."""
    taken = {column.target for column in columns}
    meant = "name.given" if "name.family" in taken else NOTHING if "name" in taken else "name"
    return [replace(column, target=meant) if key(column.header) == _BARE_NAME else column for column in columns]


def _by_values(values: Sequence[str]) -> str | None:
    if len(values) < _MIN_SAMPLES:
        return None
    readers: tuple[tuple[str, Callable[[str], str]], ...] = (("email", email), ("phone", phone.normalise))
    for target, reader in readers:
        if sum(_reads(reader, value) for value in values) * 10 >= 9 * len(values):
            return target
    return None


def _reads(reader: Callable[[str], str], value: str) -> bool:
    try:
        reader(value)
    except BadValueError:
        return False
    return True
