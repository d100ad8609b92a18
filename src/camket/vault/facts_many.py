"""Facts about many people in a few statements: what `facts.collect` reads for each of them, read for all.

The statements are those of the rooms below, asked of a list of people instead of one. A row that grants something and
was not written by a deed refuses the person it is about, and nobody else.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final
from uuid import UUID

from camket.base.actor import Actor
from camket.consent.sql import CONSENT_FACTS, RESTRAINT_FACTS
from camket.shops.sql import ASSIGNMENT_FACTS
from camket.store import among
from camket.store.db import raw_id, read_id
from camket.store.errors import ForgedRowError
from camket.subjects.sql import SUBJECT_FACTS
from camket.vault import facts as fact_room
from camket.vault.facts import Facts

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
    parameters: dict[str, Any] = {"shop": shop_id, "now": now_ms}
    if person is not None:
        parameters["person"] = raw_id(UUID(person))
    for batch in among.pieces(subject_ids):
        rows = list(among.fetch(_text(person=person is not None), batch, parameters))
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
