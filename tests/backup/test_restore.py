"""Backup and restore on one database: the same rows, an honest log, and nothing that was destroyed comes back."""

from datetime import timedelta

import pytest

from camket.base.actor import Actor
from camket.ledger import outside
from camket.ledger.actions import checkpoint, sequence
from camket.ledger.errors import LogCutError
from camket.ledger.models import Entry, Log
from camket.ledger.places import size_of
from camket.ledger.queries import read_entry, verify_database
from camket.store.models import ShopSecret
from camket.vault import erasure, shredlist
from camket.vault.actions import change, rescan, show, shred
from camket.vault.backup import agekeys, finishing, gone, loading, ready, replayed
from camket.vault.backup.errors import BackupError, UnfinishedError
from camket.vault.backup.models import Restore
from camket.vault.errors import ErasedError
from camket.vault.marked import ListChangedError
from camket.vault.models import Erasure, Item, ItemKey, Tombstone
from tests import kept
from tests.backup.house import silent
from tests.cast import KHOI, MINH, THAO

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = Actor.worker()


@pytest.fixture
def minh(house, now):
    subject_id = kept.keep(house.world, "comet", MINH, now)
    kept.assign(house.world, "comet", subject_id, now)
    house.work(now)
    return subject_id


def _correct(house, subject_id, now, text, category="phone"):
    item = Item.objects.get(subject_id=subject_id, category=category)
    change(
        shop_id=house.world.shops["comet"],
        subject_id=subject_id,
        item_id=item.id,
        text=text,
        version=item.version,
        actor=Actor(kind="customer", id=str(subject_id)),
        now=now,
        purpose="rights_fulfilment",
    )


def _shred(house, subject_id, now):
    actor = house.world.hanh("comet")
    return shred(shop_id=house.world.shops["comet"], subject_id=subject_id, actor=actor, now=now, reason="request")


def _restored(house):
    """The details of the entries that say a database was restored, of one shop."""
    said = (read_entry(found) for found in Entry.objects.filter(shop_id=house.world.shops["comet"]).order_by("id"))
    return [one.detail for one in said if one.event == finishing.EVENT]


def test_every_row_comes_back_as_it_was_and_opens(house, now, minh, rows):
    made = house.backup(now)
    before = rows()
    house.lose_the_database()
    assert Log.objects.count() == 0
    done = house.restore(made.data, made.keys, now)
    after = rows()
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= {"camket_entry", "camket_position", "camket_tile", "camket_checkpoint"}
    assert len(after["camket_entry"]) == len(before["camket_entry"]) + 5
    assert (done.shops, done.shredded, done.lost, done.keys) == (5, 0, 0, 0)
    assert verify_database() == []
    assert [show(value) for value in kept.lan_looks(house.world, "comet", minh, now).values] == ["+84912345678"]
    assert ready.make_ready(now=now) == 0


def test_what_is_restored_can_be_backed_up_and_restored_again(house, now, minh, clock):
    made = house.backup(now)
    for _ in range(2):
        house.lose_the_database()
        house.restore(made.data, made.keys, now)
        now = clock.forward(hours=1)
        made = house.backup(now, name=f"again-{now:%H}")
    assert len(_restored(house)) == 2
    assert verify_database() == []


def test_progress_counts_the_rows(house, now, minh):
    house.backup(now)
    assert ("camket_item_key", ItemKey.objects.count()) in house.told
    assert ("camket_item", Item.objects.count()) in house.told


def test_an_erased_person_stays_erased_with_last_months_keys(house, now, minh, clock):
    """The shred list is replayed before anything is served; so are the tombstones, also of a later contact."""
    made = house.backup(now)
    later = clock.forward(days=20)
    _correct(house, minh, later, THAO.phone)
    done = _shred(house, minh, later)
    house.work(later)
    tombs = set(Tombstone.objects.values_list("digest", flat=True))
    house.lose_the_database()
    restored = house.restore(made.data, made.keys, later)
    assert restored.shredded == 1
    assert rescan(subject_id=minh) == []
    assert not ItemKey.objects.filter(subject_id=minh).exists()
    assert Erasure.objects.get(subject_id=minh).reason == "shred_list"
    assert Erasure.objects.get().entry_id != done.entry_id
    assert set(Tombstone.objects.values_list("digest", flat=True)) > tombs
    assert verify_database() == []


