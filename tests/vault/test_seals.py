"""A row that was changed, moved or planted by SQL opens nothing (invariants 1, 2 and 5)."""

from uuid import uuid4

import pytest
from django.db import connection

from camket.crypto.errors import SealError
from camket.store.db import raw_id
from camket.vault.actions import Value, put, show
from camket.vault.models import Item, ItemKey
from tests import kept
from tests.cast import KHOI, MINH

# Every column of an item that its seal binds, with a value that somebody would like it to have.
LIES = {
    "category": "email",
    "purposes": "marketing,order",
    "source": "newsletter",
    "basis": "consent",
    "retention": "completion:c1:forever",
    "collected_at": 1,
    "expires_at": 9_999_999_999_999,
    "circulates_until": 9_999_999_999_999,
    "verified": True,
    "third_party": True,
    "legacy": "sổ tay",
    "group_id": uuid4(),
    "version": 7,
}


@pytest.fixture
def minh(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    return subject_id


def test_every_column_of_an_item_is_bound_or_is_the_seal_itself():
    place = {"subject_id", "id", "shop_id", "key_id", "sealed"}
    assert set(LIES) | place == {field.attname for field in Item._meta.concrete_fields if field.column}


@pytest.mark.parametrize("column", sorted(LIES))
def test_changed_metadata_is_refused(world, now, minh, column):
    Item.objects.filter(subject_id=minh, category="phone").update(**{column: LIES[column]})
    with pytest.raises(SealError):
        kept.lan_looks(world, "comet", minh, now, ("phone", "email"))


@pytest.mark.parametrize("place", [0, 1, 13, -1])
def test_a_changed_byte_is_refused(world, now, minh, place):
    item = Item.objects.get(subject_id=minh, category="phone")
    sealed = bytearray(item.sealed)
    sealed[place] ^= 1
    Item.objects.filter(pk=item.pk).update(sealed=bytes(sealed))
    with pytest.raises(SealError):
        kept.lan_looks(world, "comet", minh, now)


def test_seals_swapped_between_rows_are_refused(world, now, minh):
    name, phone = (Item.objects.get(subject_id=minh, category=category) for category in ("name", "phone"))
    Item.objects.filter(pk=name.pk).update(sealed=phone.sealed)
    with pytest.raises(SealError):
        kept.lan_looks(world, "comet", minh, now, ("name",))


def test_a_row_of_another_person_planted_under_ones_own_is_refused(world, now, minh):
    """The attacker copies the victim's item and key beneath a subject whom he may look at."""
    khoi = kept.keep(world, "comet", KHOI, now)
    kept.assign(world, "comet", khoi, now)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM camket_item WHERE subject_id = %s", [raw_id(khoi)])
        cursor.execute("DELETE FROM camket_item_key WHERE subject_id = %s", [raw_id(khoi)])
    for key in ItemKey.objects.filter(subject_id=minh):
        key.subject_id = khoi
        key.save(force_insert=True)
    for item in Item.objects.filter(subject_id=minh, category="phone"):
        item.subject_id = khoi
        item.save(force_insert=True)
    with pytest.raises(SealError):
        kept.lan_looks(world, "comet", khoi, now)


def test_two_seals_of_one_value_differ(world, now, minh):
    put(
        shop_id=world.shops["comet"],
        subject_id=minh,
        values=[Value("phone", MINH.phone, ("order",))],
        source="purchase",
        actor=world.hanh("comet"),
        now=now,
    )
    sealed = [item.sealed for item in Item.objects.filter(subject_id=minh, category="phone")]
    assert len(set(sealed)) == 2
    assert [show(value) for value in kept.lan_looks(world, "comet", minh, now).values] == ["+84912345678"] * 2
