"""A shop's doors with keys of every kind: the clerk's, the director's, a system's, another shop's, a dead one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

# Deeds take the time from the clock at the door, so the world is made before it.
THEN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EVERYTHING = ["order", "delivery", "after_sales", "complaint", "marketing", "notify", "rights_fulfilment"]


@dataclass
class Door:
    """Speaks JSON to the API with one key."""

    client: Client
    token: str | None

    def _headers(self, extra: dict[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **extra}

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.client.get(f"/api/v1/{path}", headers=self._headers(headers))

    def post(self, path: str, data: Any, headers: dict[str, str] | None = None) -> HttpResponse:
        return self.client.post(
            f"/api/v1/{path}", data=data, content_type="application/json", headers=self._headers(headers or {})
        )


@dataclass
class Doors:
    """The doors of `comet` and one of `khatra`, and who stands behind them."""

    world: Any
    shop_id: int
    lan: UUID
    hanh: UUID
    clerk: Door
    director: Door
    system: Door
    narrow: Door
    stranger: Door
    revoked: Door
    ended: Door
    nobody: Door


@pytest.fixture
def doors(db) -> Doors:
    from camket.shops import queries
    from camket.shops.actions import issue_api_key, revoke_api_key
    from tests.cast import HANH, LAN
    from tests.world import OWNER, world

    queries.forget()
    made = world(THEN)
    shop_id = made.shops["comet"]
    lan, hanh = made.staff["comet", LAN], made.staff["comet", HANH]

    def key(shop: int = shop_id, role: str = "customer_service", purposes: list[str] = EVERYTHING, **who: Any):
        return issue_api_key(shop_id=shop, role=role, purposes=purposes, actor=OWNER, now=THEN, **who)

    def door(**given: Any) -> Door:
        return Door(Client(), key(**given).token)

    dead = key(staff_id=lan)
    revoke_api_key(shop_id=shop_id, key_id=dead.key_id, actor=OWNER, now=THEN)
    return Doors(
        world=made,
        shop_id=shop_id,
        lan=lan,
        hanh=hanh,
        clerk=door(staff_id=lan),
        director=door(role="director", staff_id=hanh),
        system=door(role="system", system="website"),
        narrow=door(staff_id=lan, purposes=["delivery"]),
        stranger=door(shop=made.shops["khatra"], staff_id=made.staff["khatra", LAN]),
        revoked=Door(Client(), dead.token),
        ended=door(staff_id=lan, ends_at=THEN + timedelta(days=1)),
        nobody=Door(Client(), None),
    )


@pytest.fixture
def minh(doors: Doors) -> UUID:
    """Minh bought from comet: name, phone and address, for the order and its delivery; Lan works on order 1042."""
    from camket.shops.actions import assign_work
    from camket.subjects import actions as subjects
    from camket.vault import actions as vault
    from tests.cast import MINH
    from tests.world import OWNER

    subject = subjects.create(shop_id=doors.shop_id, origin="purchase", actor=OWNER, now=THEN)
    vault.put(
        shop_id=doors.shop_id,
        subject_id=subject,
        values=[
            vault.Value("name", MINH.name, ("order", "delivery")),
            vault.Value("phone", MINH.phone, ("order", "delivery")),
        ],
        source="purchase",
        actor=OWNER,
        now=THEN,
    )
    assign_work(shop_id=doors.shop_id, subject_id=subject, staff_id=doors.lan, work="order:1042", actor=OWNER, now=THEN)
    return subject