@pytest.mark.parametrize("phone", [MINH.phone, THAO.phone])
def test_an_import_does_not_bring_the_erased_back_after_a_restore(house, now, minh, clock, phone):
    from camket.subjects.actions import create
    from camket.vault.actions import Value, put

    made = house.backup(now)
    later = clock.forward(days=2)
    _correct(house, minh, later, THAO.phone)
    _shred(house, minh, later)
    house.lose_the_database()
    house.restore(made.data, made.keys, later)
    shop_id, owner = house.world.shops["comet"], house.world.hanh("comet")
    again = create(shop_id=shop_id, origin="legacy", actor=owner, now=later, legacy="bảng tính")
    with pytest.raises(ErasedError):
        put(
            shop_id=shop_id,
            subject_id=again,
            values=[Value("phone", phone, ("order",))],
            source="legacy",
            actor=owner,
            now=later,
            legacy="bảng tính",
            basis="contract",
        )


def test_somebody_who_came_and_was_erased_after_the_backup_leaves_tombstones(house, now, clock):
    made = house.backup(now)
    later = clock.forward(days=1)
    minh = kept.keep(house.world, "comet", MINH, later)
    _shred(house, minh, later)
    tombs = set(Tombstone.objects.values_list("digest", flat=True))
    house.lose_the_database()
    assert house.restore(made.data, made.keys, later).shredded == 1
    assert set(Tombstone.objects.values_list("digest", flat=True)) == tombs != set()
    assert Erasure.objects.filter(subject_id=minh).exists()
    assert verify_database() == []


def test_a_corrected_value_does_not_come_back_and_its_neighbours_do(house, now, minh, clock):
    """INVARIANT 5 with last month's keys: the destroyed key stays destroyed, what only moved is sealed anew."""
    made = house.backup(now)
    old = set(ItemKey.objects.filter(subject_id=minh).values_list("id", flat=True))
    later = clock.forward(days=3)
    changed = Item.objects.get(subject_id=minh, category="phone")
    _correct(house, minh, later, THAO.phone)
    house.work(later)
    dead = old - set(ItemKey.objects.filter(subject_id=minh).values_list("id", flat=True))
    house.lose_the_database()
    assert house.restore(made.data, made.keys, later).keys == 1
    there = {item.category: item for item in Item.objects.filter(subject_id=minh)}
    assert set(there) == {"name", "email", "postal_address"}
    assert not Item.objects.filter(id=changed.id).exists()
    assert dead
    assert not ItemKey.objects.filter(id__in=dead).exists()
    assert {item.key_id for item in there.values()} & dead == set()
    shown = kept.lan_looks(house.world, "comet", minh, later, ("name", "postal_address"))
    assert [show(value) for value in shown.values] == [MINH.name, MINH.address]
    assert verify_database() == []


def test_old_data_with_todays_keys_lacks_what_was_destroyed(house, now, minh, clock):
    khoi = kept.keep(house.world, "comet", KHOI, now)
    old = house.backup(now)
    later = clock.forward(days=40)
    _correct(house, minh, later, THAO.phone)
    thao = kept.keep(house.world, "comet", THAO, later)
    house.work(later)
    today = house.backup(later, name="today")
    house.lose_the_database()
    done = house.restore(old.data, today.keys, later)
    assert done.lost == 4
    assert not Item.objects.filter(subject_id=minh).exists()
    assert Item.objects.filter(subject_id=khoi).count() == 4
    assert not ItemKey.objects.filter(subject_id=thao).exists()
    assert verify_database() == []


def test_old_data_with_todays_keys_revives_nobody(house, now, minh, clock):
    old = house.backup(now)
    later = clock.forward(days=40)
    _shred(house, minh, later)
    house.work(later)
    today = house.backup(later, name="today")
    house.lose_the_database()
    done = house.restore(old.data, today.keys, later)
    assert (done.lost, done.shredded) == (4, 1)
    assert rescan(subject_id=minh) == []
    assert verify_database() == []


def test_new_data_with_last_months_keys_opens_what_both_know(house, now, minh, clock):
    old = house.backup(now)
    later = clock.forward(days=10)
    khoi = kept.keep(house.world, "comet", KHOI, later)
    house.work(later)
    today = house.backup(later, name="today")
    house.lose_the_database()
    assert house.restore(today.data, old.keys, later).lost == 4
    assert Item.objects.filter(subject_id=minh).count() == 4
    assert not Item.objects.filter(subject_id=khoi).exists()
    assert verify_database() == []


