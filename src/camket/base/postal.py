"""Postal addresses, in the units before July 2025 (ward, district, province) and after (ward, province).

The text stays as written, always; the units beside it are for sorting, comparing and carriers' forms. What cannot be
told is None, never a guess.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from camket.base import units
from camket.base.errors import BadValueError
from camket.base.text import clean, flat, fold

Level = Literal["ward", "district", "province"]
Scheme = Literal["before_2025", "since_2025", "unknown"]

_MARKS: tuple[tuple[Level, str, re.Pattern[str]], ...] = (
    ("ward", "phường", re.compile(r"(?:phuong\b|p\.|p(?=\d))\s*")),
    ("ward", "xã", re.compile(r"(?:xa\b|x\.)\s*")),
    ("ward", "thị trấn", re.compile(r"(?:thi tran\b|tt\.)\s*")),
    ("ward", "đặc khu", re.compile(r"dac khu\b\s*")),
    ("district", "quận", re.compile(r"(?:quan\b|q\.|q(?=\d)|district\b|dist\.)\s*")),
    ("district", "huyện", re.compile(r"(?:huyen\b|h\.)\s*")),
    ("district", "thị xã", re.compile(r"(?:thi xa\b|tx\.?\s)\s*")),
    ("province", "tỉnh", re.compile(r"(?:tinh\b|t\.)\s*")),
    ("province", "thành phố", re.compile(r"(?:thanh pho\b|tp\.?)\s*")),
)
_CUT = re.compile(r"[,;\n]|\s[-–]\s")
_UNIT_STARTS = re.compile(
    r"\s(?=(?:phuong |p\.|p\d|xa |thi tran |tt\.|dac khu |quan |q\.|q\d|huyen |h\.|thi xa |tx\.|tinh |thanh pho |"
    r"tp\.? ?\w))"
)
_BARE_DISTRICT = re.compile(r"(?:1[0-2]|[1-9])")
_COUNTRY = frozenset({"viet nam", "vietnam", "vn"})
_POSTCODE = re.compile(r"\d{5,6}")
_WORDS = {
    "p": "phuong", "q": "quan", "f": "phuong", "h": "huyen", "x": "xa", "tt": "thi tran", "tx": "thi xa",
    "tp": "thanh pho", "d": "duong",
}  # fmt: skip
_SHORTEST, _LONGEST = 4, 500


@dataclass(frozen=True, slots=True)
class Address:
    """`text` as written (composed, spaces squeezed); `street` what is left when the units are taken out.

    `province` is the name the writer used, in full; `province_now` the one of the 34 it is today. `ward_now` is set
    only where a ward of that name stands in today's list and no district was written beside it.
    """

    text: str
    street: str
    ward: str | None
    district: str | None
    province: str | None
    province_now: str | None
    ward_now: str | None
    scheme: Scheme


def normalise(text: str) -> str:
    """Keep the address as written; raise BadValueError where it cannot be one."""
    written = ", ".join(line.strip(" ,") for line in clean(text).split("\n") if line.strip(" ,"))
    if not _SHORTEST <= len(written) <= _LONGEST or not any(char.isalpha() for char in written):
        raise BadValueError(
            "đây không phải là một địa chỉ",
            "this is not an address",
            "viết số nhà, đường, phường hoặc xã, tỉnh hoặc thành phố",
            "write house number, street, ward or commune, province or city",
            "value.address",
        )
    return written


def parse(text: str) -> Address:
    """Find the units in a written address, from its end; never fails and never loses text."""
    written = clean(text)
    pieces = _pieces(written)
    found: dict[Level, str] = {}
    place: units.Province | None = None
    while pieces:
        piece = pieces[-1]
        if fold(piece) in _COUNTRY or _POSTCODE.fullmatch(piece):
            pieces.pop()
            continue
        level, name, here = _read(piece, found)
        if level is None or level in found:
            break
        found[level] = name
        place = here or place
        pieces.pop()
    return _address(written, ", ".join(pieces), found, place)


def _address(written: str, street: str, found: dict[Level, str], place: units.Province | None) -> Address:
    ward, district = found.get("ward"), found.get("district")
    province_now = place.new if place else None
    ward_now = units.ward_of_today(ward, province_now) if ward and province_now and not district else None
    scheme: Scheme = "unknown"
    if district or (place and place.old not in {None, place.new}):
        scheme = "before_2025"
    elif ward_now:
        scheme = "since_2025"
    return Address(
        text=written,
        street=street,
        ward=ward,
        district=district,
        province=(place.old or place.new) if place else found.get("province"),
        province_now=province_now,
        ward_now=ward_now,
        scheme=scheme,
    )


def _pieces(written: str) -> list[str]:
    pieces = [piece.strip(" .") for piece in _CUT.split(written) if piece.strip(" .")]
    # An address without commas is cut before the words for units; one with commas is trusted (`12 Xã Đàn` is a street).
    last = pieces[-1] if pieces else ""
    starts = [found.start() for found in _UNIT_STARTS.finditer(flat(last))]
    if len(pieces) > 1 and len(starts) < 1:
        return pieces
    cuts = [0, *starts, len(last)]
    parts = [last[begin:end].strip(" .") for begin, end in pairwise(cuts)]
    return [*pieces[:-1], *(part for part in parts if part)]


def _read(piece: str, found: dict[Level, str]) -> tuple[Level | None, str, units.Province | None]:
    if "province" not in found and "district" not in found and "ward" not in found and (place := units.province(piece)):
        return "province", piece, place
    flattened = flat(piece)
    for level, word, mark in _MARKS:
        match = mark.match(flattened)
        if not match or not (name := piece[match.end() :].strip(" .")):
            continue
        if level == "province":
            # `TP. Thủ Đức`: a city below a province stands where a district does.
            return "district", f"{word} {name}", None
        return level, f"{word} {name}", None
    if "province" in found and not found.keys() & {"district", "ward"} and _BARE_DISTRICT.fullmatch(piece):
        return "district", f"quận {piece}", None
    return None, piece, None


def comparable(text: str) -> str:
    """Fold an address so that `P. Tân Phong, Q.7, TPHCM` and `phường Tân Phong, Quận 7, TP. Hồ Chí Minh` are equal.

    Provinces are compared as they are now, so an address of before July 2025 meets the same one written since.
    """
    address = parse(text)
    parts = [address.street, address.ward or "", address.district or "", address.province_now or address.province or ""]
    return "|".join(" ".join(_WORDS.get(word, word) for word in fold(part).split()) for part in parts)
