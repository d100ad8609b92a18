"""Made-up people with Vietnamese names in the proportions of real ones, folded as the index folds them.

Family names: shares as published for the whole country (the fourteen most frequent cover nine people in ten). Middle
and given names: drawn from frequent ones, the frequent ones far more often (Zipf), as in any list of pupils.
"""

import random
from functools import cache
from itertools import accumulate

FAMILY = {
    "nguyen": 38.4, "tran": 12.1, "le": 9.5, "pham": 7.0, "hoang": 5.1, "phan": 4.5, "vu": 3.9, "dang": 2.1,
    "bui": 2.0, "do": 1.4, "ho": 1.3, "ngo": 1.3, "duong": 1.0, "ly": 0.5, "dinh": 0.9, "trinh": 0.8, "mai": 0.7,
    "cao": 0.6, "luong": 0.6, "dao": 0.6, "ha": 0.6, "ta": 0.4, "tong": 0.3, "thai": 0.3, "chau": 0.2, "quach": 0.2,
    "kieu": 0.2,
}  # fmt: skip
_FAMILIES, _SHARES = list(FAMILY), list(FAMILY.values())
MEN = (
    "anh minh hung dung tuan long hai nam son duc huy thanh quang cuong hoang trung kien phuc khanh tung dat "
    "hieu phong bao khoa thang tien vinh lam duy hoa binh manh an nghia tai loc toan quan thinh viet tri sang "
    "cong giang ha khang"
)
WOMEN = (
    "linh huong lan anh trang hoa thao mai ngoc phuong hang thu nga ha yen nhung hien dung thuy van huyen "
    "quynh my chi vy nhi tram thuong hanh tuyet loan oanh diep nhu tam xuan bich kim dao hong lien nguyet uyen "
    "giang ly khanh han"
)
MIDDLE_MEN = "van duc huu minh quang cong dinh xuan thanh ngoc tuan anh gia bao hoang quoc trong viet the manh"
MIDDLE_WOMEN = "thi ngoc thu thanh minh phuong kim hong bich my thuy quynh khanh bao lan mai hoai dieu tuyet anh"


def people(count: int, seed: int) -> list[str]:
    """Full folded names, given name last."""
    chance = random.Random(seed)
    return [_person(chance) for _ in range(count)]


def _person(chance: random.Random) -> str:
    man = chance.random() < 0.5
    given = _zipf(chance, MEN if man else WOMEN)
    middle = [] if chance.random() < 0.1 else [_zipf(chance, MIDDLE_MEN if man else MIDDLE_WOMEN, 1.1)]
    if chance.random() < 0.15:
        middle.append(_zipf(chance, MIDDLE_MEN if man else MIDDLE_WOMEN, 0.5))
    family = chance.choices(_FAMILIES, _SHARES)[0]
    return " ".join([family, *middle, given])


def _zipf(chance: random.Random, words: str, power: float = 0.6) -> str:
    return chance.choices(words.split(), cum_weights=_weights(len(words.split()), power))[0]


@cache
def _weights(count: int, power: float) -> list[float]:
    return list(accumulate(1 / (place + 1) ** power for place in range(count)))
