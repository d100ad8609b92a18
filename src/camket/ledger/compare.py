"""Compares what the tables hold with what the replay says they must hold."""

from collections.abc import Iterator
from uuid import UUID

import cbor2
from django.apps import apps

from camket.ledger import places
from camket.ledger.models import Entry, EntryGroup, EntrySubject, Position
from camket.ledger.problems import Problem
from camket.ledger.replay import Expected, Leftover, Replay
from camket.store import canonical, rows
from camket.store.columns import Record, ledgered_models

PIECE = 2_000


def tables() -> dict[int, type[Record]]:
    """Every table that deeds write, by code, whichever room it belongs to."""
    return ledgered_models(apps.get_models())


def watched() -> list[type[Record]]:
    """Every table whose rows belong to a shop's log: those that deeds write, and the entries' own."""
    return [*tables().values(), Entry, EntrySubject, EntryGroup, Position]


def compare(replay: Replay, shop_id: int, key: bytes) -> Iterator[Problem]:
    """Every row of the shop that was changed, added or removed behind the ledger's back."""
    found = tables()
    for model in found.values():
        replay.keep_rows(_present(model, shop_id, key))
    for row in replay.wrong():
        expected = replay.expected(row.code, row.key)
        problem = _judge(expected, row.digest)
        if problem is not None:
            yield _described(problem, found[row.code]._meta.db_table, shown(cbor2.loads(row.key)), expected, shop_id)
    for left in replay.missing():
        yield _removed(left, found, shop_id)


def _present(model: type[Record], shop_id: int, key: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Give every row of the shop with its key and its digest."""
    names = rows.concrete_names(model)
    keys = [(names.index(name), encode) for name, encode in canonical.key_plan(model)]
    query = model._base_manager.filter(**{model.shop_column: shop_id}).values_list(*names)
    for values in query.iterator(chunk_size=PIECE):
        name = canonical.dumps([encode(values[place]) for place, encode in keys])
        yield model.table_code, name, rows.digest_in_order(model, values, key)


def _judge(expected: list[Expected], digest: bytes) -> str | None:
    """Judge a row. Two deeds that insert one row at once, where it is its own content, leave it twice: no fault."""
    match expected:
        case []:
            return "added"
        case [Expected(balance=balance, digest=wanted)] if balance > 0:
            return None if wanted == digest else "changed"
    return "history"


def _described(kind: str, table: str, key: str, expected: list[Expected], shop_id: int) -> Problem:
    last = expected[-1] if expected else None
    seq, entry = (places.place_of(shop_id, last.entry), str(UUID(bytes=last.entry))) if last else (None, None)
    place = _place(seq)
    match kind:
        case "added":
            vi, en = "dòng này không do việc nào ghi", "no deed wrote this row"
            return Problem("added", table, key, vi, en)
        case "changed":
            vi = f"dòng này không còn như việc ghi sau cùng{place[0]} để lại"
            return Problem("changed", table, key, vi, f"this row is not as the last deed{place[1]} left it", seq, entry)
    vi = f"sổ ghi về dòng này tự mâu thuẫn{place[0]}: có dòng sổ bị mất hoặc bị chép đôi"
    en = f"the entries about this row contradict each other{place[1]}: one is missing or doubled"
    return Problem("history", table, key, vi, en, seq, entry)


def _removed(left: Leftover, found: dict[int, type[Record]], shop_id: int) -> Problem:
    model = found.get(left.code)
    table = model._meta.db_table if model else f"table {left.code}"
    seq = places.place_of(shop_id, left.entry)
    place = _place(seq)
    return Problem(
        "removed",
        table,
        shown(cbor2.loads(left.key)),
        f"dòng này do một việc ghi{place[0]} và không việc nào xóa, nhưng nó đã mất",
        f"a deed{place[1]} wrote this row and none removed it, but it is gone",
        seq,
        str(UUID(bytes=left.entry)),
    )


def _place(seq: int | None) -> tuple[str, str]:
    return ("", "") if seq is None else (f" (dòng sổ {seq})", f" (entry {seq})")


def shown(key: list[object]) -> str:
    """Write a key as people read it: ids with hyphens, digests in hexadecimal."""
    return "/".join(_part(part) for part in key)


def _part(part: object) -> str:
    if isinstance(part, bytes):
        return str(UUID(bytes=part)) if len(part) == 16 else part.hex()  # noqa: PLR2004 (a UUID)
    return str(part)
