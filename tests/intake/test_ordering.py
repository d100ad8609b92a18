"""Orders move on in their order; the end of one dates what the policy keeps for a period after it."""

from datetime import date, timedelta

import pytest

from camket.base.clock import Period, from_ms, to_ms
from camket.crypto import SealError
from camket.intake.actions import Sale, look_at_orders, receive, set_order_status
from camket.intake.errors import IntakeError
from camket.intake.models import Order
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.store.errors import ConflictError
from camket.vault.actions import Value, anchor, look, put, show
from camket.vault.errors import RefusedError
from camket.vault.models import Item
from tests.bodies import body_of as read
from tests.cast import MINH
from tests.worlds import attacker

GOODS = {"description": "Gạch lát nền", "quantity": "50", "unit": "viên"}
SLUGS = {"comet": "purchase", "shop-001": "purchase", "khatra": "order_phone", "1stwatch": "purchase"}


def _sold(world, slug, now, **more):
    """Lan takes an order, and with it the work on it."""
    return receive(
        shop_id=world.shops[slug],
        source=SLUGS[slug],
        fields={"name": MINH.name, "phone": MINH.phone, "order_number": "DH-7"},
        lines=[GOODS],
        declared=["truthful_data"],
        actor=world.lan(slug),
        now=now,
        **more,
    )


def _move(world, slug, sold, status, now, **more):
    return set_order_status(
        shop_id=world.shops[slug],
        subject_id=sold.subject_id,
        order_id=sold.order_id,
        status=status,
        actor=more.pop("actor", world.lan(slug)),
        now=now,
        **more,
    )


def _ends(subject_id):
    rows = Item.objects.filter(subject_id=subject_id, retention__endswith=":order_completed")
    return {row.category: row.expires_at for row in rows}


@pytest.mark.parametrize("slug", sorted(SLUGS))
def test_the_end_of_an_order_dates_what_counts_from_it(world, now, slug):
    sold, other = _sold(world, slug, now), _sold(world, slug, now)
    assert set(_ends(sold.subject_id).values()) == {None}
    for step, status in enumerate(("confirmed", "shipped"), 1):
        assert _move(world, slug, sold, status, now + timedelta(days=step)).dated == 0
    done = now + timedelta(days=3)
    moved = _move(world, slug, sold, "completed", done)
    end = to_ms(Period.parse("P36M").after(done))
    assert _ends(sold.subject_id) == {"order": end, "order_number": end}
    assert moved.dated == 2
    assert set(_ends(other.subject_id).values()) == {None}
    order = Order.objects.get(id=sold.order_id)
    assert (order.status, from_ms(order.ended_at)) == ("completed", done)
    seen = look(
        shop_id=world.shops[slug],
        subject_id=sold.subject_id,
        categories=["order_number"],
        purpose="order",
        work=sold.work,
        actor=world.lan(slug),
        now=done,
    )
    assert [(show(one), one.version) for one in seen.values] == [("DH-7", 1)]
    said = read(Entry.objects.get(id=moved.entry_id))
    assert (said["e"], said["d"]["was"], said["d"]["dated"]) == ("order.completed", "shipped", 2)
    assert verify_database(world.shops[slug]) == []


def test_moves_that_no_order_makes_are_refused_and_change_nothing(world, now):
    sold = _sold(world, "comet", now)
    entries = Entry.objects.count()
    for status in ("shipped", "completed", "returned", "placed"):
        with pytest.raises(IntakeError) as caught:
            _move(world, "comet", sold, status, now)
        assert (caught.value.code, caught.value.field) == ("order_status", "status")
        assert "confirmed, cancelled" in caught.value.advice_en
    with pytest.raises(IntakeError) as caught:
        _move(world, "comet", sold, "unknown", now)
    assert caught.value.code == "unknown_word"
    assert (Entry.objects.count(), Order.objects.get(id=sold.order_id).status) == (entries, "placed")
    _move(world, "comet", sold, "cancelled", now)
    with pytest.raises(IntakeError) as caught:
        _move(world, "comet", sold, "confirmed", now)
    assert caught.value.code == "order_over"


def test_a_status_that_was_seen_and_is_no_longer_there_is_a_conflict(world, now):
    sold = _sold(world, "comet", now)
    _move(world, "comet", sold, "confirmed", now, was="placed")
    with pytest.raises(ConflictError):
        _move(world, "comet", sold, "cancelled", now, was="placed")


