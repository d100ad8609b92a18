"""The blind index key is rotated step by step: everybody is found, nobody twice, erased stays erased."""

import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from camket.base.actor import Actor
from camket.base.clock import to_ms, vietnam_day
from camket.intake import rotating
from camket.intake.models import Order
from camket.intake.planning import SOURCE
from camket.intake.renumbering import numbers_left, renumber_some
from camket.ledger.actions import deed, sequence
from camket.ledger.queries import verify_database
from camket.store import secrets
from camket.store.errors import ConflictError
from camket.store.models import ShopSecret
from camket.store.secrets import FILLING, RETIRED, TRIMMING, TURNING
from camket.subjects import blind
from camket.subjects.errors import TakenError
from camket.subjects.models import Identifier, NameToken
from camket.subjects.queries import by_identifier
from camket.vault import rotation
from camket.vault.actions import find, put, request_code, shred, verify_contact
from camket.vault.errors import ErasedError, VaultError
from camket.vault.models import Item
from camket.vault.values import Value
from tests import kept
from tests.attacks.test_contacts import _code as code_of
from tests.cast import KHOI, MINH, THAO, Person
from tests.intake import test_sign_up as signing

OWNER = Actor(kind="owner")
SLUG = "comet"
STEPS = (FILLING, TURNING, TRIMMING, None)


def _begin(world, now):
    return rotation.begin(shop_id=world.shops[SLUG], actor=OWNER, now=now)


def _sweep(world, now, at_once=2):
    shop_id = world.shops[SLUG]
    while rotation.sweep(shop_id=shop_id, actor=OWNER, now=now, at_once=at_once).people:
        pass


def _advance(world, now):
    _sweep(world, now)
    return rotation.advance(shop_id=world.shops[SLUG], actor=OWNER, now=now)


def _rotate(world, now):
    rotating.rotate_index(shop_ids=[world.shops[SLUG]], actor=OWNER, clock=lambda: now, tell=lambda _: None, wait=0.0)


def _found(world, kind, text, now):
    purpose = kept.WAYS[SLUG][1]
    found = find(
        shop_id=world.shops[SLUG], kind=kind, text=text, purpose=purpose, work=None, actor=world.lan(SLUG), now=now
    )
    return {one.subject_id for one in found}


def _problems(world, now):
    shop_id = world.shops[SLUG]
    sequence(shop_id=shop_id, now=now)
    return list(verify_database(shop_id))


def _legacy(world, person, now):
    return put(
        shop_id=world.shops[SLUG],
        subject_id=kept.keep(world, SLUG, KHOI, now),
        values=[Value("phone", person.phone, ("order",))],
        source=SOURCE,
        legacy="sổ cũ",
        basis="hợp đồng",
        actor=world.hanh(SLUG),
        now=now,
    )


def test_everybody_is_found_at_every_step_and_the_ledger_agrees(world, now):
    minh = kept.keep(world, SLUG, MINH, now, verified=("phone",))
    before = set(Identifier.objects.values_list("digest", flat=True)) | set(
        NameToken.objects.values_list("token", "item_id")
    )
    _begin(world, now)
    people = {MINH: minh}
    for step, newcomer in zip(STEPS, (THAO, KHOI, None, None), strict=True):
        assert rotation.state(world.shops[SLUG]) == step
        if newcomer is not None:
            people[newcomer] = kept.keep(world, SLUG, newcomer, now)
        for person, subject_id in people.items():
            for kind, text in (("phone", person.phone), ("email", person.email), ("name", person.name)):
                assert subject_id in _found(world, kind, text, now), (step, kind)
        assert _problems(world, now) == []
        if step is not None:
            _advance(world, now)
    after = set(Identifier.objects.values_list("digest", flat=True))
    assert not after & before
    assert len(after) == Identifier.objects.count() == 6
    assert [row.state for row in rotation.versions(world.shops[SLUG])] == [None, RETIRED]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", STEPS)
def test_a_proven_contact_stays_the_only_one(world, now, step):
    """INVARIANT 13, at each step and after it: for who was there before, and for who comes meanwhile."""
    kept.keep(world, SLUG, MINH, now, verified=("phone",))
    _begin(world, now)
    for following in STEPS:
        if following == THAO_COMES[step]:
            kept.keep(world, SLUG, THAO, now, verified=("phone",))
        if following == step:
            break
        _advance(world, now)
    for person in (MINH, THAO):
        with pytest.raises(TakenError):
            kept.keep(world, SLUG, person, now, verified=("phone",))
    _sweep(world, now)
    for person in (MINH, THAO):
        with pytest.raises(TakenError):
            kept.keep(world, SLUG, person, now, verified=("phone",))


# At which step somebody comes who must be the only one at the step tested.
THAO_COMES = {FILLING: FILLING, TURNING: FILLING, TRIMMING: TURNING, None: TRIMMING}


