"""Many people in one deed: the same meaning as one by one, each gated by their own facts, all of it in one entry."""

import json
import random
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.consent.actions import restrain, withdraw
from camket.ledger.actions import checkpoint, sequence
from camket.ledger.entry import shop_uuid
from camket.ledger.models import Entry
from camket.ledger.queries import entries_of, receipt, verify_database
from camket.ledger.verifier import check_receipt
from camket.shops.actions import revoke_role
from camket.store.errors import ForgedRowError
from camket.subjects.actions import create, mark_child
from camket.subjects.errors import TakenError, UnknownSubjectError
from camket.subjects.models import Identifier, NameToken, Subject
from camket.vault.actions import Parcel, Value, look, open_many, put, put_many, show, shred
from camket.vault.errors import ErasedError, RefusedError
from camket.vault.facts import collect
from camket.vault.facts_many import collect_many
from camket.vault.models import Item, ItemKey
from tests import kept
from tests.bodies import body_of as entry_body
from tests.cast import KHOI, MINH, THAO

SLUG = "comet"
PURPOSES = ("order", "delivery", "payment", "invoice", "order", "delivery", "complaint")
SAMPLES = {
    "name": ("Nguyễn Thị Minh Khai", "Lê Hoa", "Minh"),
    "phone": ("0912 345 678", "+84987654321"),
    "email": ("Lan@cuahang.vn", "a.b@c.vn"),
    "postal_address": ("12 Hàng Bạc, Hà Nội", "45 Lê Lợi, TP. HCM"),
}


def _values(dice, group):
    return [
        Value(
            category,
            dice.choice(texts),
            tuple(dict.fromkeys(dice.sample(PURPOSES, dice.randint(1, 2)))),
            group=dice.choice((None, group)),
            verified=False,
        )
        for category, texts in SAMPLES.items()
        if dice.random() < 0.8
    ]


def _meaning(subject_id):
    """What is stored about somebody, without what is made anew each time."""
    items = sorted(
        (
            item.category,
            item.purposes,
            item.source,
            item.basis,
            item.retention,
            item.collected_at,
            item.expires_at,
            item.circulates_until,
            item.verified,
            item.third_party,
            item.legacy,
            item.group_id,
            item.version,
        )
        for item in Item.objects.filter(subject_id=subject_id)
    )
    found = Identifier.objects.filter(subject_id=subject_id).values_list("digest", "kind", "verified")
    names = NameToken.objects.filter(subject_id=subject_id).values_list("token", flat=True)
    keys = ItemKey.objects.filter(subject_id=subject_id).values_list("retention", flat=True)
    return items, sorted(found), sorted(names), sorted(keys)


def _said(world, subject_id, now, categories=tuple(SAMPLES)):
    kept.assign(world, SLUG, subject_id, now)
    seen = kept.lan_looks(world, SLUG, subject_id, now, categories)
    return sorted((value.category, show(value)) for value in seen.values)


@pytest.mark.parametrize("seed", range(12))
def test_many_at_once_are_stored_as_one_by_one(world, now, seed):
    dice = random.Random(seed)
    shop_id, hanh, group = world.shops[SLUG], world.hanh(SLUG), uuid7(to_ms(now))
    given = [_values(dice, group) for _ in range(dice.randint(1, 6))]
    anchors = dice.choice(({}, {"last_order": now, "order_completed": now}))
    same = {"source": "purchase", "actor": hanh, "now": now, **dice.choice(({}, {"legacy": "cũ", "basis": "contract"}))}
    proven = frozenset({"order"})
    single = []
    for values in given:
        subject_id = create(shop_id=shop_id, origin="purchase", actor=hanh, now=now, legacy=str(same.get("legacy", "")))
        try:
            put(shop_id=shop_id, subject_id=subject_id, values=values, anchors=anchors, proven=proven, **same)
            single.append((subject_id, None))
        except RefusedError as refused:
            single.append((subject_id, refused))
    parcels = [Parcel(uuid7(to_ms(now)), values, new=True, anchors=anchors, proven=proven) for values in given]
    many = put_many(shop_id=shop_id, parcels=parcels, **same)
    for (one, refused), other, values in zip(single, many, given, strict=True):
        if refused is not None:
            told = other.refused
            assert (told.verdict, told.clauses, told.lacking) == (refused.verdict, refused.clauses, refused.lacking)
            assert not Subject.objects.filter(subject_id=other.subject_id).exists()
            continue
        assert other.refused is None
        assert len(other.items) == len(values)
        assert _meaning(one) == _meaning(other.subject_id)
        assert _said(world, one, now) == _said(world, other.subject_id, now)
        old, new = Subject.objects.get(subject_id=one), Subject.objects.get(subject_id=other.subject_id)
        assert (old.origin, old.legacy, old.child) == (new.origin, new.legacy, new.child)
    assert verify_database(shop_id) == []