def test_a_keys_file_past_its_age_opens_for_nobody(house, now, minh, clock):
    made = house.backup(now)
    (held,) = agekeys.folders()[0].glob("*.key")
    content = held.read_bytes()
    late = clock.forward(days=30)
    assert agekeys.destroy_aged(now=late - timedelta(seconds=1)) == 0
    assert ready.make_ready(now=late) == 0
    assert not held.exists()
    house.lose_the_database()
    with pytest.raises(BackupError) as refused:
        house.restore(made.data, made.keys, late)
    assert refused.value.code == "backup-key-gone"
    assert Log.objects.count() == 0
    # Whoever puts the key's file back with a later date opens nothing: the date is part of what it is wrapped with.
    ends = str(made.keys_end_at).encode()
    held.write_bytes(content.replace(ends, str(made.keys_end_at + 10**10).encode()))
    with pytest.raises(BackupError):
        house.restore(made.data, made.keys, late)


def test_every_folder_of_backup_keys_opens_and_loses_the_key(house, now, minh, settings, clock):
    second = house.home / "elsewhere"
    settings.CAMKET_BACKUP_KEYS = [*settings.CAMKET_BACKUP_KEYS, str(second)]
    made = house.backup(now)
    settings.CAMKET_BACKUP_KEYS = [str(second)]
    house.lose_the_database()
    house.restore(made.data, made.keys, now)
    assert verify_database() == []
    assert agekeys.destroy_aged(clock.forward(days=31)) == 1
    assert list(second.iterdir()) == []


def test_the_log_goes_on_honestly(house, now, minh, clock):
    """Notes that were signed after the backup move aside, whole; the entry names them; the log is signed on."""
    made = house.backup(now)
    shop_id = house.world.shops["comet"]
    size = size_of(shop_id)
    later = clock.forward(hours=5)
    kept.keep(house.world, "comet", KHOI, later)
    house.work(later)
    signed = list(outside.notes("comet"))
    house.lose_the_database()
    row = loading.load(loading.Files(made.data, made.keys), now=later, told=silent)
    with pytest.raises(UnfinishedError):
        ready.make_ready(now=later)
    done = finishing.finish(row, now=later, told=silent)
    assert done.set_aside == 1
    (said,) = _restored(house)
    (aside,) = (house.home / "checkpoints").glob("comet.log.*")
    moved = [note for note in signed if note in aside.read_text("utf-8")]
    assert (said["size"], said["notes"]) == (size, len(moved))
    assert [note for note in signed if note not in moved] == list(outside.notes("comet"))[: len(signed) - len(moved)]
    assert verify_database() == []
    house.work(clock.forward(minutes=1))
    assert verify_database() == []
    assert ready.make_ready(now=later) == 0


def test_an_older_copy_put_back_by_other_means_is_not_served_until_it_is_adopted(house, now, minh, clock, rows):
    made = house.backup(now)
    later = clock.forward(hours=5)
    _shred(house, minh, later)
    house.work(later)
    house.lose_the_database()
    loading.load(loading.Files(made.data, made.keys), now=later, told=silent)
    Restore.objects.all().delete()
    shop_id = house.world.shops["comet"]
    with pytest.raises(UnfinishedError) as refused:
        ready.make_ready(now=later)
    assert refused.value.code == "database-behind"
    sequence(shop_id=shop_id, now=later, full=True)
    with pytest.raises(LogCutError):
        checkpoint(shop_id=shop_id, now=later)
    done = finishing.finish(finishing.adopt(now=later), now=later, told=silent)
    assert (done.shredded, done.set_aside) == (1, 1)
    assert rescan(subject_id=minh) == []
    assert verify_database() == []
    assert ready.make_ready(now=later) == 0


@pytest.mark.parametrize("stop", [1, 6, 8])
def test_an_interrupted_restore_goes_on_and_says_everything_once(house, now, minh, clock, stop):
    old = house.backup(now)
    later = clock.forward(days=2)
    _correct(house, minh, later, THAO.phone)
    house.work(later)
    today = house.backup(later, name="today")
    house.lose_the_database()
    row = loading.load(loading.Files(old.data, today.keys), now=later, told=silent)
    heard = []

    def cut(what, count):
        heard.append((what, count))
        if len(heard) == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finishing.finish(row, now=later, told=cut)
    with pytest.raises(UnfinishedError):
        ready.make_ready(now=later)
    assert finishing.unfinished() == row
    finishing.finish(row, now=clock.forward(minutes=3), told=silent)
    assert len(_restored(house)) == 1
    assert Item.objects.filter(subject_id=minh).count() == 0
    assert len(list((house.home / "checkpoints").glob("comet.log.*"))) == 1
    assert finishing.unfinished() is None
    assert verify_database() == []


