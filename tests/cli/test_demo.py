"""Made-up customers: always the same, nobody's, and through the same doors as real ones."""

from datetime import datetime
from typing import Any

import phonenumbers
import pytest

from camket.cli import demo, madeup
from camket.intake.models import Order
from camket.ledger.models import Entry
from camket.shops import queries
from camket.subjects.models import Proposal, Subject
from camket.vault.models import Item
from tests.world import World

SLUGS = ("1stwatch", "comet", "khatra", "shop-001", "shop-003")


def test_the_same_people_every_time_and_others_in_each_shop() -> None:
    assert list(madeup.people("comet", 30)) == list(madeup.people("comet", 30))
    assert {p.email for p in madeup.people("comet", 200)}.isdisjoint({p.email for p in madeup.people("khatra", 200)})


@pytest.mark.parametrize("slug", SLUGS)
def test_nobody_real_can_be_reached(slug: str) -> None:
    people = list(madeup.people(slug, 200))
    assert len({person.email for person in people}) == 200
    assert {person.email.rsplit("@", 1)[1] for person in people} <= {
        "example.com",
        "example.org",
        "example.net",
        "khach.example",
    }
    assert {person.phone[:-6] for person in people} <= set(madeup.vocabulary()["phone"])
    new = [person.phone for person in people if person.phone.startswith("05")]
    assert [phone for phone in new if not phonenumbers.is_valid_number(phonenumbers.parse(phone, "VN"))] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_each_shop_gets_what_its_policy_opens(world: World, slug: str, now: datetime) -> None:
    shop_id = world.shops[slug]
    rulebook = queries.rulebook(shop_id)
    before = Entry.objects.filter(shop_id=shop_id).count()
    filled = demo.fill_shop(shop_id, slug, madeup.people(slug, 12), now)
    assert filled.customers == 12
    assert Subject.objects.filter(shop_id=shop_id).count() == 12
    assert Proposal.objects.filter(shop_id=shop_id).count() == 0
    assert set(Item.objects.filter(shop_id=shop_id).values_list("source", flat=True)) <= set(rulebook.sources_open())
    assert Order.objects.filter(shop_id=shop_id).count() > 0
    assert Entry.objects.filter(shop_id=shop_id).count() >= before + filled.arrivals


def test_a_second_run_adds_nothing_and_a_larger_one_the_rest(world: World, now: datetime) -> None:
    shop_id = world.shops["comet"]
    demo.fill_shop(shop_id, "comet", madeup.people("comet", 4), now)
    entries = Entry.objects.count()
    assert demo.fill_shop(shop_id, "comet", madeup.people("comet", 4), now) == (0, 0)
    assert Entry.objects.count() == entries
    assert demo.fill_shop(shop_id, "comet", madeup.people("comet", 6), now).customers == 2


def test_nothing_of_them_stands_in_the_database_in_clear(world: World, now: datetime, all_bytes: Any) -> None:
    people = list(madeup.people("comet", 5))
    demo.fill_shop(world.shops["comet"], "comet", people, now)
    dump = all_bytes()
    assert [person for person in people if person.phone.encode() in dump or person.email.encode() in dump] == []
    assert "Vũ Thị Lan (mẫu)".encode() in dump