def _contact(text, *, verified=False):
    return [Value("phone", text, ("order",), verified=verified)]


def test_a_bulk_put_is_one_entry_and_names_whom_it_refused(world, now):
    shop_id, hanh = world.shops[SLUG], world.hanh(SLUG)
    thao = kept.keep(world, SLUG, THAO, now, verified=("phone",))
    khoi = kept.keep(world, SLUG, KHOI, now)
    stopped, stranger, fresh = kept.keep(world, SLUG, MINH, now), uuid7(to_ms(now)), uuid7(to_ms(now))
    restrain(shop_id=shop_id, subject_id=stopped, kind="restrict", how="form", actor=hanh, now=now)
    before = Entry.objects.count()
    found = put_many(
        shop_id=shop_id,
        parcels=[
            Parcel(khoi, _contact("0933588655")),
            Parcel(stranger, _contact("0933588656")),
            Parcel(fresh, [Value("phone", "no phone", ("order",))], new=True),
            Parcel(fresh, _contact(THAO.phone, verified=True), new=True),
            Parcel(thao, [Value("gender", "nam", ("order",))]),
            Parcel(stopped, _contact("0933588657")),
        ],
        source="purchase",
        actor=hanh,
        now=now,
    )
    assert [type(one.refused).__name__ for one in found] == [
        "NoneType",
        "UnknownSubjectError",
        "BadValueError",
        "TakenError",
        "RefusedError",
        "RefusedError",
    ]
    assert not Subject.objects.filter(subject_id__in=[fresh, stranger]).exists()
    assert Entry.objects.count() == before + 1
    bodies = [entry_body(entry) for entry in Entry.objects.filter(subject_id=shop_uuid(shop_id))]
    (body,) = [one for one in bodies if one["e"] == "item.put"]
    assert (body["d"]["put"], body["d"]["values"], body["n"]) == (1, 1, 3)
    assert {people[0] for *_, people in body["d"]["refused"]} == {one.subject_id.bytes for one in found[1:]}
    for subject_id in (khoi, thao, stopped):
        assert [said.event for said in entries_of(subject_id)][-1] == "item.put"
    assert "item.put" not in [said.event for said in entries_of(stranger)]
    assert verify_database(shop_id) == []


def test_nobody_is_put_by_whom_no_role_lets(world, now):
    shop_id, lan = world.shops[SLUG], world.lan(SLUG)
    revoke_role(shop_id=shop_id, staff_id=UUID(lan.id), role="customer_service", actor=world.hanh(SLUG), now=now)
    fresh = uuid7(to_ms(now))
    [found] = put_many(
        shop_id=shop_id, parcels=[Parcel(fresh, _contact(MINH.phone), new=True)], source="purchase", actor=lan, now=now
    )
    assert found.refused.lacking == ("role",)
    assert not Subject.objects.filter(subject_id=fresh).exists()


def test_an_erased_contact_does_not_come_back_in_bulk(world, now):
    shop_id, hanh = world.shops[SLUG], world.hanh(SLUG)
    gone = kept.keep(world, SLUG, MINH, now)
    shred(shop_id=shop_id, subject_id=gone, actor=hanh, now=now, reason="request")
    parcels = [Parcel(uuid7(to_ms(now)), _contact(phone), new=True) for phone in (MINH.phone, KHOI.phone)]
    erased, other = put_many(
        shop_id=shop_id, parcels=parcels, source="purchase", legacy="cũ", basis="contract", actor=hanh, now=now
    )
    assert isinstance(erased.refused, ErasedError)
    assert other.refused is None


def test_a_contact_proven_twice_in_one_bulk_put_is_somebody_elses(world, now):
    parcels = [Parcel(uuid7(to_ms(now)), _contact(MINH.phone, verified=True), new=True) for _ in range(2)]
    one, other = put_many(
        shop_id=world.shops[SLUG], parcels=parcels, source="purchase", actor=world.hanh(SLUG), now=now
    )
    assert one.refused is None
    assert isinstance(other.refused, TakenError)


