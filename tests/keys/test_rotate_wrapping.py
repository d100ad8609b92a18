"""The wrapping key is rotated piece by piece: what was killed goes on, both versions open, the ledger agrees."""

from datetime import timedelta

import pytest

from camket.base.actor import Actor
from camket.crypto import KeyFileError
from camket.crypto.providers.local import LocalProvider
from camket.intake import rotating
from camket.ledger.actions import sequence
from camket.ledger.queries import verify_database
from camket.store import keys, secrets
from camket.store.models import ShopSecret
from camket.vault import rewrapping
from camket.vault.actions import show, shred
from camket.vault.models import ItemKey
from tests import kept
from tests.cast import KHOI, MINH, THAO

OWNER = Actor(kind="owner")


def _step(path, step):
    changed = LocalProvider.change(path, keys.custody(), step)
    keys.forget()
    return changed


def _rewrap(world, now):
    told = []
    held = rotating.rewrap(
        shop_ids=list(world.shops.values()), actor=OWNER, clock=lambda: now, tell=told.append, wait=0.0
    )
    return held, told


def _verified(world, now):
    for shop_id in world.shops.values():
        sequence(shop_id=shop_id, now=now)
    return [problem for shop_id in world.shops.values() for problem in verify_database(shop_id)]


def _phone(world, slug, subject_id, now):
    kept.assign(world, slug, subject_id, now)
    (found,) = (one for one in kept.lan_looks(world, slug, subject_id, now).values if one.category == "phone")
    return show(found)


def test_everything_is_wrapped_anew_and_the_old_version_can_be_destroyed(world, own_keys, now):
    minh, thao = kept.keep(world, "comet", MINH, now), kept.keep(world, "khatra", THAO, now)
    _step(own_keys, lambda held: held.with_new().activated())
    held, told = _rewrap(world, now)
    assert held.active == 2
    assert list(held.retired) == [1]
    assert {bytes(one)[:5] for one in ItemKey.objects.values_list("wrapped", flat=True)} == {held.prefix()}
    assert {bytes(one)[:5] for one in ShopSecret.objects.values_list("wrapped", flat=True)} == {held.prefix()}
    assert told[-1].done == told[-1].all == ItemKey.objects.count() + ShopSecret.objects.count()
    assert _verified(world, now) == []
    rewrapping.destroy_version(1)
    secrets.forget()
    assert LocalProvider.open(own_keys).versions == {2: held.key_id}
    assert _phone(world, "comet", minh, now) == MINH.phone.replace("0", "+84", 1)
    assert _phone(world, "khatra", thao, now) == THAO.phone.replace("0", "+84", 1)
    assert _verified(world, now) == []


def test_a_run_that_was_killed_goes_on_and_the_ledger_agrees_in_between(world, own_keys, now):
    for person in (MINH, THAO, KHOI):
        kept.keep(world, "comet", person, now)
    _step(own_keys, lambda held: held.with_new().activated())
    shop_id = world.shops["comet"]
    count, place = rewrapping.rewrap_some(shop_id=shop_id, actor=OWNER, now=now, at_once=2)
    assert (count, place is None) == (2, False)
    assert _verified(world, now) == []
    prefixes = {bytes(one)[:5] for one in ItemKey.objects.values_list("wrapped", flat=True)}
    assert len(prefixes) == 2
    before = {
        row.pk: bytes(row.wrapped) for row in ItemKey.objects.all() if row.wrapped[:5] == keys.live().held.prefix()
    }
    held, _ = _rewrap(world, now)
    after = {row.pk: bytes(row.wrapped) for row in ItemKey.objects.all()}
    assert all(after[pk] == wrapped for pk, wrapped in before.items())  # what was done is not done twice
    assert {wrapped[:5] for wrapped in after.values()} == {held.prefix()}
    assert _verified(world, now) == []


def test_a_process_that_runs_learns_of_a_new_version_without_a_restart(world, own_keys, now):
    ring = keys.keyring()
    changed = LocalProvider.change(own_keys, keys.custody(), lambda held: held.with_new().activated())
    wrapped = changed.wrap(bytes(32), b"place")
    assert ring.unwrap(wrapped, b"place") == bytes(32)
    assert ring.wrap(bytes(32), b"place").startswith(changed.prefix())


def test_nothing_is_destroyed_that_something_needs(world, own_keys, now):
    kept.keep(world, "comet", MINH, now)
    with pytest.raises(KeyFileError) as error:
        rewrapping.destroy_version(1)
    assert error.value.code == "key-version"
    _step(own_keys, lambda held: held.with_new().activated())
    with pytest.raises(KeyFileError) as error:
        rewrapping.destroy_version(1)
    assert error.value.code == "key-version-needed"
    assert LocalProvider.open(own_keys).versions.keys() == {1, 2}


def test_a_row_that_was_changed_by_hand_is_left_and_told_and_stops_nothing_else(world, own_keys, now):
    kept.keep(world, "comet", MINH, now)
    thao = kept.keep(world, "comet", THAO, now)
    row = ItemKey.objects.filter(subject_id=thao).first()
    ItemKey.objects.filter(pk=row.pk).update(wrapped=row.wrapped[:-1] + bytes([row.wrapped[-1] ^ 1]))
    _step(own_keys, lambda held: held.with_new().activated())
    with pytest.raises(KeyFileError) as error:
        _rewrap(world, now)
    assert error.value.code == "key-rows-unopened"
    assert LocalProvider.open(own_keys).retired == {}
    prefix = keys.live().held.prefix()
    assert [row.pk] == [one.pk for one in ItemKey.objects.all() if not one.wrapped.startswith(prefix)]


def test_erasing_during_a_rotation_leaves_nothing(world, own_keys, now):
    minh = kept.keep(world, "comet", MINH, now)
    _step(own_keys, lambda held: held.with_new().activated())
    shred(shop_id=world.shops["comet"], subject_id=minh, actor=world.hanh("comet"), now=now, reason="request")
    held, _ = _rewrap(world, now + timedelta(minutes=1))
    assert held.retired.keys() == {1}
    assert _verified(world, now) == []


def test_backup_keys_are_wrapped_anew_too(world, own_keys, now):
    from camket.vault.backup import agekeys

    made = agekeys.make(now)
    _step(own_keys, lambda held: held.with_new().activated())
    assert sum(found.backups for found in rewrapping.wrapped(keys.live().held).values()) == 1
    held, _ = _rewrap(world, now)
    assert rewrapping.wrapped(held)[held.key_id].backups == 1
    rewrapping.destroy_version(1)
    assert agekeys.find(made.id, now).key == made.key
