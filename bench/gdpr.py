"""GDPRbench's records, mixes and operations, and the oracle that knows each answer. Pure; both sides take it from here.

Record `key<N>`: nine metadata fields and 100 bytes of data, each made from N alone (GDPRbench/GDPRbench 94d399c). The
data's digits are written as letters: a vault that refuses payment cards refuses some of those digit strings, rightly.
"""

import random
from collections.abc import Iterator
from typing import Final, NamedTuple

FIELDS: Final = ("PUR", "TTL", "USR", "OBJ", "DEC", "ACL", "SHR", "SRC", "CAT", "DATA")
META: Final = FIELDS[:9]
USR, DATA = FIELDS.index("USR"), FIELDS.index("DATA")
LANES: Final = 8
PURPOSES, OBJECTIONS, DECISIONS = 25, 100, 2
_COUNTS: Final = {"PUR": PURPOSES, "OBJ": OBJECTIONS, "DEC": DECISIONS, "ACL": 10, "SHR": 10, "SRC": 10, "CAT": 10}
_PREFIX: Final = {"PUR": "purpose", "USR": "user"}
_TTL: Final = ("30", "10000", "12000", "14000", "16000", "18000", "20000", "22000", "24000", "1000000")
_LETTERS: Final = str.maketrans("0123456789-", "abcdefghijk")
_DATA_LENGTH: Final = 100

# Name: where keys come from, and the operations with their weights. `p_` is table 2 of the article, `u_` its
# controller with deletions and updates by user only, because deletion by purpose drains the table.
MIXES: Final[dict[str, tuple[str, tuple[tuple[str, float], ...]]]] = {
    "p_customer": (
        "zipf",
        (("read_USR", 0.2), ("readm_key", 0.2), ("upd_key", 0.2), ("updm_key", 0.2), ("del_key", 0.2)),
    ),
    "u_controller": ("uniform", (("insert", 0.25), ("del_USR", 0.25), ("updm_USR", 0.5))),
    "p_regulator": ("zipf", (("readm_USR", 0.46), ("getlog", 0.31), ("verifydel", 0.23))),
    "p_processor": (
        "mixed",
        (("read_key", 0.8), ("read_PUR", 0.2 / 3), ("read_OBJ", 0.2 / 3), ("read_DEC", 0.2 / 3)),
    ),
}


class Size(NamedTuple):
    """How many records there are at the start; ten for each user."""

    records: int

    @property
    def users(self) -> int:
        return self.records // 10


class Op(NamedTuple):
    """One operation. `value` is what an update writes into `field`; `lines` how many of the log are asked for."""

    lane: int
    kind: str
    key: int
    field: str = ""
    value: str = ""
    lines: int = 0


def _java_hash(text: str) -> int:
    found = 0
    for letter in text:
        found = (31 * found + ord(letter)) & 0xFFFFFFFF
    return found - (1 << 32) if found & 0x80000000 else found


def value(size: Size, key: int, field: str) -> str:
    """Give one field of the record with that number."""
    if field == "TTL":
        return _TTL[key % 10]
    if field == "DATA":
        text = ""
        while len(text) < _DATA_LENGTH:
            text += str(key)
            text += str(_java_hash(text))
        return text[:_DATA_LENGTH].translate(_LETTERS)
    count = size.users if field == "USR" else _COUNTS[field]
    return f"{_PREFIX.get(field, field.lower())}{key % count}"


def record(size: Size, key: int) -> list[str]:
    """Give all fields, in the order of FIELDS."""
    return [value(size, key, field) for field in FIELDS]


class _Zipf:
    """YCSB's scrambled Zipf: theta 0.99 over 10^10 ranks, each rank's FNV-1a hash modulo the keys."""

    _ZETA: Final = 26.46902820178302
    _THETA: Final = 0.99
    _RANKS: Final = 10_000_000_000

    def __init__(self, keys: int, chance: random.Random) -> None:
        self._keys = keys
        self._chance = chance
        self._alpha = 1 / (1 - self._THETA)
        self._eta = (1 - (2.0 / self._RANKS) ** (1 - self._THETA)) / (1 - (1 + 0.5**self._THETA) / self._ZETA)

    def next(self) -> int:
        drawn = self._chance.random()
        if drawn * self._ZETA < 1:
            rank = 0
        elif drawn * self._ZETA < 1 + 0.5**self._THETA:
            rank = 1
        else:
            rank = int(self._RANKS * (self._eta * drawn - self._eta + 1) ** self._alpha)
        found = 0xCBF29CE484222325
        for _ in range(8):
            found ^= rank & 0xFF
            rank >>= 8
            found = (found * 1099511628211) & 0xFFFFFFFFFFFFFFFF
        return (((1 << 64) - found) if found >> 63 else found) % self._keys


