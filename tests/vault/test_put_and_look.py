"""The main path: values go in sealed, come out against a permit, and every step is in the ledger."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from camket.base.actor import Actor
from camket.consent.actions import restrain, withdraw
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.shops.actions import end_work, remove_staff, revoke_role
from camket.shops.models import Assignment
from camket.subjects.actions import create, mark_child
from camket.vault.actions import Value, Wish, attempt, look, put, show
from camket.vault.errors import RefusedError
from camket.vault.models import Item
from tests import kept
from tests.bodies import body_of as entry_body
from tests.cast import KHOI, MINH


def _last_entry(subject_id):
    return entry_body(Entry.objects.filter(subject_id=subject_id).order_by("-id").first())


@pytest.mark.parametrize("slug", sorted(kept.WAYS))
def test_each_shop_opens_a_phone_for_its_own_purpose(world, now, slug):
    subject_id = kept.keep(world, slug, MINH, now)
    kept.assign(world, slug, subject_id, now)
    seen = kept.lan_looks(world, slug, subject_id, now)
    assert [show(value) for value in seen.values] == ["+84912345678"]
    body = _last_entry(subject_id)
    assert (body["e"], body["p"], body["w"]) == ("item.looked", kept.WAYS[slug][1], kept.WORK)
    assert body["d"]["categories"] == ["phone"]


def test_a_look_prints_masks_only(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    seen = kept.lan_looks(world, "comet", subject_id, now, ("name", "phone", "email", "postal_address"))
    printed = f"{seen} {seen!r} {seen.values[0].plain} {[value.plain for value in seen.values]!r}"
    assert len(seen.values) == 4
    assert [canary for canary in MINH.canaries if canary in printed] == []


def test_a_purpose_that_no_clause_opens_is_refused_and_ledgered(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    with pytest.raises(RefusedError) as refused:
        kept.lan_looks(world, "comet", subject_id, now, purpose="market_research")
    body = _last_entry(subject_id)
    assert (body["e"], body["d"]["verdict"]) == ("gate.refused", refused.value.verdict.value)
    assert Entry.objects.filter(id=refused.value.entry_id).exists()


def test_work_of_somebody_else_opens_nothing(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    with pytest.raises(RefusedError) as refused:
        kept.lan_looks(world, "comet", subject_id, now)
    assert "assignment" in refused.value.lacking


def test_ended_work_a_lost_role_and_leaving_close_at_once(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    shop_id, lan = world.shops["comet"], world.staff["comet", "Vũ Thị Lan"]
    kept.assign(world, "comet", subject_id, now)
    row = Assignment.objects.get(subject_id=subject_id)
    end_work(shop_id=shop_id, subject_id=subject_id, assignment_id=row.id, actor=world.hanh("comet"), now=now)
    with pytest.raises(RefusedError):
        kept.lan_looks(world, "comet", subject_id, now)
    kept.assign(world, "comet", subject_id, now)
    assert len(kept.lan_looks(world, "comet", subject_id, now).values) == 1
    revoke_role(shop_id=shop_id, staff_id=lan, role="customer_service", actor=world.hanh("comet"), now=now)
    with pytest.raises(RefusedError) as refused:
        kept.lan_looks(world, "comet", subject_id, now)
    assert refused.value.lacking == ("role",)
    remove_staff(shop_id=shop_id, staff_id=lan, actor=world.hanh("comet"), now=now)
    with pytest.raises(RefusedError):
        kept.lan_looks(world, "comet", subject_id, now)


def test_nobody_reads_before_the_undertaking(world, now):
    from camket.shops.actions import add_staff, grant_role

    shop_id, owner = world.shops["shop-003"], Actor(kind="owner")
    person = add_staff(shop_id=shop_id, name="Đỗ Văn Nam", actor=owner, now=now)
    grant_role(shop_id=shop_id, staff_id=person.id, role="operations", actor=owner, now=now)
    subject_id = kept.keep(world, "shop-003", MINH, now)
    with pytest.raises(RefusedError) as refused:
        look(
            shop_id=shop_id,
            subject_id=subject_id,
            categories=["phone"],
            purpose="answer_enquiry",
            work="enquiry:7",
            actor=Actor(kind="staff", id=str(person.id)),
            now=now,
        )
    assert refused.value.lacking == ("undertaking",)


def test_withdrawal_restriction_and_objection_stop_use_at_once(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    shop_id, customer = world.shops["comet"], Actor(kind="customer", id=str(subject_id))
    kept.assign(world, "comet", subject_id, now)
    kept.agree(world, "comet", subject_id, "after_sales", now)
    assert kept.lan_looks(world, "comet", subject_id, now, purpose="after_sales").values
    withdraw(shop_id=shop_id, subject_id=subject_id, purpose="after_sales", how="portal", actor=customer, now=now)
    with pytest.raises(RefusedError) as refused:
        kept.lan_looks(world, "comet", subject_id, now, purpose="after_sales")
    assert "consent" in refused.value.lacking
    for kind, fact in (("restrict", "not_restricted"), ("object", "not_objected")):
        held = {
            "shop_id": shop_id,
            "subject_id": subject_id,
            "kind": kind,
            "how": "portal",
            "actor": customer,
            "now": now,
        }
        restrain(**held)
        with pytest.raises(RefusedError) as refused:
            kept.lan_looks(world, "comet", subject_id, now)
        assert fact in refused.value.lacking
        restrain(**held, lifted=True)
        assert kept.lan_looks(world, "comet", subject_id, now).values


def test_a_child_needs_a_representative(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    for representative in (False, True):
        mark_child(
            shop_id=world.shops["comet"],
            subject_id=subject_id,
            representative=representative,
            actor=world.hanh("comet"),
            now=now,
        )
        if representative:
            assert kept.lan_looks(world, "comet", subject_id, now).values
        else:
            with pytest.raises(RefusedError) as refused:
                kept.lan_looks(world, "comet", subject_id, now)
            assert "representative" in refused.value.lacking


def test_a_customer_sees_their_own_data_and_nobody_elses(world, now):
    minh, khoi = (kept.keep(world, "comet", person, now) for person in (MINH, KHOI))
    asked = {
        "shop_id": world.shops["comet"],
        "categories": ["phone"],
        "purpose": "rights_fulfilment",
        "work": None,
        "now": now,
    }
    customer = Actor(kind="customer", id=str(khoi))
    assert [show(value) for value in look(**asked, subject_id=khoi, actor=customer).values] == ["+84901112223"]
    with pytest.raises(RefusedError) as refused:
        look(**asked, subject_id=minh, actor=customer)
    assert refused.value.lacking == ("subject",)


def test_another_shop_sees_nothing(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    with pytest.raises(RefusedError) as refused:
        look(
            shop_id=world.shops["1stwatch"],
            subject_id=subject_id,
            categories=["phone"],
            purpose="order",
            work=None,
            actor=world.lan("1stwatch"),
            now=now,
        )
    assert refused.value.lacking == ("subject",)


def test_a_source_that_is_closed_keeps_nothing(world, now):
    shop_id, subject_id = (
        world.shops["shop-001"],
        create(shop_id=world.shops["shop-001"], origin="purchase", actor=world.hanh("shop-001"), now=now),
    )
    with pytest.raises(RefusedError) as refused:
        put(
            shop_id=shop_id,
            subject_id=subject_id,
            values=[Value("phone", MINH.phone, ("order",))],
            source="bought_list",
            actor=world.hanh("shop-001"),
            now=now,
        )
    assert not Item.objects.filter(subject_id=subject_id).exists()
    assert Entry.objects.filter(id=refused.value.entry_id).exists()


@pytest.mark.parametrize("action", ["sell", "buy", "exchange", "share"])
def test_trade_is_refused_for_everyone_and_recorded(world, now, action):
    with pytest.raises(RefusedError) as refused:
        attempt(
            shop_id=world.shops["shop-001"],
            actor=world.hanh("shop-001"),
            wish=Wish(action=action, categories=("phone",)),
            now=now,
        )
    body = entry_body(Entry.objects.get(id=refused.value.entry_id))
    assert (body["e"], body["d"]["action"]) == ("gate.refused", action)


def test_legacy_comes_in_over_a_gap_and_opens_only_by_the_gate(world, now):
    shop_id = world.shops["comet"]
    subject_id = create(shop_id=shop_id, origin="legacy", actor=world.hanh("comet"), now=now, legacy="sổ tay 2023")
    put(
        shop_id=shop_id,
        subject_id=subject_id,
        values=[Value("birth_date", "1990-05-01", ())],
        source="legacy",
        actor=world.hanh("comet"),
        now=now,
        legacy="sổ tay 2023",
        basis="legacy",
    )
    kept.assign(world, "comet", subject_id, now)
    with pytest.raises(RefusedError):
        kept.lan_looks(world, "comet", subject_id, now, ("birth_date",), purpose="marketing")


def test_a_look_takes_one_read_and_one_write(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    kept.lan_looks(world, "comet", subject_id, now)
    with CaptureQueriesContext(connection) as queries:
        kept.lan_looks(world, "comet", subject_id, now, ("name", "phone", "email"))
    assert [one["sql"].split()[0] for one in queries if "SAVEPOINT" not in one["sql"]] == ["SELECT", "INSERT"]


def test_the_ledger_agrees_with_every_row(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    kept.lan_looks(world, "comet", subject_id, now)
    assert verify_database(world.shops["comet"]) == []
