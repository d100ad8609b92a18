"""Nightly backups: where a folder is set, as many as are kept, and what `--list` says of them."""

import os
import time
from datetime import timedelta

import pytest

from camket.cli import check
from camket.vault.backup import agekeys, keeping, listing, making
from camket.vault.backup.errors import BackupError
from camket.worker.jobs import ageing, backup, destroyed, jobs, wipe
from tests.cast import MINH
from tests.kept import keep


@pytest.fixture
def folders(home, settings):
    settings.CAMKET_BACKUPS = str(home / "data")
    settings.CAMKET_BACKUPS_OF_KEYS = str(home / "safe")
    settings.CAMKET_BACKUPS_KEPT = 2
    return home / "data", home / "safe"


def _names(folder):
    return sorted(path.suffix for path in folder.iterdir())


@pytest.mark.django_db
def test_no_folder_no_backup(world, home, now):
    assert backup.run(now=now) == 0
    assert not agekeys.folders()[0].exists()


def test_the_jobs_are_found():
    found = {job.name: (job.cron, job.every) for job in jobs()}
    assert {found[name] for name in ("backup", "ageing", "destroyed", "wipe")} == {
        ("20 2 * * *", None),
        (None, 60.0),
        (None, 1.0),
    }


@pytest.mark.django_db
def test_as_many_are_kept_as_are_set_in_two_places(world, home, folders, clock):
    for _ in range(4):
        assert backup.run(now=clock.forward(days=1)) == 1
    data, keys = folders
    assert (_names(data), _names(keys)) == ([".data"] * 2, [".keys"] * 2)
    assert [path.stat().st_mode & 0o777 for path in (*data.iterdir(), *keys.iterdir())] == [0o600] * 4
    assert {path.stem for path in data.iterdir()} == {path.stem for path in keys.iterdir()}


@pytest.mark.django_db
def test_keys_files_past_their_age_go_and_data_files_stay(world, home, folders, clock, settings):
    settings.CAMKET_BACKUPS_KEPT = 10
    data, keys = folders
    backup.run(now=clock.now)
    assert ageing.run(now=clock.forward(days=29)) == 0
    backup.run(now=clock.now)
    assert ageing.run(now=clock.forward(days=2)) == 1
    assert [one.opens for one in listing.listed(data, keys, clock.now)] == [True, False]
    backup.run(now=clock.now)
    assert (len(_names(data)), len(_names(keys))) == (3, 2)


@pytest.mark.django_db
def test_the_list_tells_what_is_whole_and_what_opens(world, home, folders, clock):
    data, keys = folders
    first = making.make(to=data, keys_to=keys, now=clock.now)
    second = making.make(to=data, keys_to=keys, now=clock.forward(hours=1))
    third = making.make(to=data, keys_to=keys, now=clock.forward(hours=1))
    content = first.data.read_bytes()
    first.data.write_bytes(content[:-1])
    second.keys.unlink()
    third.keys.write_bytes(third.keys.read_bytes() + b"x")
    found = listing.listed(data, keys, clock.now)
    assert [(one.whole, one.keys, one.opens) for one in found] == [
        (True, True, False),
        (True, False, False),
        (False, True, True),
    ]
    assert [one.name for one in found] == [third.data.stem, second.data.stem, first.data.stem]


@pytest.mark.django_db
def test_a_backup_that_fails_leaves_no_file_and_no_key(world, home, now, full_disk):
    with pytest.raises(OSError):  # noqa: PT011 - the system's own words
        making.make(to=home / "data", now=now, told=full_disk)
    assert list((home / "data").iterdir()) == []
    assert list(agekeys.folders()[0].iterdir()) == []


@pytest.fixture
def full_disk():
    """A listener to the progress that fails as a full disk would, in the middle of the files."""

    def full(what, count):
        if what == "camket_staff":
            raise OSError(28, "No space left on device")

    return full


@pytest.mark.django_db
def test_without_a_shop_there_is_nothing_to_back_up(home, now):
    with pytest.raises(BackupError) as refused:
        making.make(to=home / "data", now=now)
    assert refused.value.code == "backup-nothing"


@pytest.mark.django_db
def test_what_a_killed_backup_left_is_tidied_after_a_day(world, home, folders, now):
    data, keys = folders
    data.mkdir()
    keys.mkdir()
    old, young = data / ".camket-x.data.part", keys / ".camket-y.keys.part"
    for path in (old, young):
        path.write_bytes(b"")
    os.utime(old, (time.time() - 90_000,) * 2)
    assert keeping.tidy(data, keys, keep=2, now=now) == 1
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.django_db
def test_check_tells_when_a_night_was_missed(world, home, folders, clock):
    assert [finding.good for finding in check._backups(clock.now)] == [False]
    backup.run(now=clock.now)
    assert [finding.good for finding in check._backups(clock.forward(hours=30))] == [True]
    (late,) = check._backups(clock.forward(hours=10))
    assert (late.good, late.en) == (False, "the newest backup is 40 hours old")


@pytest.mark.django_db(transaction=True)
def test_wiping_and_the_list_have_nothing_to_do_when_nothing_was_destroyed(house, now, clock):
    keep(house.world, "comet", MINH, now)
    house.work(now)
    assert (destroyed.run(now=now), wipe.run(now=now)) == (0, 0)
    assert ageing.run(now=now + timedelta(days=1)) == 0
