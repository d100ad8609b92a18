"""After an erasure every file is searched: no value in any spelling, no key, no wrapped key of the erased person."""

import logging
import secrets
from pathlib import Path

import cbor2
import pytest
from django.conf import settings as conf
from django.db import connection

from camket.base.actor import Actor
from camket.store.db import is_sqlite
from camket.store.models import ShopSecret
from camket.vault import sealing
from camket.vault.actions import change, request_code, shred
from camket.vault.backup import agekeys, wiping
from camket.vault.backup.archive import Archive
from camket.vault.models import Item, ItemKey
from tests import kept
from tests.cast import LAN, Person

pytestmark = pytest.mark.django_db(transaction=True)


def _person():
    """Somebody whom no other test and no other database of the server knows: its log is everybody's."""
    letters = "".join(secrets.choice("bcdghklmnpqrstvx") + secrets.choice("aeiou") for _ in range(5))
    phone = f"091{secrets.randbelow(10**7):07d}"
    return Person(f"Đặng {letters.title()}", phone, f"{letters}.hb@example.com", f"7 {letters}, phường Phú Nhuận, Huế")


MINH, THAO, KHOI = _person(), _person(), _person()


def _spellings(person):
    bare = person.phone.lstrip("0")
    more = (f"84{bare}", f"0{bare[:3]} {bare[3:6]} {bare[6:]}", f"0{bare[:3]}.{bare[3:6]}.{bare[6:]}")
    texts = [*person.canaries, *more, person.email.upper(), person.name.upper()]
    return [text.encode(code) for text in texts for code in ("utf-8", "utf-16-le")]


def _keys(subject_id):
    """Wrapped and raw keys of a person."""
    wrapped, raw = [], []
    for row in ItemKey.objects.filter(subject_id=subject_id):
        wrapped.append(bytes(row.wrapped))
        raw.append(
            sealing.open_key(
                shop_id=row.shop_id,
                subject_id=subject_id,
                key_id=row.id,
                retention=row.retention,
                wrapped=row.wrapped,
            )
        )
    return wrapped, raw


def _database_files():
    """The files that hold this database now."""
    if is_sqlite():
        main = Path(connection.settings_dict["NAME"])
        return [path for path in main.parent.glob(f"{main.name}*") if path.is_file()]
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        )
        folder, oid = cursor.fetchone()
    return [path for path in (Path(folder) / "base" / str(oid)).iterdir() if path.is_file()]


def _log_files():
    """PostgreSQL's own write-ahead log."""
    if is_sqlite():
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('data_directory')")
        (folder,) = cursor.fetchone()
    return [path for path in (Path(folder) / "pg_wal").iterdir() if path.is_file()]


def _found(needles, files):
    held = [(path, path.read_bytes()) for path in files if path.exists()]
    assert held
    return sorted({path.name for path, content in held for needle in needles if needle in content})


def _inside(path, kind, key=None):
    """What a backup holds when it is taken apart."""
    return b"".join(cbor2.dumps(list(found)) for found in Archive(path, kind).rows(key))


def _outside(home):
    """Everything of the installation that is not the database: lists, checkpoints, keys, backups."""
    return [path for place in (home, conf.HOME) for path in place.rglob("*") if path.is_file()]


@pytest.fixture
def minh(house, now):
    subject_id = kept.keep(house.world, "comet", MINH, now)
    kept.assign(house.world, "comet", subject_id, now)
    kept.lan_looks(house.world, "comet", subject_id, now)
    request_code(shop_id=house.world.shops["comet"], kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    return subject_id


def test_nothing_of_an_erased_person_is_left_in_any_file(house, now, minh, clock, caplog):
    caplog.set_level(logging.DEBUG)
    khoi = kept.keep(house.world, "comet", KHOI, now)
    before = house.backup(now)
    item = Item.objects.get(subject_id=minh, category="phone")
    first = _keys(minh)
    change(
        shop_id=item.shop_id,
        subject_id=minh,
        item_id=item.id,
        text=THAO.phone,
        version=1,
        actor=Actor(kind="customer", id=str(minh)),
        now=now,
        purpose="rights_fulfilment",
    )
    second = _keys(minh)
    wrapped, raw = {*first[0], *second[0]}, {*first[1], *second[1]}
    assert len(wrapped) == len(raw) == 3
    assert set(_found(wrapped, _database_files())) != set()
    night = clock.forward(hours=18)
    shred(shop_id=item.shop_id, subject_id=minh, actor=house.world.hanh("comet"), now=night, reason="request")
    house.work(night)
    # Deleting leaves bytes behind, in the log of SQLite and in the pages of PostgreSQL, until they are wiped.
    assert _found(wrapped, _database_files()) != []
    # The worker asks each minute: it waits while a transaction is at work that might still see what was deleted.
    assert any(wiping.wipe(night) for _ in range(5))
    assert wiping.wipe(night) == 0
    after = house.backup(night, name="after")

    values = [*_spellings(MINH), *_spellings(THAO), *_spellings(KHOI)]
    database, outside = _database_files(), _outside(house.home)
    everything = [*database, *outside, *_log_files()]
    assert _found(values, everything) == []
    assert _found(raw, everything) == []
    assert _found(wrapped, [*database, *outside]) == []
    assert [value for value in values if value in caplog.text.encode()] == []
    # The search finds what is there.
    assert _found([LAN.encode()], database) != []
    assert _found(_keys(khoi)[0], database) != []
    assert _found(_keys(khoi)[1], everything) == []

    taken_apart = _inside(before.data, "data") + _inside(after.data, "data")
    assert [value for value in (*values, *raw, *wrapped) if value in taken_apart] == []
    kept_keys = [bytes(row.wrapped) for model in (ItemKey, ShopSecret) for row in model.objects.all()]
    assert [one for one in kept_keys if one in taken_apart] == []
    key = agekeys.find(Archive(after.keys, "keys").head.key, night)
    opened = _inside(after.keys, "keys", key.key)
    assert [one for one in wrapped if one in opened] == []
    assert [one for one in kept_keys if one not in opened] == []
    # The keys file from before the erasure holds the keys until its own key is over its age.
    old = Archive(before.keys, "keys").head.key
    assert set(first[0]) == {
        one for one in wrapped if one in _inside(before.keys, "keys", agekeys.find(old, night).key)
    }
    assert agekeys.find(old, clock.forward(days=30)) is None