def test_an_order_that_comes_back_ends_on_that_day(world, now):
    sold = _sold(world, "comet", now)
    for status in ("confirmed", "completed"):
        _move(world, "comet", sold, status, now)
    back = now + timedelta(days=9)
    _move(world, "comet", sold, "returned", back)
    assert set(_ends(sold.subject_id).values()) == {to_ms(Period.parse("P36M").after(back))}


def test_who_may_not_edit_an_order_moves_none(world, now):
    sold = _sold(world, "comet", now)
    with pytest.raises(RefusedError) as caught:
        _move(world, "comet", sold, "confirmed", now, work="order:9")
    assert caught.value.lacking == ("assignment",)
    assert Entry.objects.filter(id=caught.value.entry_id).exists()
    with pytest.raises(RefusedError) as caught:
        _move(world, "comet", sold, "confirmed", now, actor=world.hanh("comet"))
    assert "role" in caught.value.lacking
    with pytest.raises(IntakeError) as caught:
        set_order_status(
            shop_id=world.shops["comet"],
            subject_id=sold.subject_id,
            order_id=sold.subject_id,
            status="confirmed",
            actor=world.lan("comet"),
            now=now,
            work=sold.work,
        )
    assert caught.value.code == "not_found"
    with pytest.raises(RefusedError) as caught:
        set_order_status(
            shop_id=world.shops["shop-001"],
            subject_id=sold.subject_id,
            order_id=sold.order_id,
            status="confirmed",
            actor=world.lan("shop-001"),
            now=now,
        )
    assert caught.value.lacking == ("subject",)


def test_orders_are_listed_for_a_purpose_and_a_piece_of_work(world, now):
    sold = _sold(world, "comet", now, sale=Sale(placed_on=date(2026, 2, 28)))
    asked = {"shop_id": world.shops["comet"], "subject_id": sold.subject_id, "now": now, "actor": world.lan("comet")}
    (order,) = look_at_orders(**asked, purpose="order", work=sold.work)
    assert (order.id, order.status, order.placed_on) == (sold.order_id, "placed", date(2026, 2, 28))
    with pytest.raises(RefusedError):
        look_at_orders(**asked, purpose="marketing", work=sold.work)
    assert Entry.objects.filter(subject_id=sold.subject_id).count() == 3


def test_an_anchor_only_moves_an_end_on(world, now):
    """The last such event counts, whatever order they are told in; a correction later keeps the end."""
    from camket.ledger.actions import deed

    sold = _sold(world, "comet", now)
    shop_id = world.shops["comet"]
    for days, dated in ((5, 2), (2, 0), (6, 2)):
        with deed(
            shop_id=shop_id, event="order.changed", actor=world.lan("comet"), subject_id=sold.subject_id, now=now
        ) as made:
            moment = now + timedelta(days=days)
            found = anchor(
                shop_id=shop_id, subject_id=sold.subject_id, event="order_completed", moment=moment, within=made
            )
        assert found == dated
    assert set(_ends(sold.subject_id).values()) == {to_ms(Period.parse("P36M").after(now + timedelta(days=6)))}
    assert verify_database(shop_id) == []


def test_an_item_changed_behind_our_back_stops_the_move(world, now):
    sold = _sold(world, "comet", now)
    _move(world, "comet", sold, "confirmed", now)
    attacker.sql("UPDATE camket_item SET purposes = 'marketing' WHERE category = 'order_number'")
    with pytest.raises(SealError):
        _move(world, "comet", sold, "completed", now)
    assert Order.objects.get(id=sold.order_id).status == "confirmed"


def test_what_is_added_after_the_end_keeps_its_own_anchor(world, now):
    """A value that is put into the group with its anchor known is not dated twice."""
    sold = _sold(world, "comet", now)
    put(
        shop_id=world.shops["comet"],
        subject_id=sold.subject_id,
        values=[Value("payment_fact", "đã thu 4.250.000 ₫", ("order",), group=sold.order_id)],
        source="purchase",
        actor=world.lan("comet"),
        now=now,
        anchors={"order_completed": now + timedelta(days=30)},
        proven=frozenset({"order"}),
    )
    for status in ("confirmed", "completed"):
        moved = _move(world, "comet", sold, status, now + timedelta(days=1))
    assert moved.dated == 2
    assert _ends(sold.subject_id)["payment_fact"] == to_ms(Period.parse("P36M").after(now + timedelta(days=30)))
