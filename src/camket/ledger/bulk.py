"""Rows of many subjects in one bulk deed: moulded one by one, written table by table, told to the ledger at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from camket.ledger.deeds import Deed
from camket.store import bulk, canonical, secrets
from camket.store.columns import Record
from camket.store.moulds import Mould
from camket.store.rows import values_of


class Shape:
    """A mould and how its rows are named in an entry: the parts of the key, the subject left out."""

    __slots__ = ("_key", "_places", "code", "mould")

    def __init__(self, mould: Mould, varying: Sequence[str], fixed: Mapping[str, Any]) -> None:
        self.mould = mould
        self.code = mould.model.table_code
        self._key: list[Any] = []
        self._places: list[tuple[int, int]] = []
        for place, (name, encode) in enumerate(canonical.key_plan(mould.model)):
            if name == "subject_id":
                self._key.append(None)
            elif name in fixed:
                self._key.append(encode(fixed[name]))
            else:
                self._key.append(None)
                self._places.append((place, varying.index(name)))

    def named(self, values: Sequence[Any]) -> list[Any]:
        """Give the key of a row as its entry names it."""
        key = self._key.copy()
        for place, index in self._places:
            key[place] = values[index]
        return key


class BulkRows:
    """The rows of one bulk deed. `add` collects, `write` inserts; parents are added before what points to them."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self._secret = secrets.secret(deed.shop_id, "row")
        self._rows: dict[type[Record], list[tuple[Mould, Sequence[Any]]]] = {}
        self._told: dict[bytes | None, list[list[Any]]] = {}

    def shape(self, model: type[Record], *, varying: Sequence[str], **fixed: Any) -> Shape:
        """Make a mould for rows of this deed's shop; every column not in `varying` is given once."""
        if not model.ledgered:
            raise ValueError(f"{model.__name__} is not a table of deeds")
        if fixed.get(model.shop_column) != self.deed.shop_id:
            raise ValueError("a deed writes rows of its own shop only")
        return Shape(Mould(model, varying=varying, fixed=fixed, key=self._secret), varying, fixed)

    def shape_like(self, row: Record, varying: Sequence[str]) -> Shape:
        """Make a mould for rows that are like this one but for the varying columns."""
        fixed = {name: value for name, value in values_of(row).items() if name not in varying}
        return self.shape(type(row), varying=varying, **fixed)

    def add(self, shape: Shape, subject: bytes | None, values: Sequence[Any]) -> None:
        """Add one row; `subject` in 16 bytes, or None for a row that names nobody."""
        mould = shape.mould
        held = self._rows.get(mould.model)
        if held is None:
            self._rows[mould.model] = [(mould, values)]
        else:
            held.append((mould, values))
        told = self._told.get(subject)
        row = [shape.code, shape.named(values), mould.digest(values)]
        if told is None:
            self._told[subject] = [row]
        else:
            told.append(row)

    def write(self) -> None:
        """Insert what was added, in the order in which tables came up, and tell the deed. Errors: IntegrityError."""
        rows, self._rows = self._rows, {}
        told, self._told = self._told, {}
        with self.deed.told_conflicts():
            for model, found in rows.items():
                bulk.write(model, found[0][0].names, found)
        self.deed.wrote_rows(told)