def operations(mix: str, size: Size, count: int, seed: int) -> Iterator[Op]:
    """Give the operations, the same for the same seed on every side.

    A user's records and all operations on them belong to one lane, so that several connections, a lane each, leave
    every answer as certain as one connection does.
    """
    chance = random.Random(seed)  # noqa: S311 (chosen keys need no secret)
    kind, weighted = MIXES[mix]
    kinds, weights = [name for name, _ in weighted], [weight for _, weight in weighted]
    zipf = _Zipf(size.records, chance)
    fresh = size.records
    for number in range(count):
        name = chance.choices(kinds, weights)[0]
        skewed = kind == "zipf" or (kind == "mixed" and name == "read_key")
        key = zipf.next() if skewed else chance.randrange(size.records)
        lane = key % size.users % LANES
        if name == "insert":
            yield Op(fresh % size.users % LANES, name, fresh)
            fresh += 1
        elif name == "updm_key":
            field, source = chance.choice(FIELDS[2:9]), chance.randrange(min(100, size.users - LANES))
            if field == "USR":
                source = source // LANES * LANES + lane
            yield Op(lane, name, key, field, value(size, source, field))
        elif name == "updm_USR":
            field = FIELDS[chance.randrange(1, 9)]
            yield Op(lane, name, key, field, value(size, key, field))
        elif name == "getlog":
            yield Op(number % LANES, name, key, lines=chance.randint(1, 1000))
        elif name in {"verifydel", "read_PUR", "read_OBJ", "read_DEC"}:
            yield Op(number % LANES, name, key, name[5:])
        else:
            yield Op(lane, name, key)


Answer = list[tuple[str, ...]] | int


class Model:
    """The table as it must be after each operation: what a client knows, and what an answer is compared with."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._changed: dict[int, list[str]] = {}
        self._gone: set[int] = set()
        self._of_user: dict[int, list[int]] = {}
        self._cached: dict[tuple[str, str], list[tuple[str, ...]]] = {}

    def fields(self, key: int) -> list[str]:
        """Give a record as it stands."""
        return self._changed.get(key) or record(self.size, key)

    def user_of(self, key: int) -> int:
        changed = self._changed.get(key)
        return int(changed[USR][4:]) if changed else key % self.size.users

    def there(self, key: int) -> bool:
        return key not in self._gone

    def keys_of(self, user: int) -> list[int]:
        """Name the records of a user, oldest first."""
        found = self._of_user.get(user)
        if found is None:
            found = self._of_user[user] = list(range(user, self.size.records, self.size.users))
        return found

    def apply(self, op: Op) -> Answer:
        """Do the operation; give what the right answer is."""
        if op.kind.startswith("read"):
            return self._read(op)
        if op.kind == "getlog":
            return op.lines
        if op.kind == "verifydel":
            return 0
        return self._write(op)

    def _read(self, op: Op) -> Answer:
        if op.kind in {"read_PUR", "read_OBJ", "read_DEC"}:
            return self._selected(op)
        meta = op.kind.startswith("readm")
        width = len(META) if meta else len(FIELDS)
        by_key = op.kind.endswith("key")
        keys = [op.key] if by_key else self.keys_of(op.key % self.size.users)
        return sorted(tuple(self.fields(key)[:width]) for key in keys if self.there(key))

    def _selected(self, op: Op) -> list[tuple[str, ...]]:
        """Give the records with one value of a field; no mix that asks for them changes anything."""
        wanted = value(self.size, op.key, op.field)
        found = self._cached.get((op.field, wanted))
        if found is None:
            step = _COUNTS[op.field]
            keys = range(op.key % step, self.size.records, step)
            found = self._cached[op.field, wanted] = sorted(tuple(record(self.size, key)) for key in keys)
        return found

    def _write(self, op: Op) -> int:
        if op.kind == "insert":
            self.keys_of(op.key % self.size.users).append(op.key)
            return 1
        keys = self.keys_of(op.key % self.size.users) if op.kind.endswith("USR") else [op.key]
        keys = [key for key in keys if self.there(key)]
        for key in keys:
            self._write_one(op, key)
        return len(keys)

    def _write_one(self, op: Op, key: int) -> None:
        if op.kind.startswith("del"):
            self.keys_of(self.user_of(key)).remove(key)
            self._gone.add(key)
        elif op.kind.startswith("updm"):
            self._update(key, op.field, op.value)

    def _update(self, key: int, field: str, text: str) -> None:
        fields = self.fields(key)
        if field == "USR":
            self.keys_of(self.user_of(key)).remove(key)
            self.keys_of(int(text[4:])).append(key)
        fields[FIELDS.index(field)] = text
        self._changed[key] = fields