def _varied(world, now):
    """People about whom different things are known."""
    shop_id, hanh = world.shops[SLUG], world.hanh(SLUG)
    people = [kept.keep(world, SLUG, person, now) for person in (MINH, THAO, KHOI, MINH, THAO, KHOI)]
    _, proven, stopped, objecting, child, changed = people
    put(
        shop_id=shop_id,
        subject_id=proven,
        values=_contact("0933588611", verified=True),
        source="purchase",
        actor=hanh,
        now=now,
    )
    restrain(shop_id=shop_id, subject_id=stopped, kind="restrict", how="form", actor=hanh, now=now)
    restrain(shop_id=shop_id, subject_id=objecting, kind="object", how="form", purpose="marketing", actor=hanh, now=now)
    mark_child(shop_id=shop_id, subject_id=child, representative=False, actor=hanh, now=now)
    kept.agree(world, SLUG, changed, "marketing", now, channel="sms")
    withdraw(shop_id=shop_id, subject_id=changed, purpose="marketing", how="form", actor=hanh, now=now)
    for one in people[:5]:
        kept.assign(world, SLUG, one, now)
    return people


def test_facts_of_many_are_those_of_each(world, now):
    people = _varied(world, now)
    khatra = kept.keep(world, "khatra", MINH, now)
    for actor in (world.lan(SLUG), world.hanh(SLUG), Actor.worker("sweep"), Actor(kind="owner")):
        shop_id, at = world.shops[SLUG], to_ms(now)
        _, found = collect_many(shop_id=shop_id, actor=actor, subject_ids=[*people, khatra, uuid7(at)], now_ms=at)
        assert found.keys() == set(people)
        for one in people:
            alone = collect(shop_id=shop_id, actor=actor, subject_id=one, now_ms=at)
            alone.consents.sort(key=lambda told: told[1].number)
            found[one].consents.sort(key=lambda told: told[1].number)
            assert found[one] == alone


def _open(world, people, now, **more):
    told = {"categories": ("name", "phone"), "purpose": "order", "work": kept.WORK, "actor": world.lan(SLUG), **more}
    return open_many(shop_id=world.shops[SLUG], subject_ids=people, now=now, **told)


def test_a_bulk_look_opens_what_each_look_would_and_refuses_the_same(world, now):
    people = _varied(world, now)
    shop_id = world.shops[SLUG]
    for purpose in ("order", "complaint", "marketing", "market_research"):
        found = _open(world, people, now, purpose=purpose)
        for one in people:
            if one in found.refused:
                told = found.refused[one]
                with pytest.raises(RefusedError) as refused:
                    kept.lan_looks(world, SLUG, one, now, ("name", "phone"), purpose=purpose)
                single = refused.value
                assert (told.verdict, told.clauses, told.lacking) == (single.verdict, single.clauses, single.lacking)
                continue
            opened = found.opened[one]
            seen = kept.lan_looks(world, SLUG, one, now, ("name", "phone"), purpose=purpose)
            assert [show(value) for value in opened.values] == [show(value) for value in seen.values]
            assert opened.withheld == seen.withheld
        assert found.opened.keys() | found.refused.keys() == set(people)
    assert verify_database(shop_id) == []


def test_a_bulk_look_is_one_entry_with_everybody_in_it(world, now):
    people = _varied(world, now)
    shop_id, before = world.shops[SLUG], Entry.objects.count()
    stranger, erased = kept.keep(world, "khatra", MINH, now), people[0]
    shred(shop_id=shop_id, subject_id=erased, actor=world.hanh(SLUG), now=now, reason="request")
    before = Entry.objects.count()
    found = _open(world, [*people, stranger], now)
    assert Entry.objects.count() == before + 1
    assert {type(found.refused[one]) for one in (stranger, erased)} == {UnknownSubjectError}
    body = entry_body(Entry.objects.get(id=found.entry_id))
    assert (body["e"], body["p"], body["w"]) == ("item.looked", "order", kept.WORK)
    assert (body["d"]["opened"], body["d"]["categories"]) == (len(found.opened), ["name", "phone"])
    listed = {one for *_, these in body["d"]["refused"] for one in these}
    assert listed == {one.bytes for one in found.refused}
    assert body["n"] == len(people) - 1
    assert [canary for canary in MINH.canaries if canary in repr(body)] == []
    for one in people[1:]:
        assert found.entry_id in [said.id for said in entries_of(one)]
    assert found.entry_id not in [said.id for said in entries_of(stranger)]
    assert {error.entry_id for error in found.refused.values() if isinstance(error, RefusedError)} == {found.entry_id}