@pytest.mark.django_db(transaction=True)
def test_two_processes_one_step_apart_never_both_prove_a_contact(world, now):
    """What each knows is set by hand: one still goes by the step before. INVARIANT 13."""
    shop_id = world.shops[SLUG]
    _begin(world, now)
    knows = {None: _without_the_newest(world)}
    for step in STEPS[:3]:
        knows[step] = secrets.index_keys(shop_id)
        _advance(world, now)
    knows["after"] = secrets.index_keys(shop_id)
    order = [None, *STEPS[:3], "after"]
    for earlier, later in pairwise(order):
        for first, second in ((earlier, later), (later, earlier)):
            _go_by(shop_id, knows[first])
            mine = kept.keep(world, SLUG, MINH, now, verified=("phone",))
            _go_by(shop_id, knows[second])
            assert [
                one.subject_id for one in by_identifier(shop_id=shop_id, kind="phone", normalised="+84912345678")
            ] == [mine]
            with pytest.raises(TakenError):
                kept.keep(world, SLUG, MINH, now, verified=("phone",))
            shred(shop_id=shop_id, subject_id=mine, actor=world.hanh(SLUG), now=now, reason="request")
    secrets.forget()


def _without_the_newest(world):
    held = secrets.index_keys(world.shops[SLUG])
    old = held.written[0]
    return secrets.IndexKeys((old,), (old,), (old,))


def _go_by(shop_id, keys):
    secrets._index[shop_id] = replace(keys, read_at=time.monotonic())


def test_what_was_digested_by_old_knowledge_is_compared_before_it_is_written(world, now):
    """A process that stood still between digest and write (a long queue, a stopped machine) writes nothing stale."""
    shop_id = world.shops[SLUG]
    minh = kept.keep(world, SLUG, MINH, now)
    old = replace(secrets.index_keys(shop_id), read_at=time.monotonic() - secrets.MOST_AGE - 1)
    secrets.require_same(shop_id, old)
    _begin(world, now)
    with pytest.raises(ConflictError):
        secrets.require_same(shop_id, old)
    with deed(shop_id=shop_id, event="item.put", actor=OWNER, subject_id=minh, now=now, single=True) as made:
        made.before_writing(lambda: order.append("check"))
        order = ["deed"]
    assert order == ["deed", "check"]


def test_an_erased_contact_stays_erased_after_rotations(world, now):
    shop_id = world.shops[SLUG]
    minh = kept.keep(world, SLUG, MINH, now)
    shred(shop_id=shop_id, subject_id=minh, actor=world.hanh(SLUG), now=now, reason="request")
    for _ in range(2):
        _rotate(world, now)
        with pytest.raises(ErasedError):
            _legacy(world, MINH, now)
    assert _legacy(world, THAO, now)
    one, two = [row.version for row in rotation.versions(shop_id)[1:]]
    for version in (one, two):
        with pytest.raises(VaultError) as error:
            rotation.destroy(shop_id=shop_id, version=version, actor=OWNER, now=now, numbers_left=0)
        assert error.value.code == "index_needed"
    over = now + timedelta(days=5 * 366)
    for version in (one, two):
        rotation.destroy(shop_id=shop_id, version=version, actor=OWNER, now=over, numbers_left=0)
    assert ShopSecret.objects.filter(shop_id=shop_id, name="index").count() == 1
    assert _problems(world, over) == []


def test_somebody_erased_in_the_middle_stays_erased(world, now):
    shop_id = world.shops[SLUG]
    _begin(world, now)
    for number, step in enumerate(STEPS):
        person = Person(f"Lê Thị Số {number}", f"090111222{number}", f"so{number}@example.com", MINH.address)
        kept_id = kept.keep(world, SLUG, person, now)
        shred(shop_id=shop_id, subject_id=kept_id, actor=world.hanh(SLUG), now=now, reason="request")
        if step is not None:
            _advance(world, now)
        with pytest.raises(ErasedError):
            _legacy(world, person, now)


@pytest.mark.parametrize("step", STEPS[:3])
def test_a_code_asked_for_before_a_step_proves_the_contact_after_it(world, now, step):
    shop_id = world.shops[SLUG]
    minh = kept.keep(world, SLUG, MINH, now)
    item = Item.objects.get(subject_id=minh, category="phone")
    _begin(world, now)
    for following in STEPS:
        if following == step:
            break
        _advance(world, now)
    code = code_of(shop_id, "phone", MINH.phone, now)
    while rotation.state(shop_id) is not None:
        _advance(world, now)
    himself = Actor(kind="customer", id=str(minh))
    verify_contact(shop_id=shop_id, subject_id=minh, item_id=item.id, code=code, actor=himself, now=now)
    assert {row.verified for row in Identifier.objects.filter(item_id=item.id)} == {True}
    assert _problems(world, now) == []


@pytest.mark.parametrize("known", [True, False])
def test_a_sign_up_that_waited_through_a_rotation_is_confirmed_after_it(world, now, known):
    """A contact that is proven for a known customer is still recognised: it stays unproven here, and is no error."""
    if known:
        kept.keep(world, SLUG, MINH, now, verified=("email",))
    held = signing._sign_up(world, now, SLUG)
    _, code = signing._code(held.subject_id)
    _rotate(world, now)
    signing._confirm(world, held, code, now + timedelta(minutes=5), SLUG)
    assert Item.objects.get(subject_id=held.subject_id, category="email").verified is not known
    assert Identifier.objects.filter(verified=True).count() == 1
    assert _problems(world, now) == []


