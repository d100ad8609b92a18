"""Both keys are rotated while people are looked at, found, taken in and proven by several threads at once."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection

from camket.base.actor import Actor
from camket.crypto.providers.local import LocalProvider
from camket.intake import rotating
from camket.ledger.actions import sequence
from camket.ledger.queries import verify_database
from camket.store import keys
from camket.store.secrets import RETIRED
from camket.subjects.errors import TakenError
from camket.subjects.models import Identifier
from camket.subjects.queries import by_identifier
from camket.vault import rewrapping, rotation
from camket.vault.actions import find, show
from tests import kept
from tests.cast import MINH, Person

OWNER = Actor(kind="owner")
SLUG = "comet"
PEOPLE = 12
THREADS = 3


def _person(number):
    return Person(
        f"Nguyễn Thị Lan {number}", f"091{2_345_678 + 7 * number:07d}", f"lan{number}@example.com", MINH.address
    )


class _Life:
    """What goes on in the shop; each thread notes what came of it, and anything unexpected ends the test."""

    def __init__(self, world, now):
        self.world, self.now = world, now
        self.stop = Event()
        self.known = {}
        self.done = {"look": 0, "find": 0, "create": 0, "taken": 0}

    def keep(self, number):
        self.known[number] = kept.keep(self.world, SLUG, _person(number), self.now, verified=("phone",))

    def run(self, thread):
        chance, fresh = random.Random(thread), 1000 * (thread + 1)
        try:
            while not self.stop.is_set():
                number = chance.choice(list(self.known))
                what = chance.choice(list(self.done))
                if what == "create":
                    fresh += 1
                    self.keep(fresh)
                else:
                    getattr(self, f"_{what}")(number)
                self.done[what] += 1
        finally:
            self.stop.set()
            connection.close()

    def _look(self, number):
        kept.assign(self.world, SLUG, self.known[number], self.now)
        seen = kept.lan_looks(self.world, SLUG, self.known[number], self.now).values
        (phone,) = (show(one) for one in seen if one.category == "phone")
        assert phone == _person(number).phone.replace("0", "+84", 1)

    def _find(self, number):
        kind = random.Random(number).choice(("phone", "email"))
        text = getattr(_person(number), kind)
        purpose = kept.WAYS[SLUG][1]
        where = {"shop_id": self.world.shops[SLUG], "purpose": purpose, "work": None, "now": self.now}
        found = find(kind=kind, text=text, actor=self.world.lan(SLUG), **where)
        assert [one.subject_id for one in found] == [self.known[number]]

    def _taken(self, number):
        with pytest.raises(TakenError):
            kept.keep(self.world, SLUG, _person(number), self.now, verified=("phone",))


@pytest.mark.django_db(transaction=True)
def test_a_living_shop_notices_nothing(world, own_keys, now):
    life = _Life(world, now)
    for number in range(PEOPLE):
        life.keep(number)
    shops = list(world.shops.values())
    run = {"actor": OWNER, "clock": lambda: now + timedelta(minutes=1), "tell": lambda _: None}
    with ThreadPoolExecutor(THREADS) as pool:
        threads = [pool.submit(life.run, thread) for thread in range(THREADS)]
        try:
            LocalProvider.change(own_keys, keys.custody(), lambda held: held.with_new().activated())
            held = rotating.rewrap(shop_ids=shops, wait=1.2, **run)
            rewrapping.destroy_version(1)
            rotating.rotate_index(shop_ids=[world.shops[SLUG]], wait=0.4, **run)
        finally:
            life.stop.set()
        for thread in threads:
            thread.result()
    assert min(life.done.values()) > 2, life.done
    assert held.retired.keys() == {1}
    _is_in_order(world, life, now)


def _is_in_order(world, life, now):
    shop_id = world.shops[SLUG]
    assert [row.state for row in rotation.versions(shop_id)] == [None, RETIRED]
    for number, subject_id in life.known.items():
        text = _person(number).phone.replace("0", "+84", 1)
        proven = [one for one in by_identifier(shop_id=shop_id, kind="phone", normalised=text) if one.verified]
        assert [one.subject_id for one in proven] == [subject_id]
    assert Identifier.objects.filter(verified=True).count() == len(life.known)
    sequence(shop_id=shop_id, now=now)
    assert list(verify_database(shop_id)) == []
