"""Facts about many people in a few statements: what `facts.collect` reads for each of them, read for all.

The statements are those of the rooms below, asked of a list of people instead of one. A row that grants something and
was not written by a deed refuses the person it is about, and nobody else.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice, repeat
from typing import Any, Final
from uuid import UUID

from camket.base.actor import Actor
from camket.consent.sql import CONSENT_FACTS, RESTRAINT_FACTS
from camket.shops.sql import ASSIGNMENT_FACTS
from camket.store import statements
from camket.store.db import is_sqlite, raw_id, read_id
from camket.store.errors import ForgedRowError
from camket.subjects.sql import SUBJECT_FACTS
from camket.vault import facts as fact_room
from camket.vault.facts import Facts

AT_ONCE: Final = 512
# Whose contacts are proven, asked of many at once.
VERIFIED_AMONG: Final = """
SELECT DISTINCT v.subject_id, 'verified' AS kind, '' AS a, '' AS b, '' AS c, '' AS d, CAST(0 AS bigint) AS n,
       CAST(NULL AS bytea) AS m
  FROM camket_item v WHERE v.subject_id {among} AND v.shop_id = %(shop)s AND v.verified
"""
_ONE: Final = re.compile(r"(\w+)\.subject_id = %\(subject\)s")


def collect_many(
    *, shop_id: int, actor: Actor, subject_ids: Sequence[UUID], now_ms: int
) -> tuple[Facts, dict[UUID, Facts | ForgedRowError]]:
    """Read the facts of shop and actor, and of each person. Who is not in this shop is not among them.

    Errors: ForgedRowError for a forged row of the shop or the actor.
    """
    shared = fact_room.collect(shop_id=shop_id, actor=actor, subject_id=None, now_ms=now_ms)
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    found: dict[UUID, Facts | ForgedRowError] = {}
    for batch in pieces(subject_ids):
        parameters: dict[str, Any] = {"shop": shop_id, "now": now_ms, **named(batch)}
        if person is not None:
            parameters["person"] = raw_id(UUID(person))
        rows = statements.fetch(_statement(len(batch), person=person is not None), parameters)
        people: dict[UUID, list[Any]] = {read_id(row[0]): [] for row in rows if row[1] == "subject"}
        for row in rows:
            if (held := people.get(read_id(row[0]))) is not None:
                held.append(row[1:])
        found |= {one: _taken(shop_id, person, one, shared, held) for one, held in people.items()}
    return shared, found


def fresh(shared: Facts) -> Facts:
    """Give the facts of somebody who came in just now: nothing is proven, asked or restrained yet."""
    return replace(shared, known=True, works=set(), broken_glass=set(), consents=[], restraints=[])


def _taken(
    shop_id: int, person: str | None, subject_id: UUID, shared: Facts, rows: Sequence[Sequence[Any]]
) -> Facts | ForgedRowError:
    own = fresh(shared)
    try:
        for *row, mark in rows:
            # One check for one person and for many.
            fact_room._require_vouched(shop_id, person, subject_id, row, mark)  # noqa: SLF001 - as said above
            own.take(*row)
    except ForgedRowError as error:
        return error
    return own


def pieces(subject_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """Cut a list of people, each named once, into what one statement asks for."""
    stream = iter(dict.fromkeys(subject_ids))
    while batch := list(islice(stream, AT_ONCE)):
        yield batch


def among(count: int) -> str:
    """Write the condition that stands for a piece: an array on PostgreSQL, a list on SQLite."""
    if not is_sqlite():
        return "= ANY(%(subjects)s)"
    return f"IN ({', '.join(f'%(s{place})s' for place in range(_room(count)))})"


def named(batch: Sequence[UUID]) -> dict[str, Any]:
    """Give the parameters of that condition."""
    if not is_sqlite():
        return {"subjects": list(batch)}
    filled = [*batch, *repeat(batch[-1], _room(len(batch)) - len(batch))]
    return {f"s{place}": one.bytes for place, one in enumerate(filled)}


def _room(count: int) -> int:
    """Round a piece's size up, so that few statements are ever compiled."""
    return min(AT_ONCE, 1 << (count - 1).bit_length())


def _statement(count: int, *, person: bool) -> str:
    return _text(person=person).replace("{among}", among(count))


@cache
def _text(*, person: bool) -> str:
    # Rows with a mark first: PostgreSQL takes the type of a column from the first two parts.
    parts = [*map(of_many, (CONSENT_FACTS, RESTRAINT_FACTS, SUBJECT_FACTS)), VERIFIED_AMONG]
    if person:
        parts.append(of_many(ASSIGNMENT_FACTS))
    return "\nUNION ALL\n".join(part.strip() for part in parts)


def of_many(one: str) -> str:
    """Ask a room's statement about one person of many, and let each row say whom it is about."""
    place = _ONE.search(one)
    if place is None or len(_ONE.findall(one)) != 1 or one.count("SELECT") != 1:
        raise ValueError("a room's facts about a person have one SELECT by one subject")
    asked = _ONE.sub(r"\1.subject_id {among}", one)
    return re.sub(r"SELECT\s", f"SELECT {place[1]}.subject_id, ", asked, count=1)
