"""The main path: values go in sealed, come out against a permit, and every step is in the ledger."""

from uuid import UUID

from camket.shops.actions import assign_work
from camket.subjects.actions import create
from camket.vault.actions import Value, look, put, show
from tests.cast import MINH


def _minh(world, slug, now):
    shop_id = world.shops[slug]
    subject_id = create(shop_id=shop_id, origin="purchase", actor=world.hanh(slug), now=now)
    put(
        shop_id=shop_id,
        subject_id=subject_id,
        values=[
            Value("name", MINH.name, ("order",)),
            Value("phone", MINH.phone, ("order",)),
            Value("postal_address", MINH.address, ("order", "delivery")),
        ],
        source="purchase",
        actor=world.hanh(slug),
        now=now,
        proven=frozenset({"order"}),
    )
    return shop_id, subject_id


def test_assigned_clerk_looks_at_an_order(world, now):
    shop_id, subject_id = _minh(world, "comet", now)
    assign_work(
        shop_id=shop_id,
        subject_id=subject_id,
        staff_id=UUID(world.lan("comet").id),
        work="order:1",
        actor=world.hanh("comet"),
        now=now,
    )
    seen = look(
        shop_id=shop_id,
        subject_id=subject_id,
        categories=["phone"],
        purpose="order",
        work="order:1",
        actor=world.lan("comet"),
        now=now,
    )
    assert [show(value) for value in seen.values] == ["+84912345678"]
    assert "912345678" not in repr(seen)