def test_a_database_that_holds_anything_is_not_restored_into(house, now, minh):
    made = house.backup(now)
    before = Entry.objects.count()
    with pytest.raises(BackupError) as refused:
        house.restore(made.data, made.keys, now)
    assert (refused.value.code, Entry.objects.count()) == ("backup-not-empty", before)


def test_the_data_of_another_installation_is_refused(house, now, minh, clock):
    """Its logs are signed by other keys than the notes outside."""
    made = house.backup(now)
    text = outside.path_of("comet").read_text("utf-8")
    outside.path_of("comet").write_text(text.replace("camket/comet", "camket/comrt"), "utf-8")
    house.lose_the_database()
    with pytest.raises(BackupError) as refused:
        house.restore(made.data, made.keys, now)
    assert (refused.value.code, Log.objects.count(), ShopSecret.objects.count()) == ("backup-not-ours", 0, 0)


def test_the_list_of_destroyed_keys_names_keys_and_nothing_else(house, now, minh, clock):
    key = Item.objects.get(subject_id=minh, category="phone")
    _correct(house, minh, now, THAO.phone)
    kept.lan_looks(house.world, "comet", minh, now)
    house.work(now)
    (line,) = gone.all_gone()
    assert (line.subject, line.keys, line.items) == (minh.bytes, (key.key_id.bytes,), (key.id.bytes,))
    text = gone.path().read_text("ascii")
    assert [canary for canary in (*MINH.canaries, *THAO.canaries) if canary in text] == []
    assert gone.path().stat().st_mode & 0o777 == 0o600
    assert gone.read_on() == 0
    assert gone.prune(clock.forward(days=96)) == 0
    assert gone.prune(clock.forward(days=2)) == 1
    assert list(gone.all_gone()) == []
    assert gone.places()[house.world.shops["comet"]] == size_of(house.world.shops["comet"])


def test_a_worker_that_starts_anew_reads_on_where_the_list_ends(house, now, minh, clock):
    _correct(house, minh, now, THAO.phone)
    house.work(now)
    gone.forget()
    assert gone.read_on() == 0
    _correct(house, minh, clock.forward(minutes=1), KHOI.phone)
    house.work(clock.now)
    assert len(list(gone.all_gone())) == 2


def test_a_line_that_somebody_added_to_a_list_stops_everything(house, now, minh, clock):
    """Whoever can write to the folder outside must not be able to have people destroyed by it."""
    khoi = kept.keep(house.world, "comet", KHOI, now)
    _shred(house, minh, now)
    text = shredlist.path().read_text("ascii")
    shredlist.path().write_text(text + text.replace(str(minh), str(khoi)), "ascii")
    with pytest.raises(ListChangedError):
        ready.make_ready(now=now)
    assert Item.objects.filter(subject_id=khoi).count() == 4
    # A line that a power cut tore is no line.
    shredlist.path().write_text(text + text[:40], "ascii")
    assert ready.make_ready(now=now) == 0
    _shred(house, khoi, now)
    assert len(shredlist.path().read_text("ascii").splitlines()) == 3
    assert ready.make_ready(now=now) == 0


def test_a_list_of_destroyed_keys_that_was_changed_is_not_followed(house, now, minh):
    _correct(house, minh, now, THAO.phone)
    house.work(now)
    text = gone.path().read_text("ascii")
    gone.path().write_text(text.replace(minh.hex, KHOI.phone.zfill(32)), "ascii")
    with pytest.raises(ListChangedError):
        list(gone.all_gone())


def test_erasing_goes_on_beside_a_start(house, now, minh, clock):
    """The line is there before the deed commits: a start in between waits for it and does nothing twice."""
    shredlist.append(shredlist.Line(house.world.shops["comet"], minh, minh, 0))
    assert ready.make_ready(now=now) == 1
    count = Entry.objects.count()
    replayed.move_to(shredlist.NAME, 0)
    line = next(iter(shredlist.batches(0)))[0][0]
    assert erasure._shred_again(line, WORKER, now) == 0
    assert ready.make_ready(now=now) == 0
    assert Entry.objects.count() == count
    assert verify_database() == []