def test_a_receipt_proves_that_somebody_was_looked_at(world, now):
    people = _varied(world, now)
    found = _open(world, people, now)
    shop_id = world.shops[SLUG]
    sequence(shop_id=shop_id, now=now, full=True)
    checkpoint(shop_id=shop_id, now=now)
    for one in people:
        given = json.loads(json.dumps(receipt(found.entry_id, member=one)))
        assert check_receipt(json.dumps(given)) == []
        given["member"]["subject"] = str(uuid7(to_ms(now)))
        assert check_receipt(json.dumps(given)) != []


def test_without_a_role_nothing_opens_and_the_refusal_stands_alone(world, now):
    people = _varied(world, now)
    lan = UUID(world.lan(SLUG).id)
    revoke_role(shop_id=world.shops[SLUG], staff_id=lan, role="customer_service", actor=world.hanh(SLUG), now=now)
    with pytest.raises(RefusedError) as refused:
        _open(world, people, now)
    assert refused.value.lacking == ("role",)
    assert entry_body(Entry.objects.get(id=refused.value.entry_id))["e"] == "gate.refused"
    with pytest.raises(RefusedError):
        _open(world, people[:1], now, actor=Actor(kind="customer", id=str(people[0])))


@pytest.mark.parametrize("what", ["consent", "key", "item"])
def test_a_forged_row_refuses_its_person_and_nobody_else(world, now, what):
    one, other = (kept.keep(world, SLUG, person, now) for person in (MINH, THAO))
    for person in (one, other):
        kept.assign(world, SLUG, person, now)
    statement = {
        "consent": "UPDATE camket_assignment SET mark = %s WHERE subject_id = %s",
        "key": "UPDATE camket_item_key SET wrapped = %s WHERE subject_id = %s",
        "item": "UPDATE camket_item SET sealed = %s WHERE subject_id = %s",
    }[what]
    wrapped = bytes(ItemKey.objects.filter(subject_id=one).first().wrapped)
    with connection.cursor() as cursor:
        cursor.execute(statement, [wrapped[:5] + bytes(60), one.bytes if connection.vendor == "sqlite" else one])
    found = _open(world, [one, other], now)
    assert (set(found.opened), set(found.refused)) == ({other}, {one})
    assert found.refused[one].code in {"denied", "seal"}
    body = entry_body(Entry.objects.get(id=found.entry_id))
    assert [people for *_, people in body["d"]["refused"]] == [[one.bytes]]


def test_the_statements_of_a_bulk_deed_do_not_grow_with_its_people(world, now):
    shop_id, hanh = world.shops[SLUG], world.hanh(SLUG)

    def statements(count):
        parcels = [Parcel(uuid7(to_ms(now)), _contact(f"09334{place:05}"), new=True) for place in range(count)]
        with CaptureQueriesContext(connection) as put_queries:
            put_many(shop_id=shop_id, parcels=parcels, source="purchase", actor=hanh, now=now)
        people = [parcel.subject_id for parcel in parcels]
        with CaptureQueriesContext(connection) as open_queries:
            found = _open(world, people, now, actor=Actor.worker("sweep"), work=None)
        assert len(found.opened) + len(found.refused) == count
        return len(put_queries), len(open_queries)

    statements(2)
    assert statements(3) == statements(60)


def test_one_error_about_the_shop_refuses_everybody(world, now):
    people = _varied(world, now)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE camket_staff_role SET mark = %s", [bytes(16)])
    with pytest.raises(RefusedError) as refused:
        _open(world, people, now)
    assert (refused.value.lacking, refused.value.entry_id is not None) == (("error",), True)
    with pytest.raises((RefusedError, ForgedRowError)):
        look(
            shop_id=world.shops[SLUG],
            subject_id=people[0],
            categories=("phone",),
            purpose="order",
            work=kept.WORK,
            actor=world.lan(SLUG),
            now=now,
        )
