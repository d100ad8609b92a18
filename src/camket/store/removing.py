"""Taking rows of several tables away by what points to them, told as they were: one round trip for all."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from camket.store import shapes, statements
from camket.store.columns import Record
from camket.store.db import raw_id
from camket.store.shapes import Values

Place = tuple[type[Record], str]


def take(places: Sequence[Place], subject_id: UUID) -> list[tuple[type[Record], Values]]:
    """Delete the rows whose column names the subject; each row's values by attribute name. In a transaction."""
    if not places:
        return []
    value = [raw_id(subject_id)]
    found = statements.together([(statement(model, (column,)), value) for model, column in places])
    taken = zip(places, found, strict=True)
    return [(model, shapes.values(model, row)) for (model, _), rows in taken for row in rows]


@cache
def statement(model: type[Record], columns: tuple[str, ...]) -> str:
    """Give the DELETE of rows by the values of some columns; it gives what `shapes.values` reads."""
    wanted = " AND ".join(f'"{column}" = %s' for column in columns)
    return f'DELETE FROM "{model._meta.db_table}" WHERE {wanted} RETURNING {shapes.columns(model)}'  # noqa: S608 (names of the schema)
