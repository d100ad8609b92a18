"""Names of people in Vietnamese order: family, middle, given (`Nguyễn | Thị Minh | Khai`)."""

from dataclasses import dataclass

from camket.base.errors import BadValueError
from camket.base.text import fold, one_line

# Folded. The 14 commonest cover about nine people in ten; the rest tell a family name written last.
FAMILY_NAMES = frozenset({
    "an", "anh", "ao", "bach", "banh", "bao", "be", "bien", "bui", "ca", "cao", "cat", "chau", "che", "chu", "chung",
    "co", "cu", "cung", "cuong", "dam", "dan", "dang", "danh", "dao", "dau", "diep", "dinh", "do", "doan", "dong",
    "du", "duong", "ha", "han", "hau", "ho", "hoa", "hoang", "hua", "huynh", "kha", "khau", "khuat", "khuc", "kien",
    "kieu", "kim", "la", "lac", "lai", "lam", "le", "lieu", "lo", "loi", "long", "lu", "luc", "luong", "luu", "ly",
    "ma", "mac", "mai", "man", "mau", "ngac", "nghi", "nghiem", "ngo", "nguyen", "ninh", "nong", "on", "ong", "pham",
    "phan", "phi", "phu", "phung", "quach", "quan", "quang", "que", "sam", "sung", "ta", "tang", "tao", "thach",
    "thai", "than", "thang", "thanh", "thao", "thi", "thich", "thieu", "tieu", "to", "ton", "tong", "tra", "tran",
    "trang", "tri", "trieu", "trinh", "truong", "tu", "tuong", "ung", "uong", "van", "vi", "vien", "vinh", "vo", "vu",
    "vuong", "xa", "yen",
})  # fmt: skip
FREQUENT_FAMILY_NAMES = frozenset({
    "bui", "dang", "do", "duong", "ho", "hoang", "huynh", "le", "ly", "ngo", "nguyen", "pham", "phan", "tran", "vo",
    "vu",
})  # fmt: skip
FREQUENT_MIDDLE_NAMES = frozenset({
    "anh", "ba", "bao", "bich", "cong", "dang", "dinh", "duc", "gia", "hoai", "hoang", "hong", "huu", "khanh", "kim",
    "le", "minh", "my", "ngoc", "nguyen", "nhat", "nhu", "phuong", "quang", "quoc", "si", "thanh", "the", "thi",
    "thu", "thuy", "tran", "trong", "tuan", "van", "viet", "xuan",
})  # fmt: skip
_DOUBLE_FAMILY = ("cong tang ton nu", "cong huyen ton nu", "ton that", "ton nu", "au duong", "tu ma", "thuong quan")
_TITLES = frozenset({
    "anh", "ba", "bac", "ban", "bs", "chi", "chu", "co", "dr", "em", "miss", "mr", "mrs", "ms", "ong", "ths", "ts",
})  # fmt: skip
_FILLERS = frozenset({
    "abc", "asdf", "customer", "guest", "ho ten", "khach hang", "khach le", "khach vang lai", "khong co", "khong ten",
    "na", "name", "no name", "noname", "none", "null", "ten", "test", "testing", "unknown", "xxx",
})  # fmt: skip
_MAX_LENGTH = 120
_MAX_DIGITS = 4


@dataclass(frozen=True, slots=True)
class PersonName:
    """The parts as written; `middle` may be empty, and so may `family` where only a given name is known."""

    family: str
    middle: str
    given: str

    @property
    def folded(self) -> str:
        """Family, middle and given folded, in Vietnamese order: what a name index is made from."""
        return fold(f"{self.family} {self.middle} {self.given}")


def normalise(text: str) -> str:
    """Keep the name as written, composed and on one line; raise BadValueError where it cannot be a name."""
    name = one_line(text).strip(" ,;.")
    digits = sum(char.isdigit() for char in name)
    if not any(char.isalpha() for char in name) or len(name) > _MAX_LENGTH or digits > _MAX_DIGITS or "@" in name:
        raise BadValueError(
            "đây không phải là một họ tên",
            "this is not a person's name",
            "viết họ tên bằng chữ, số điện thoại hoặc email để ở cột riêng",
            "write the name in letters; a phone number or an email has its own field",
            "value.name",
        )
    return name


def is_filler(name: str) -> bool:
    """Tell what a till or a form writes when nobody was named (`Khách lẻ`)."""
    return fold(name) in _FILLERS


def parse(name: str) -> PersonName:
    """Split a name; a title in front (`chị Lan`) is dropped, a family name written last (`An Nguyễn`) is recognised."""
    words = one_line(name).replace(",", " ").split()
    while len(words) > 1 and _is_title(words):
        words = words[1:]
    if len(words) <= 1:
        return PersonName(family="", middle="", given="".join(words))
    folded = [fold(word) for word in words]
    for double in _DOUBLE_FAMILY:
        count = len(double.split())
        if len(words) > count and " ".join(folded[:count]) == double:
            return PersonName(" ".join(words[:count]), " ".join(words[count:-1]), words[-1])
    if folded[0] not in FAMILY_NAMES and folded[-1] in FREQUENT_FAMILY_NAMES:
        return PersonName(words[-1], " ".join(words[1:-1]), words[0])
    return PersonName(words[0], " ".join(words[1:-1]), words[-1])


def _is_title(words: list[str]) -> bool:
    first = fold(words[0])
    if first not in _TITLES:
        return False
    # `Anh Thư` and `Bà Huyện` may be names: a title is dropped where it is written low or a family name follows.
    return words[0].islower() or first in {"mr", "mrs", "ms", "miss", "dr"} or fold(words[1]) in FREQUENT_FAMILY_NAMES
