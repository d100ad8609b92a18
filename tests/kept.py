"""Puts a person of the cast into a shop's vault the way each shop's policy opens it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from camket.consent.actions import record
from camket.shops.actions import assign_work
from camket.subjects.actions import create
from camket.vault.actions import Look, Value, look, put
from tests.cast import Person
from tests.world import World

# A source and purpose that each shop opens for contact data.
WAYS = {
    "comet": ("purchase", "order"),
    "shop-001": ("purchase", "order"),
    "khatra": ("order_email", "order"),
    "shop-003": ("feedback", "answer_enquiry"),
    "1stwatch": ("purchase", "order"),
}
SHOWN = "Tôi đồng ý cho cửa hàng dùng thông tin này cho mục đích đã nêu."
WORK = "order:1042"


def keep(world: World, slug: str, person: Person, now: datetime, *, verified: Sequence[str] = ()) -> UUID:
    """A subject with name, phone, email and address, with the consent that the purpose may need."""
    shop_id, actor = world.shops[slug], world.hanh(slug)
    source, purpose = WAYS[slug]
    subject_id = create(shop_id=shop_id, origin=source, actor=actor, now=now)
    agree(world, slug, subject_id, purpose, now)
    values = {"name": person.name, "phone": person.phone, "email": person.email, "postal_address": person.address}
    if slug == "shop-003":
        del values["postal_address"]  # its feedback form asks for no address
    put(
        shop_id=shop_id,
        subject_id=subject_id,
        values=[Value(name, text, (purpose,), verified=name in verified) for name, text in values.items()],
        source=source,
        actor=actor,
        now=now,
        proven=frozenset({"order"}),
    )
    return subject_id


def agree(world: World, slug: str, subject_id: UUID, purpose: str, now: datetime, **more: str) -> None:
    """The customer agrees, on a form."""
    record(
        shop_id=world.shops[slug],
        subject_id=subject_id,
        purpose=purpose,
        value="given",
        how=more.get("how", "form"),
        text=SHOWN,
        language="vi",
        policy_version=1,
        actor=world.hanh(slug),
        now=now,
        channel=more.get("channel", ""),
        category=more.get("category", ""),
    )


def assign(world: World, slug: str, subject_id: UUID, now: datetime, work: str = WORK) -> None:
    """Lan gets the work."""
    assign_work(
        shop_id=world.shops[slug],
        subject_id=subject_id,
        staff_id=UUID(world.lan(slug).id),
        work=work,
        actor=world.hanh(slug),
        now=now,
    )


def lan_looks(
    world: World, slug: str, subject_id: UUID, now: datetime, categories: Sequence[str] = ("phone",), **more: str
) -> Look:
    """Lan looks, for the purpose the data was kept for and the work she has."""
    return look(
        shop_id=world.shops[slug],
        subject_id=subject_id,
        categories=categories,
        purpose=more.get("purpose", WAYS[slug][1]),
        work=more.get("work", WORK),
        actor=world.lan(slug),
        now=now,
    )
