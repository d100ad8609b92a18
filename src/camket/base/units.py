"""Provinces of Vietnam before and after 1 July 2025 (Resolution 202/2025/QH15): 63 became 34.

Wards are known only as they are now, from `vietnam-provinces`; which ward an old ward went into is not in that data
and is not guessed.
"""

import functools
from dataclasses import dataclass

from camket.base.text import fold

# Present name: the names of before 2025 that went into it (a province that only kept its name stands alone).
MERGED: dict[str, tuple[str, ...]] = {
    "Hà Nội": ("Hà Nội",),
    "Cao Bằng": ("Cao Bằng",),
    "Tuyên Quang": ("Tuyên Quang", "Hà Giang"),
    "Điện Biên": ("Điện Biên",),
    "Lai Châu": ("Lai Châu",),
    "Sơn La": ("Sơn La",),
    "Lào Cai": ("Lào Cai", "Yên Bái"),
    "Thái Nguyên": ("Thái Nguyên", "Bắc Kạn"),
    "Lạng Sơn": ("Lạng Sơn",),
    "Quảng Ninh": ("Quảng Ninh",),
    "Bắc Ninh": ("Bắc Ninh", "Bắc Giang"),
    "Phú Thọ": ("Phú Thọ", "Vĩnh Phúc", "Hòa Bình"),
    "Hải Phòng": ("Hải Phòng", "Hải Dương"),
    "Hưng Yên": ("Hưng Yên", "Thái Bình"),
    "Ninh Bình": ("Ninh Bình", "Hà Nam", "Nam Định"),
    "Thanh Hóa": ("Thanh Hóa",),
    "Nghệ An": ("Nghệ An",),
    "Hà Tĩnh": ("Hà Tĩnh",),
    "Quảng Trị": ("Quảng Trị", "Quảng Bình"),
    "Huế": ("Thừa Thiên Huế",),
    "Đà Nẵng": ("Đà Nẵng", "Quảng Nam"),
    "Quảng Ngãi": ("Quảng Ngãi", "Kon Tum"),
    "Gia Lai": ("Gia Lai", "Bình Định"),
    "Khánh Hòa": ("Khánh Hòa", "Ninh Thuận"),
    "Đắk Lắk": ("Đắk Lắk", "Phú Yên"),
    "Lâm Đồng": ("Lâm Đồng", "Đắk Nông", "Bình Thuận"),
    "Đồng Nai": ("Đồng Nai", "Bình Phước"),
    "Hồ Chí Minh": ("Hồ Chí Minh", "Bình Dương", "Bà Rịa - Vũng Tàu"),
    "Tây Ninh": ("Tây Ninh", "Long An"),
    "Đồng Tháp": ("Đồng Tháp", "Tiền Giang"),
    "Vĩnh Long": ("Vĩnh Long", "Bến Tre", "Trà Vinh"),
    "An Giang": ("An Giang", "Kiên Giang"),
    "Cần Thơ": ("Cần Thơ", "Sóc Trăng", "Hậu Giang"),
    "Cà Mau": ("Cà Mau", "Bạc Liêu"),
}
_OTHER_NAMES = {
    "hcm": "Hồ Chí Minh", "hcmc": "Hồ Chí Minh", "tphcm": "Hồ Chí Minh", "sai gon": "Hồ Chí Minh",
    "saigon": "Hồ Chí Minh", "sg": "Hồ Chí Minh", "ho chi minh city": "Hồ Chí Minh",
    "hn": "Hà Nội", "hanoi": "Hà Nội", "dn": "Đà Nẵng", "danang": "Đà Nẵng",
    "vung tau": "Bà Rịa - Vũng Tàu", "brvt": "Bà Rịa - Vũng Tàu", "ba ria": "Bà Rịa - Vũng Tàu",
    "dac lac": "Đắk Lắk", "dak lak": "Đắk Lắk", "daklak": "Đắk Lắk",
    "dac nong": "Đắk Nông", "dak nong": "Đắk Nông", "bac can": "Bắc Kạn", "kontum": "Kon Tum",
}  # fmt: skip
_PREFIXES = ("thanh pho ", "tinh ", "tp ", "t ")


@dataclass(frozen=True, slots=True)
class Province:
    """A province as named: `old` is one of the 63, or None for a name that only exists now; `new` is one of the 34."""

    old: str | None
    new: str


@functools.cache
def _names() -> dict[str, Province]:
    found = {fold(old): Province(old, new) for new, olds in MERGED.items() for old in olds}
    found |= {fold(new): Province(new if new in olds else None, new) for new, olds in MERGED.items()}
    return found | {other: found[fold(name)] for other, name in _OTHER_NAMES.items()}


def province(text: str) -> Province | None:
    """Find the province that a piece of an address names, by any of its spellings; None where it names none."""
    folded = fold(text)
    for prefix in _PREFIXES:
        if (bare := folded.removeprefix(prefix)) != folded and (found := _names().get(bare)):
            return found
    return _names().get(folded)


@functools.cache
def _wards() -> dict[tuple[str, str], str]:
    # late import: start-up (the table is 400 kB of objects, and few commands parse an address)
    import vietnam_provinces as today

    provinces = {one.code: one.name.removeprefix("Thành phố ") for one in today.Province.iter_all()}
    return {(fold(provinces[ward.province_code]), fold(ward.name)): ward.name for ward in today.Ward.iter_all()}


def ward_of_today(name: str, province_name: str) -> str | None:
    """Return the present ward (`Phường Tân Phong`) of that name in a present province, or None."""
    return _wards().get((fold(province_name), fold(name)))
