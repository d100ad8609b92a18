"""What each job of the worker does, on real tables."""

from datetime import datetime, timedelta

from camket.base.actor import Actor
from camket.ledger import places
from camket.ledger.actions import deed
from camket.ledger.models import Checkpoint, Entry
from camket.subjects import codes
from camket.subjects.models import ContactCode
from camket.worker.jobs import checkpoint, deliver, expire, sequence
from tests.world import World


def test_entries_get_their_place_and_the_log_is_signed(world: World, now: datetime) -> None:
    # Everything was written at one moment; the quick pass looks back from now.
    assert sequence.run(now=now) == Entry.objects.count()
    assert sum(places.size_of(shop_id) for shop_id in world.shops.values()) == Entry.objects.count()
    assert sequence.run(now=now) == 0
    assert checkpoint.run(now=now + timedelta(minutes=1)) == 5
    assert Checkpoint.objects.count() == 5


def test_nothing_to_send_sends_nothing(world: World, now: datetime) -> None:
    assert deliver.run(now=now) == 0


def _code(shop_id: int, contact: bytes, now: datetime) -> None:
    with deed(shop_id=shop_id, event="code.issued", actor=Actor.public(), now=now) as made:
        codes.make(shop_id=shop_id, digest=contact, subject_id=None, item_id=None, now=now, within=made)


def test_codes_go_when_they_neither_open_nor_count(world: World, now: datetime) -> None:
    shop_id = world.shops["comet"]
    _code(shop_id, b"a" * 16, now)
    _code(shop_id, b"b" * 16, now + timedelta(minutes=30))
    before = Entry.objects.count()
    assert expire.run(now=now + timedelta(minutes=59)) == 0
    assert Entry.objects.count() == before
    assert expire.run(now=now + timedelta(minutes=60)) == 1
    assert [bytes(row.digest) for row in ContactCode.objects.all()] == [b"b" * 16]
    assert Entry.objects.count() == before + 1
    assert expire.run(now=now + timedelta(minutes=61)) == 0
