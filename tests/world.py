"""The five shops with an owner and a clerk each, made once per run and then copied in row by row.

Making them takes seconds (five policies are compiled, a hundred deeds are written); putting the rows back takes
milliseconds, so every test may have a world of its own and change it as it likes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from camket.base.actor import Actor
from camket.shops.actions import add_staff, grant_role, load_shops, sign_undertaking
from camket.shops.models import Shop
from camket.store import secrets
from tests.cast import CLERK_ROLE, CLERK_ROLES, HANH, LAN

OWNER = Actor(kind="owner")


@dataclass(frozen=True, slots=True)
class World:
    """Ids of what stands in the database: shops by slug, staff by shop and name."""

    shops: dict[str, int]
    staff: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def hanh(self, slug: str) -> Actor:
        """The owner at work: role director, undertaking signed."""
        return Actor(kind="staff", id=str(self.staff[slug, HANH]))

    def lan(self, slug: str) -> Actor:
        """The clerk at work: the role that this shop's policy opens, undertaking signed."""
        return Actor(kind="staff", id=str(self.staff[slug, LAN]))


Rows = dict[str, tuple[list[str], list[Any]]]
_made: dict[str, tuple[World, Rows]] = {}


def world(now: datetime) -> World:
    """Put the world into the test's database."""
    secrets.forget()
    key = str(connection.settings_dict["NAME"])
    if key in _made:
        found, rows = _made[key]
        _restore(rows)
        return found
    found = _make(now)
    _made[key] = (found, dict(_dump()))
    return found


def _make(now: datetime) -> World:
    load_shops(directory=Path(settings.CAMKET_POLICIES), actor=OWNER, now=now)
    made = World({shop.slug: shop.pk for shop in Shop.objects.order_by("id")})
    for slug, shop_id in made.shops.items():
        for name, role in ((HANH, "director"), (LAN, CLERK_ROLES.get(slug, CLERK_ROLE))):
            email = f"giam-doc@{slug}.example" if role == "director" else ""
            person = add_staff(shop_id=shop_id, name=name, email=email, actor=OWNER, now=now)
            grant_role(shop_id=shop_id, staff_id=person.pk, role=role, actor=OWNER, now=now)
            sign_undertaking(shop_id=shop_id, staff_id=person.pk, actor=OWNER, now=now)
            made.staff[slug, name] = person.pk
    return made


# Rows that others point to go in first.
PARENTS = ("camket_shop", "camket_subject", "camket_staff", "camket_item_key", "camket_consent_text")


def _order(table: str) -> tuple[int, str]:
    return (PARENTS.index(table) if table in PARENTS else len(PARENTS), table)


def _dump() -> Iterator[tuple[str, tuple[list[str], list[Any]]]]:
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor), key=_order):
            if table.startswith("camket_"):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                rows = cursor.fetchall()
                if rows:
                    yield table, ([column[0] for column in cursor.description], rows)


def _restore(rows_by_table: Rows) -> None:
    with connection.cursor() as cursor:
        for table, (columns, rows) in rows_by_table.items():
            names = ", ".join(connection.ops.quote_name(column) for column in columns)
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {connection.ops.quote_name(table)} ({names}) VALUES ({marks})", rows)
