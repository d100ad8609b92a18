"""Unusual access, with the cast: Lan looks at too many, is refused too often, her key turns up elsewhere."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from camket.base.actor import Actor
from camket.base.ids import uuid7
from camket.ledger.actions import deed, refuse, sequence
from camket.ledger.models import Entry
from camket.ledger.queries import read_entry, verify_database
from camket.outbox.actions import deliver
from camket.outbox.models import Outbox
from camket.shops.actions import assign_work, issue_api_key
from camket.subjects.actions import create
from camket.watch import actions, places, queries, reading
from camket.watch.errors import WatchError
from camket.watch.messages import opened
from camket.watch.models import Alert, KeyPlace, Tally, Watched
from tests import kept
from tests.cast import HANH, LAN, MINH
from tests.world import OWNER

SLUG = "comet"


@pytest.fixture
def shop(world):
    return world.shops[SLUG]


def _looks(shop_id, actor, count, now, *, subjects=None):
    """Looks at so many people; an entry says no more than whom, so they need not be in the vault."""
    for number in range(count):
        subject = subjects[number] if subjects else UUID(int=(7 << 76) | (2 << 62) | number * 7_919 + hash(now) % 997)
        with deed(shop_id=shop_id, event="item.looked", actor=actor, now=now, subject_id=subject, purpose="order"):
            pass


def _watch(shop_id, now):
    sequence(shop_id=shop_id, now=now, full=True)
    return actions.watch(shop_id=shop_id, now=now)


def test_a_clerk_who_looks_at_far_more_than_ever_is_told_of_once_and_again_at_each_doubling(world, shop, clock):
    lan = world.lan(SLUG)
    for _ in range(6):  # her habit: four people a day
        _looks(shop, lan, 4, clock.now)
        assert _watch(shop, clock.now) == 0
        clock.forward(days=1)
    _looks(shop, lan, 30, clock.now)
    assert _watch(shop, clock.now) == 0
    _looks(shop, lan, 31, clock.forward(minutes=1))
    assert _watch(shop, clock.now) == 1
    assert _watch(shop, clock.now) == 0
    (alert,) = queries.alerts(shop_id=shop)
    assert (alert.kind, alert.who, alert.usual, alert.ceiling, alert.level) == (
        "many_subjects", f"staff:{lan.id}", 4, 30, 1,
    )  # fmt: skip
    assert alert.count == 61
    entries = queries.evidence(alert)
    assert len(entries) == reading.MOST_EVIDENCE
    assert {read_entry(entry).actor.id for entry in Entry.objects.filter(id__in=entries)} == {lan.id}
    _looks(shop, lan, 130, clock.forward(minutes=1))
    assert _watch(shop, clock.now) == 1
    assert [found.level for found in queries.alerts(shop_id=shop)] == [2, 1]


def test_the_same_person_looked_at_all_day_counts_once(world, shop, now):
    subject = uuid7(1)
    _looks(shop, world.lan(SLUG), 100, now, subjects=[subject] * 100)
    assert _watch(shop, now) == 0
    assert Tally.objects.get(who=f"staff:{world.lan(SLUG).id}").count == 1


def test_work_given_by_a_colleague_explains_a_busy_day_and_work_taken_does_not(world, shop, now):
    lan, hanh = world.lan(SLUG), world.hanh(SLUG)
    people = [create(shop_id=shop, origin="purchase", actor=OWNER, now=now) for _ in range(40)]
    for subject in people[:20]:
        assign_work(
            shop_id=shop, subject_id=subject, staff_id=UUID(lan.id), work="order:1", actor=hanh, now=now
        )  # fmt: skip
    _looks(shop, lan, 40, now, subjects=people)
    assert _watch(shop, now) == 0
    assert Tally.objects.get(who=f"staff:{lan.id}").given == 20
    # The director gives herself the same: that explains nothing.
    for subject in people:
        assign_work(
            shop_id=shop, subject_id=subject, staff_id=UUID(hanh.id), work="order:1", actor=hanh, now=now
        )  # fmt: skip
    _looks(shop, hanh, 40, now, subjects=people)
    assert _watch(shop, now) == 1
    assert queries.alerts(shop_id=shop)[0].who == f"staff:{hanh.id}"


def test_a_bulk_look_counts_everybody_in_it_and_a_system_counts_for_the_person_it_names(world, shop, now):
    lan = world.lan(SLUG)
    key = issue_api_key(shop_id=shop, role="system", purposes=["order"], system="kho", actor=OWNER, now=now)
    system = Actor(kind="system", id=str(key.key_id), on_behalf=lan.id)
    with deed(shop_id=shop, event="item.looked", actor=system, now=now, bulk=True) as made:
        for number in range(45):
            made.member(uuid7(number))
    assert _watch(shop, now) == 1
    (alert,) = queries.alerts(shop_id=shop)
    assert (alert.who, alert.count) == (f"staff:{lan.id}", 45)


def test_many_refusals_within_an_hour_are_told_of_and_a_few_each_hour_are_not(world, shop, clock):
    lan = world.lan(SLUG)
    for _ in range(3):
        for _ in range(10):
            refuse(shop_id=shop, actor=lan, now=clock.now)
        clock.forward(hours=1)
    assert _watch(shop, clock.now) == 0
    for _ in range(21):
        refuse(shop_id=shop, actor=lan, now=clock.now)
    assert _watch(shop, clock.now) == 1
    (alert,) = queries.alerts(shop_id=shop)
    assert (alert.kind, alert.count, alert.ceiling) == ("many_refusals", 21, 20)
    assert alert.until - alert.since == 3_600_000
    assert len(queries.evidence(alert)) == 21


def test_a_director_is_told_but_not_the_one_it_is_about_and_the_message_holds_no_value(world, shop, now, all_bytes):
    subject = kept.keep(world, SLUG, MINH, now)
    hanh = world.hanh(SLUG)
    _looks(shop, hanh, 40, now)
    assert _watch(shop, now) == 1
    assert not Outbox.objects.filter(kind="alert").exists()  # Hạnh is the only director: nobody else to tell
    _looks(shop, world.lan(SLUG), 40, now)
    assert _watch(shop, now) == 1
    row = Outbox.objects.get(kind="alert")
    to, title, text = opened(row).reveal()
    assert to == f"giam-doc@{SLUG}.example"
    assert LAN in text
    assert "40" in text
    assert "looked at many more customers" in text
    for value in (*MINH.canaries, str(subject)):
        assert value not in title + text
    assert LAN.encode() not in row.params
    assert HANH.encode() not in row.params
    # It goes the way of every message, and not to somebody who directs no longer.
    done = deliver(now=now, opener=opened, providers={"email": _Carrier()})
    assert (done.sent, done.failed) == (1, 0)


class _Carrier:
    """Takes every message and counts nothing: a provider as the outbox knows it."""

    channel, keeps = "email", False

    def send(self, message, *, reference):
        assert message.reveal()
        assert reference


def test_an_alert_is_closed_by_a_director_or_the_owner_and_not_by_whom_it_is_about(world, shop, now):
    lan, hanh = world.lan(SLUG), world.hanh(SLUG)
    _looks(shop, lan, 40, now)
    _looks(shop, hanh, 40, now)
    assert _watch(shop, now) == 2
    about = {alert.who: alert for alert in queries.alerts(shop_id=shop)}
    with pytest.raises(WatchError) as refused:
        actions.acknowledge(shop_id=shop, alert_id=about[f"staff:{hanh.id}"].id, actor=hanh, now=now)
    assert refused.value.code == "alert.own"
    with pytest.raises(WatchError):
        actions.acknowledge(
            shop_id=world.shops["khatra"], alert_id=about[f"staff:{lan.id}"].id, actor=world.hanh("khatra"), now=now
        )
    seen = actions.acknowledge(shop_id=shop, alert_id=about[f"staff:{lan.id}"].id, actor=hanh, now=now)
    assert (seen.seen_by, seen.seen_at) == (hanh.id, seen.raised_at)
    assert actions.acknowledge(shop_id=shop, alert_id=seen.id, actor=OWNER, now=now).seen_by == hanh.id
    assert [alert.who for alert in queries.alerts(shop_id=shop)] == [f"staff:{hanh.id}"]
    assert len(queries.alerts(shop_id=shop, every=True)) == 2
    events = [read_entry(row).event for row in Entry.objects.filter(shop_id=shop)]
    assert events.count("alert.raised") == 2
    assert events.count("alert.acknowledged") == 1
    assert [found.table for found in verify_database(shop)] == []


def test_a_key_from_a_new_place_is_told_of_and_the_address_is_nowhere(world, shop, now, all_bytes):
    key = issue_api_key(shop_id=shop, role="system", purposes=["order"], system="kho", actor=OWNER, now=now).key_id

    def used(address, at=now):
        places.met(shop_id=shop, key_id=key, address=address, now=at)

    used("203.0.113.7")
    used("203.0.113.200")  # the same network: a shop's line changes its last number
    assert _watch(shop, now) == 0
    used("198.51.100.9", now + timedelta(minutes=5))
    used("192.0.2.1", now + timedelta(minutes=6))
    later = now + timedelta(minutes=10)
    assert _watch(shop, later) == 1
    assert _watch(shop, later) == 0
    (alert,) = queries.alerts(shop_id=shop)
    assert (alert.kind, alert.who, alert.count) == ("new_place", f"key:{key}", 2)
    places.forget()
    used("198.51.100.77", later)
    assert _watch(shop, later) == 0  # known by now
    assert KeyPlace.objects.filter(key_id=key, known=True).count() == 3
    held = all_bytes()
    for address in (b"203.0.113", b"198.51.100", bytes([203, 0, 113]), bytes([198, 51, 100])):
        assert address not in held


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("", "unknown"),
        ("unknown", "unknown"),
    ],
)
def test_networks(address, network):
    assert places.network(address) == network


def test_the_door_tells_where_a_key_is_used(world, shop, now, client):
    token = issue_api_key(
        shop_id=shop, role="customer_service", purposes=["order"], staff_id=world.staff[SLUG, LAN], actor=OWNER, now=now
    ).token
    headers = {"Authorization": f"Bearer {token}"}
    for address in ("203.0.113.7", "203.0.113.8", "198.51.100.1"):
        client.get("/api/v1/nothing-here", headers=headers, REMOTE_ADDR=address)
        client.post(
            "/api/v1/subjects/find", data={}, content_type="application/json", headers=headers, REMOTE_ADDR=address
        )
    assert sorted(KeyPlace.objects.filter(shop_id=shop).values_list("known", flat=True)) == [False, True]


def test_reading_goes_on_where_it_stopped_and_counts_each_entry_once(world, shop, now):
    lan = world.lan(SLUG)
    _looks(shop, lan, 5, now)
    refuse(shop_id=shop, actor=lan, now=now)
    sequence(shop_id=shop, now=now, full=True)
    while reading.read_on(shop):
        pass
    place = Watched.objects.get(shop_id=shop).seq
    before = list(Tally.objects.filter(shop_id=shop).order_by("kind").values_list("kind", "count", "more"))
    assert before == [("many_refusals", 0, 1), ("many_subjects", 5, 0)]
    assert reading.read_on(shop) == 0
    assert Watched.objects.get(shop_id=shop).seq == place
    assert list(Tally.objects.filter(shop_id=shop).order_by("kind").values_list("kind", "count", "more")) == before


def test_whom_somebody_looked_at_is_forgotten_after_two_days_and_the_counts_after_ninety(world, shop, clock):
    _looks(shop, world.lan(SLUG), 5, clock.now)
    _watch(shop, clock.now)
    assert Tally.objects.get(kind="many_subjects").seen != b""
    _watch(shop, clock.forward(days=3))
    tally = Tally.objects.get(kind="many_subjects")
    assert (tally.seen, tally.evidence, tally.count) == (b"", b"", 5)
    _watch(shop, clock.forward(days=90))
    assert not Tally.objects.exists()


def test_two_shops_do_not_count_for_each_other(world, now):
    comet, khatra = world.shops[SLUG], world.shops["khatra"]
    _looks(comet, world.lan(SLUG), 20, now)
    _looks(khatra, world.lan("khatra"), 20, now)
    for shop_id in (comet, khatra):
        assert _watch(shop_id, now) == 0
        assert set(Tally.objects.filter(shop_id=shop_id).values_list("count", flat=True)) == {20}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_raise_each_alert_once(now):
    from tests import world as made

    world = made.world(now)
    shop = world.shops[SLUG]
    _looks(shop, world.lan(SLUG), 40, now)
    sequence(shop_id=shop, now=now, full=True)
    raised = []

    def work():
        try:
            raised.append(actions.watch(shop_id=shop, now=now))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(raised) == 4
    assert sum(raised) == Alert.objects.count() == 1
    assert Tally.objects.get(kind="many_subjects").count == 40