def test_codes_under_both_digests_count_against_one_limit(world, now):
    from camket.subjects.errors import TooManyCodesError

    shop_id = world.shops[SLUG]
    ask = {"shop_id": shop_id, "kind": "phone", "text": MINH.phone, "actor": Actor.public(), "now": now}
    _begin(world, now)
    for _ in range(3):
        request_code(**ask)
    _advance(world, now)
    for _ in range(2):
        request_code(**ask)
    with pytest.raises(TooManyCodesError):
        request_code(**ask)


def test_a_sweep_that_was_killed_goes_on_where_it_stopped(world, now):
    shop_id = world.shops[SLUG]
    for person in (MINH, THAO, KHOI):
        kept.keep(world, SLUG, person, now)
    _begin(world, now)
    first = rotation.sweep(shop_id=shop_id, actor=OWNER, now=now, at_once=2)
    assert first.people == 2
    assert rotation.progress(shop_id) == (2, 3)
    assert _begin(world, now) == 2  # the command is run again: no third key is made
    second = rotation.sweep(shop_id=shop_id, actor=OWNER, now=now, at_once=2)
    assert (second.people, second.written) == (1, first.written // 2)
    assert rotation.sweep(shop_id=shop_id, actor=OWNER, now=now).people == 0
    assert _problems(world, now) == []


def test_a_value_that_does_not_open_is_counted_and_stops_nothing(world, now):
    shop_id = world.shops[SLUG]
    minh, thao = kept.keep(world, SLUG, MINH, now), kept.keep(world, SLUG, THAO, now)
    item = Item.objects.get(subject_id=minh, category="phone")
    Item.objects.filter(pk=item.pk).update(source="chat")
    _begin(world, now)
    assert rotation.sweep(shop_id=shop_id, actor=OWNER, now=now).unopened == 1
    _rotate(world, now)
    assert thao in _found(world, "phone", THAO.phone, now)
    assert [problem.kind for problem in _problems(world, now)] == ["changed"]


def test_order_numbers_are_digested_anew_or_keep_the_old_key(world, now):
    shop_id = world.shops[SLUG]
    minh = kept.keep(world, SLUG, MINH, now)
    group = Item.objects.filter(subject_id=minh).first().id
    put(
        shop_id=shop_id,
        subject_id=minh,
        values=[Value("order_number", "DH-1", ("order",), group=group)],
        source="purchase",
        actor=world.hanh(SLUG),
        now=now,
        proven=frozenset({"order"}),
    )
    _order_row(world, minh, group, now, "DH-1")
    other = Item.objects.filter(subject_id=minh).last().id
    _order_row(world, minh, other, now, "DH-2")
    _rotate(world, now)
    numbers = {row.id: bytes(row.number) for row in Order.objects.all()}
    assert numbers[group] == blind.identifier(shop_id, "order_number", "DH-1")
    assert numbers[other] == blind.ever(shop_id, "order_number", "DH-2")[1]
    old = rotation.versions(shop_id)[1]
    assert numbers_left(shop_id=shop_id, retired_at=old.retired_at) == 1
    assert renumber_some(shop_id=shop_id, actor=OWNER, now=now)[0] == 0
    assert _problems(world, now) == []


def _order_row(world, subject_id, order_id, now, number):
    shop_id = world.shops[SLUG]
    with deed(shop_id=shop_id, event="order.placed", actor=OWNER, subject_id=subject_id, now=now) as made:
        made.insert(
            Order(
                subject_id=subject_id,
                id=order_id,
                shop_id=shop_id,
                number=blind.identifier(shop_id, "order_number", number),
                source="purchase",
                channel="website",
                status="placed",
                placed_on=vietnam_day(now),
                made_at=to_ms(now),
            )
        )


def test_another_shop_is_not_touched(world, now):
    kept.keep(world, "khatra", MINH, now)
    before = set(Identifier.objects.values_list("digest", flat=True))
    _rotate(world, now)
    assert set(Identifier.objects.values_list("digest", flat=True)) == before
    assert len(rotation.versions(world.shops["khatra"])) == 1


def test_keys_from_after_a_rotation_find_the_data_from_before_it(world, now):
    """A restore may bring data of Monday and keys of Friday: the retired version is the only one the data knows."""
    shop_id = world.shops[SLUG]
    minh = kept.keep(world, SLUG, MINH, now)
    ShopSecret.objects.filter(shop_id=shop_id, name="index").update(state=RETIRED, retired_at=1, needed_until=1)
    secrets.forget()
    assert _found(world, "phone", MINH.phone, now) == {minh}
    ShopSecret.objects.filter(shop_id=shop_id, name="index").update(state=None, retired_at=None, needed_until=None)
    secrets.forget()
    _rotate(world, now)
    assert _found(world, "phone", MINH.phone, now) == {minh}
