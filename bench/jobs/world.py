"""The benchmark's shop: its staff and keys, and people put into it through the same functions as real ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from bench import people
from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.base.ids import uuid7
from camket.ledger.actions import deed
from camket.shops import actions, queries
from camket.subjects import actions as subjects
from camket.vault.actions import Value, put

OWNER = Actor(kind="owner")
SHOP = "bench"
SOURCE = "account_registration"
PURPOSES = ("account", "order")
WORK = "order:1042"


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop and its clerk, who may read and correct for the work of an order."""

    id: int
    clerk: Actor


def open_shop() -> Shop:
    """Find the shop that `camket prepare` made, and its clerk; hire one where there is none."""
    shop_id: int = queries.shop_by_slug(slug=SHOP).pk
    staff = queries.staff_list(shop_id=shop_id)
    if staff:
        return Shop(shop_id, Actor(kind="staff", id=str(staff[0].staff_id)))
    now = utc_now()
    person = actions.add_staff(shop_id=shop_id, name="Vũ Thị Lan", actor=OWNER, now=now)
    for role in ("customer_service", "director"):
        actions.grant_role(shop_id=shop_id, staff_id=person.pk, role=role, actor=OWNER, now=now)
    actions.sign_undertaking(shop_id=shop_id, staff_id=person.pk, actor=OWNER, now=now)
    return Shop(shop_id, Actor(kind="staff", id=str(person.pk)))


def home() -> str:
    """Give this installation's folder."""
    return str(settings.HOME)


def keys() -> dict[str, Any]:
    """Issue the keys that the load comes with: a clerk's, a director's; both are the same person."""
    shop = open_shop()
    tokens: dict[str, Any] = {}
    for role in ("customer_service", "director"):
        issued = actions.issue_api_key(
            shop_id=shop.id,
            role=role,
            purposes=["account", "order", "delivery", "marketing", "rights_fulfilment"],
            staff_id=UUID(shop.clerk.id),
            actor=OWNER,
            now=utc_now(),
        )
        tokens[role] = issued.token
    return tokens


def create(shop: Shop, fields: Mapping[str, str], now: datetime) -> UUID:
    """Make a person with these fields in one deed."""
    subject_id = uuid7(int(now.timestamp() * 1000))
    values = [Value(category, text, PURPOSES) for category, text in fields.items()]
    with deed(shop_id=shop.id, event="intake.received", actor=OWNER, now=now, subject_id=subject_id) as made:
        subjects.create(shop_id=shop.id, origin=SOURCE, actor=OWNER, now=now, subject_id=subject_id, within=made)
        put(shop_id=shop.id, subject_id=subject_id, values=values, source=SOURCE, actor=OWNER, now=now, within=made)
    return subject_id


def create_many(shop: Shop, numbers: Sequence[int], names: Sequence[str] = people.PROFILE) -> list[UUID]:
    """Make many people, one deed each."""
    now = utc_now()
    made = []
    for number in numbers:
        found = people.profile(number)
        made.append(create(shop, {name: found[name] for name in names}, now))
    return made
