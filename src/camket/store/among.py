"""Asking about a list: statements with `{among}` take an array on PostgreSQL and a list of holes on SQLite."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any, Final
from uuid import UUID

from camket.store import statements
from camket.store.db import is_sqlite

AT_ONCE: Final = 512


def fetch(text: str, values: Iterable[UUID | bytes], parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Run a statement over all values, each named once, a piece of `AT_ONCE` at a time; gives every row."""
    for batch in pieces(values):
        yield from statements.fetch(text.replace("{among}", condition(len(batch))), {**parameters, **named(batch)})


def pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut a list, each value named once, into what one statement asks for."""
    stream = iter(dict.fromkeys(values))
    while batch := list(islice(stream, AT_ONCE)):
        yield batch


def condition(count: int) -> str:
    """Write the condition that stands for a piece."""
    if not is_sqlite():
        return "= ANY(%(among)s)"
    return f"IN ({', '.join(f'%(s{place})s' for place in range(_room(count)))})"


def named(batch: Sequence[UUID | bytes]) -> dict[str, Any]:
    """Give the parameters of that condition."""
    if not is_sqlite():
        return {"among": list(batch)}
    raw = [one.bytes if isinstance(one, UUID) else one for one in batch]
    return {f"s{place}": one for place, one in enumerate([*raw, *repeat(raw[-1], _room(len(raw)) - len(raw))])}


def _room(count: int) -> int:
    """Round a piece's size up, so that few statements are ever compiled."""
    return min(AT_ONCE, 1 << (count - 1).bit_length())
