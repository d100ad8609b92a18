"""Several values of one person at once: corrected together, or a part of them destroyed."""

import pytest
from django.db import connection

from camket.base.actor import Actor
from camket.ledger.queries import verify_database
from camket.shops.errors import NotAllowedError
from camket.store.errors import ConflictError
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.models import Identifier, NameToken
from camket.vault.actions import find, show
from camket.vault.errors import RefusedError, UnknownItemError
from camket.vault.models import Item, ItemKey
from camket.vault.parting import Change, change_many, shred_items
from tests import kept
from tests.cast import KHOI, MINH, THAO

ALL = ("name", "phone", "email", "postal_address")


@pytest.fixture
def minh(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    return subject_id


def _items(subject_id):
    return {item.category: item for item in Item.objects.filter(subject_id=subject_id)}


def _seen(world, subject_id, now):
    return {value.category: show(value) for value in kept.lan_looks(world, "comet", subject_id, now, ALL).values}


def _change(world, subject_id, now, texts, *, version=1, actor=None):
    items = _items(subject_id)
    change_many(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        changes=[Change(items[name].id, text, version) for name, text in texts.items()],
        actor=actor or Actor(kind="customer", id=str(subject_id)),
        now=now,
        purpose="rights_fulfilment",
    )


def _shred(world, subject_id, now, names, *, actor=None):
    items = _items(subject_id)
    return shred_items(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        item_ids=[items[name].id for name in names],
        actor=actor or Actor(kind="customer", id=str(subject_id)),
        now=now,
        reason="request",
    )


def _keys(subject_id):
    return {bytes(row.wrapped) for row in ItemKey.objects.filter(subject_id=subject_id)}


def test_values_corrected_together_are_one_entry_and_one_new_key(world, now, minh):
    before, keys = _seen(world, minh, now), _keys(minh)
    _change(world, minh, now, {"phone": THAO.phone, "name": THAO.name})
    assert _seen(world, minh, now) == before | {"phone": "+84987654321", "name": THAO.name}
    assert not keys & _keys(minh)
    assert len(_keys(minh)) == len(keys)
    assert {name: item.version for name, item in _items(minh).items()} == {
        "name": 2,
        "phone": 2,
        "email": 1,
        "postal_address": 1,
    }
    asked = {"shop_id": world.shops["comet"], "kind": "phone", "purpose": "order", "work": None, "now": now}
    assert find(**asked, text=MINH.phone, actor=world.lan("comet")) == []
    assert [one.subject_id for one in find(**asked, text=THAO.phone, actor=world.lan("comet"))] == [minh]
    assert verify_database(world.shops["comet"]) == []


def test_one_old_version_among_them_changes_nothing(world, now, minh):
    _change(world, minh, now, {"phone": THAO.phone})
    seen = _seen(world, minh, now)
    with pytest.raises(ConflictError):
        _change(world, minh, now, {"name": KHOI.name, "phone": KHOI.phone})
    assert _seen(world, minh, now) == seen


def test_somebody_else_corrects_nothing(world, now, minh):
    with pytest.raises(RefusedError):
        _change(world, minh, now, {"phone": THAO.phone}, actor=Actor(kind="customer", id=str(world.shops["comet"])))


def test_a_destroyed_part_is_gone_and_the_rest_is_read(world, now, minh, all_bytes):
    before, keys, sealed = _seen(world, minh, now), _keys(minh), _items(minh)["phone"].sealed
    done = _shred(world, minh, now, ["phone"])
    assert (done.items, done.keys) == (1, 1)
    assert _seen(world, minh, now) == {name: text for name, text in before.items() if name != "phone"}
    assert not keys & _keys(minh)
    assert bytes(sealed) not in all_bytes()
    assert not Identifier.objects.filter(subject_id=minh, kind="phone").exists()
    assert NameToken.objects.filter(subject_id=minh).exists()
    assert verify_database(world.shops["comet"]) == []


def test_the_last_of_a_class_takes_its_key_with_it(world, now, minh):
    done = _shred(world, minh, now, list(_items(minh)))
    assert done.items == len(ALL)
    assert not ItemKey.objects.filter(subject_id=minh).exists()
    assert not Item.objects.filter(subject_id=minh).exists()
    assert verify_database(world.shops["comet"]) == []


def test_nobody_destroys_anothers_values(world, now, minh):
    thao = kept.keep(world, "comet", THAO, now)
    items = [_items(minh)["phone"].id]
    given = {"shop_id": world.shops["comet"], "item_ids": items, "now": now, "reason": "request"}
    with pytest.raises(UnknownItemError):
        shred_items(**given, subject_id=thao, actor=Actor(kind="customer", id=str(thao)))
    with pytest.raises(UnknownSubjectError):
        shred_items(**given, subject_id=minh, actor=Actor(kind="customer", id=str(thao)))
    with pytest.raises(NotAllowedError):
        shred_items(**given, subject_id=minh, actor=Actor.public())
    assert set(_items(minh)) == set(ALL)


def test_a_forged_value_stops_the_whole_deed(world, now, minh):
    """A value that stays is opened to be sealed anew: one that was swapped by SQL is not carried over."""
    item = _items(minh)["name"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE camket_item SET source = 'forged' WHERE category = 'name'")
    with pytest.raises(Exception, match=r".") as refused:
        _shred(world, minh, now, ["phone"])
    assert "Seal" in type(refused.value).__name__
    assert Item.objects.filter(subject_id=minh, category="phone").exists()
    assert item.version == 1
