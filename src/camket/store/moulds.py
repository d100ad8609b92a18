"""Rows of one table that are alike but for some columns, made by the thousand: bytes to write and bytes to digest.

What the rows have in common is encoded once. A row costs a few joins then, and gives what the plain ways give:
`rows.digest` for the ledger, and a row of PostgreSQL's binary COPY or the parameters of SQLite for `bulk.write`.
"""

import datetime as dt
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.db import models

from camket.crypto.mac import Mac
from camket.store import canonical
from camket.store.columns import Record
from camket.store.fields import IdField
from camket.store.rows import DIGEST_BYTES

_NULL: Final = struct.pack(">i", -1)
_FIRST_DAY: Final = dt.date(2000, 1, 1)
_SHORT, _BYTE, _WORD = 24, 1 << 8, 1 << 16
Encode = Callable[[Any], bytes]


def _array(count: int) -> bytes:
    return bytes([0x80 | count]) if count < _SHORT else bytes([0x98, count])


def cbor_bytes(value: bytes) -> bytes:
    """Encode bytes as canonical CBOR."""
    size = len(value)
    if size < _SHORT:
        return bytes([0x40 | size]) + value
    if size < _BYTE:
        return bytes([0x58, size]) + value
    return (b"\x59" + struct.pack(">H", size) if size < _WORD else b"\x5a" + struct.pack(">I", size)) + value


def _copied_bytes(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def _copied_text(value: str) -> bytes:
    return _copied_bytes(value.encode())


def _copied_day(value: dt.date) -> bytes:
    return struct.pack(">ii", 4, (value - _FIRST_DAY).days)


def _copied_integer(layout: str) -> Encode:
    packed = struct.Struct(layout)
    size = packed.size - 4
    return lambda value: packed.pack(size, value)


# Longest first, as in canonical.py: how a value of such a column stands in a binary COPY.
_COPIED: "Final[tuple[tuple[type[models.Field[Any, Any]], Encode], ...]]" = (
    (IdField, _copied_bytes),
    (models.BooleanField, lambda value: b"\0\0\0\1\1" if value else b"\0\0\0\1\0"),
    (models.SmallIntegerField, _copied_integer(">ih")),
    (models.BigIntegerField, _copied_integer(">iq")),
    (models.IntegerField, _copied_integer(">ii")),
    (models.DateField, _copied_day),
    (models.CharField, _copied_text),
    (models.TextField, _copied_text),
    (models.BinaryField, _copied_bytes),
)


def _copied(field: "models.Field[Any, Any]") -> Encode:
    found = next((encode for kind, encode in _COPIED if isinstance(field, kind)), None)
    if found is None:
        raise TypeError(f"{field} has no place in a bulk write")
    return found


def _canonical(field: "models.Field[Any, Any]", encode: Callable[[Any], Any]) -> Encode:
    if isinstance(field, models.BinaryField):
        return cbor_bytes
    return lambda value: canonical.dumps(encode(value))


_VARYING: Final = object()


def literal(value: Any) -> str:
    """Write a constant into a statement of SQLite."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, int):
        return str(value)
    if "\0" in value:
        raise ValueError("a constant of a statement holds no zero byte")
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"


def parameter(field: "models.Field[Any, Any]", value: Any) -> Any:
    """Give a value as SQLite takes it: ids and bytes as bytes, days as ISO text, truth as a number."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(field, IdField):
        return value.bytes
    if isinstance(value, dt.date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


class _Joined:
    """Pieces that stand still with gaps for encoded values between them."""

    def __init__(self, pieces: Sequence[bytes | Encode]) -> None:
        parts: list[bytes] = [b""]
        encoders: list[Encode | None] = []
        for piece in pieces:
            if isinstance(piece, bytes):
                parts[-1] += piece
            else:
                encoders.append(None if piece is _as_is else piece)
                parts += [b"", b""]
        self._parts = parts
        self._encoded = [(1 + 2 * place, encode) for place, encode in enumerate(encoders) if encode is not None]

    def __call__(self, values: Sequence[Any]) -> bytes:
        parts: list[Any] = self._parts.copy()
        parts[1::2] = values
        for place, encode in self._encoded:
            parts[place] = encode(parts[place])
        return b"".join(parts)


def _as_is(value: bytes) -> bytes:
    return value


class Mould:
    """Makes rows of one table. `varying` columns, in alphabetical order, are given per row and are never NULL.

    Ids are given as 16 bytes. Every other column stands in `fixed`; `key` is the shop's secret for digests of rows.
    """

    def __init__(self, model: type[Record], *, varying: Sequence[str], fixed: Mapping[str, Any], key: bytes) -> None:
        plan = canonical.plan(model)
        if sorted([*varying, *fixed]) != [name for name, _ in plan] or list(varying) != sorted(varying):
            raise ValueError(f"a mould names every column of {model.__name__} once, the varying ones in order")
        self.model = model
        self.names = tuple(name for name, _ in plan)
        self._mac = Mac(key)
        fields = {field.attname: field for field in model._meta.concrete_fields if field.column}
        present = [name for name in self.names if name in varying or fixed[name] is not None]
        said: list[bytes | Encode] = [_array(1 + 2 * len(present)), canonical.dumps(model.table_code)]
        copied: list[bytes | Encode] = [struct.pack(">h", len(self.names))]
        self._base: list[Any] = []
        for name, encode in plan:
            field = fields[name]
            if name in varying:
                is_id = isinstance(field, IdField)
                said += [canonical.dumps(name), *((b"\x50", _as_is) if is_id else (_canonical(field, encode),))]
                copied += (b"\0\0\0\x10", _as_is) if is_id else (_copied(field),)
                self._base.append(_VARYING)
                continue
            value = fixed[name]
            self._base.append(parameter(field, value))
            if value is None:
                copied.append(_NULL)
                continue
            said += [canonical.dumps(name), canonical.dumps(encode(value))]
            copied.append(_copied(field)(canonical_id(field, value)))
        self._said, self._copied = _Joined(said), _Joined(copied)
        self._days = [isinstance(fields[name], models.DateField) for name in varying]
        self._has_days = any(self._days)

    def digest(self, values: Sequence[Any]) -> bytes:
        """Digest of the row with these varying values: what `rows.digest` gives."""
        return self._mac(self._said(values))[:DIGEST_BYTES]

    def copied(self, values: Sequence[Any]) -> bytes:
        """One row of a binary COPY over `names`."""
        return self._copied(values)

    def parameters(self, values: Sequence[Any]) -> Sequence[Any]:
        """One row of the parameters of `insert`."""
        if not self._has_days:
            return values
        return [value.isoformat() if day else value for value, day in zip(values, self._days, strict=True)]

    @property
    def insert(self) -> str:
        """SQLite's statement for these rows: what they have in common stands in it."""
        table = self.model._meta.db_table
        places = ", ".join("?" if value is _VARYING else literal(value) for value in self._base)
        return f"INSERT INTO {table} ({', '.join(self.names)}) VALUES ({places})"  # noqa: S608 - names, quoted constants


def canonical_id(field: "models.Field[Any, Any]", value: Any) -> Any:
    """Give an id in 16 bytes; any other value as it is."""
    return value.bytes if isinstance(field, IdField) and not isinstance(value, bytes) else value
