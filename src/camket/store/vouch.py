"""Marks of rows that grant something: whoever can only write to the database cannot grant anything by it.

A role, an assignment, an undertaking, a setting, a consent, a restraint, an agreement and a policy version decide what
may be opened. Such a table names in `vouched` what the gate reads of a row; `mark` is an HMAC over it under the shop's
secret, set in the deed that writes the row. A row whose mark does not fit is an error, and an error denies.

It does not see a row that was removed, nor an old one put back: those the replay finds (`ledger verify --database`).
"""

import hmac
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Protocol, cast

from camket.store import canonical, rows, secrets
from camket.store.columns import Record
from camket.store.errors import ForgedRowError

MARK_BYTES = 16


class _Vouched(Protocol):
    vouched: tuple[str, ...]
    table_code: int
    shop_id: int
    mark: bytes


def fits(mark: bytes | None, shop_id: int, table_code: int, *values: Any) -> bool:
    """Tell whether the mark was made by a deed over these values (ids as 16 bytes)."""
    return hmac.compare_digest(bytes(mark or b""), _mark(shop_id, table_code, values))


def made(shop_id: int, table_code: int, *values: Any) -> bytes:
    """Compute the mark of a row that is written by hand-made SQL, over these values (ids as 16 bytes)."""
    return _mark(shop_id, table_code, values)


def of(row: Record) -> bytes:
    """Compute the mark of a row as it is now."""
    found = cast("_Vouched", row)
    values = [None if value is None else encode(value) for encode, value in _values(row)]
    return _mark(found.shop_id, found.table_code, values)


def _values(row: Record) -> Iterator[tuple[canonical.Encoder, Any]]:
    encoders, read = _plan(type(row))
    return zip(encoders, read(row), strict=True)


@cache
def _plan(model: type[Record]) -> tuple[tuple[canonical.Encoder, ...], Callable[[Record], tuple[Any, ...]]]:
    """Give the encoders of the columns that the mark binds, and what reads them from a row."""
    encoders = dict(canonical.plan(model))
    names = model.vouched
    read = attrgetter(*names)
    return tuple(encoders[name] for name in names), read if len(names) > 1 else lambda row: (read(row),)


def require(row: Record) -> None:
    """Raise ForgedRowError unless the row carries the mark of a deed."""
    if not hmac.compare_digest(cast("_Vouched", row).mark, of(row)):
        raise ForgedRowError


def _mark(shop_id: int, table_code: int, values: Sequence[Any]) -> bytes:
    content = canonical.dumps(["vouched", table_code, shop_id, *values])
    return rows.mac(secrets.secret(shop_id, "mac"))(content)[:MARK_BYTES]
