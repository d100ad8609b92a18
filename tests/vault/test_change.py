"""Corrections: versions, locked fields, a new key for the class, and contacts proven by a code."""

import pytest

from camket.base.actor import Actor
from camket.ledger.queries import verify_database
from camket.outbox.models import Outbox
from camket.store.errors import ConflictError
from camket.subjects.errors import CodeError, TakenError
from camket.subjects.models import Identifier
from camket.vault import messages
from camket.vault.actions import change, find, request_code, show, verify_contact
from camket.vault.errors import RefusedError, UnknownItemError
from camket.vault.models import Item, ItemKey
from tests import kept
from tests.cast import KHOI, MINH, THAO


@pytest.fixture
def minh(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    return subject_id


def _item(subject_id, category):
    return Item.objects.get(subject_id=subject_id, category=category)


def _change(world, subject_id, now, text, *, category="phone", version=1, slug="comet", actor=None):
    return change(
        shop_id=world.shops[slug],
        subject_id=subject_id,
        item_id=_item(subject_id, category).id,
        text=text,
        version=version,
        actor=actor or Actor(kind="customer", id=str(subject_id)),
        now=now,
        purpose="rights_fulfilment",
    )


def test_a_correction_is_seen_and_found_and_the_old_value_is_not(world, now, minh):
    assert _change(world, minh, now, THAO.phone) == 2
    assert [show(value) for value in kept.lan_looks(world, "comet", minh, now).values] == ["+84987654321"]
    asked = {"shop_id": world.shops["comet"], "kind": "phone", "purpose": "order", "work": None}
    assert find(**asked, text=MINH.phone, actor=world.lan("comet"), now=now) == []
    assert [one.subject_id for one in find(**asked, text=THAO.phone, actor=world.lan("comet"), now=now)] == [minh]
    assert verify_database(world.shops["comet"]) == []


def test_a_correction_destroys_the_key_of_the_old_value(world, now, minh):
    """INVARIANT 5: an old copy of the row must not open with any key that is still there."""
    before = _item(minh, "phone")
    wrapped = ItemKey.objects.get(subject_id=minh, id=before.key_id)
    others = Item.objects.filter(subject_id=minh, key_id=before.key_id).count()
    _change(world, minh, now, THAO.phone)
    assert not ItemKey.objects.filter(subject_id=minh, wrapped=wrapped.wrapped).exists()
    assert not ItemKey.objects.filter(subject_id=minh, id=before.key_id).exists()
    assert Item.objects.filter(subject_id=minh, key_id=_item(minh, "phone").key_id).count() == others
    seen = kept.lan_looks(world, "comet", minh, now, ("name", "email", "postal_address"))
    assert [show(value) for value in seen.values if value.category != "postal_address"] == [MINH.name, MINH.email]


def test_an_old_version_is_a_conflict(world, now, minh):
    _change(world, minh, now, THAO.phone)
    with pytest.raises(ConflictError):
        _change(world, minh, now, KHOI.phone)
    assert _change(world, minh, now, KHOI.phone, version=2) == 3


def test_a_locked_field_is_refused_with_its_clause(world, now):
    from camket.subjects.actions import create
    from camket.vault.actions import Value, put

    shop_id = world.shops["shop-003"]
    subject_id = create(shop_id=shop_id, origin="account_registration", actor=world.hanh("shop-003"), now=now)
    put(
        shop_id=shop_id,
        subject_id=subject_id,
        values=[Value("user_name", "minh90", ("account",))],
        source="account_registration",
        actor=world.hanh("shop-003"),
        now=now,
    )
    with pytest.raises(RefusedError) as refused:
        _change(world, subject_id, now, "minh91", category="user_name", slug="shop-003")
    assert refused.value.clauses


def test_somebody_elses_item_is_unknown(world, now, minh):
    with pytest.raises(UnknownItemError):
        change(
            shop_id=world.shops["1stwatch"],
            subject_id=minh,
            item_id=_item(minh, "phone").id,
            text=THAO.phone,
            version=1,
            actor=world.lan("1stwatch"),
            now=now,
            purpose="order",
        )


# --- one-time codes


def _ask(world, now, phone):
    request_code(shop_id=world.shops["comet"], kind="phone", text=phone, actor=Actor.public(), now=now)


def _sent(subject_id):
    _, _, text = messages.opened(Outbox.objects.filter(subject_id=subject_id).latest("id")).reveal()
    return text.split()[0]


def _prove(world, subject_id, now, code):
    verify_contact(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        item_id=_item(subject_id, "phone").id,
        code=code,
        actor=Actor(kind="customer", id=str(subject_id)),
        now=now,
    )


def test_a_code_proves_a_contact_once(world, now, minh):
    _ask(world, now, MINH.phone)
    code = _sent(minh)
    _prove(world, minh, now, code)
    assert Identifier.objects.get(subject_id=minh, kind="phone").verified
    assert kept.lan_looks(world, "comet", minh, now).values[0].verified
    with pytest.raises(CodeError):
        _prove(world, minh, now, code)
    assert verify_database(world.shops["comet"]) == []


def test_a_corrected_contact_is_unverified_again(world, now, minh):
    _ask(world, now, MINH.phone)
    _prove(world, minh, now, _sent(minh))
    _change(world, minh, now, THAO.phone, version=2)
    assert not Identifier.objects.get(subject_id=minh, kind="phone").verified
    assert not _item(minh, "phone").verified


def test_a_verified_contact_belongs_to_one_subject(world, now, minh):
    other = kept.keep(world, "comet", MINH, now, verified=("phone",))
    _ask(world, now, MINH.phone)
    with pytest.raises(CodeError):
        _prove(world, minh, now, _sent(other))
    with pytest.raises(TakenError):
        kept.keep(world, "comet", MINH, now, verified=("phone",))


def test_a_code_lives_ten_minutes(world, clock, minh):
    _ask(world, clock.now, MINH.phone)
    code = _sent(minh)
    with pytest.raises(CodeError):
        _prove(world, minh, clock.forward(minutes=10), code)


def test_five_wrong_tries_end_a_code(world, now, minh):
    _ask(world, now, MINH.phone)
    code = _sent(minh)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(CodeError):
            _prove(world, minh, now, wrong)
    with pytest.raises(CodeError):
        _prove(world, minh, now, code)
