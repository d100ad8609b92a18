"""Made-up people of any number: the same for the same number, on every machine, with values that pass every check.

Pure: the oracle of the benchmarks. What a look gives is compared with what stands here.
"""

from typing import Final

_FAMILY: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ")
_MIDDLE: Final = ("Văn", "Thị", "Minh", "Ngọc", "Thanh", "Quốc", "Thu", "Đức", "Hải", "Kim")
_GIVEN: Final = ("An", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Khoa", "Lan", "Minh", "Nga", "Oanh", "Phúc", "Quân")
_STREET: Final = ("Hàng Bạc", "Lê Lợi", "Trần Phú", "Nguyễn Huệ", "Hai Bà Trưng", "Lý Thường Kiệt", "Phan Chu Trinh")
_MOBILE: Final = ("90", "91", "93", "94", "96", "97", "98", "86", "88", "89")
_CITY: Final = ("phường Hoàn Kiếm, Hà Nội", "phường Sài Gòn, TP. Hồ Chí Minh", "phường Hải Châu, Đà Nẵng")

# Eight fields of a customer, as a shop keeps them; the first six are what is put, three are what is looked at.
PROFILE: Final = ("name", "phone", "email", "postal_address", "user_name", "company", "gender", "birth_date")
PUT: Final = PROFILE[:6]
LOOKED: Final = ("name", "phone", "email")


def profile(number: int) -> dict[str, str]:
    """Give the eight fields of one person, in the form in which Camket keeps them."""
    mixed = number * 2_654_435_761 % 4_294_967_296
    family, middle = _FAMILY[mixed % 10], _MIDDLE[mixed // 10 % 10]
    given = _GIVEN[mixed // 100 % len(_GIVEN)]
    return {
        "name": f"{family} {middle} {given}",
        "phone": f"+84{_MOBILE[number // 10_000_000 % 10]}{(number * 48_271 + 3_141_592) % 10_000_000:07d}",
        "email": f"khach{number}@example.com",
        "postal_address": f"{mixed % 299 + 1} {_STREET[mixed // 7 % 7]}, {_CITY[mixed // 49 % 3]}",
        "user_name": f"khach{number}",
        "company": f"Công ty TNHH Mẫu {mixed % 10_000}",
        "gender": "female" if mixed % 2 else "male",
        "birth_date": f"{1950 + mixed % 55}-{mixed % 12 + 1:02d}-{mixed % 28 + 1:02d}",
    }


def order(number: int, which: int) -> dict[str, str]:
    """Give one order line of a person."""
    mixed = number * 31 + which * 7
    return {
        "description": f"Hàng mẫu số {mixed % 5000}",
        "quantity": str(mixed % 9 + 1),
        "unit": "cái",
        "price": str(50_000 + mixed % 900 * 1000),
    }
