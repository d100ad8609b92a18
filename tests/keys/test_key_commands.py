"""`camket keys` as a person types it: nothing is used before it is on paper, nothing is destroyed that is needed."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from typer.testing import CliRunner, Result

from camket.base.clock import utc_now
from camket.base.errors import CamketError
from camket.cli import keys as command
from camket.crypto.providers.local import LocalProvider
from camket.intake import rotating
from camket.ledger.actions import sequence
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.store import keys
from camket.store.db import is_sqlite, transaction
from camket.store.settling import settle
from camket.subjects.actions import create
from camket.subjects.models import Subject
from tests import kept
from tests.cast import MINH


def _run(*words: str) -> Result:
    return CliRunner().invoke(command.app, list(words))


def _code(found: Result) -> str:
    assert isinstance(found.exception, CamketError), found.output
    return found.exception.code


def test_a_new_key_is_used_only_after_it_is_on_paper(world, own_keys, now):
    kept.keep(world, "comet", MINH, now)
    asked = _run("rotate")
    assert _code(asked) == "key-not-printed"
    held = LocalProvider.open(own_keys)
    assert (held.active, held.prepared) == (1, 2)
    assert held.recovery_key() in asked.output
    again = _run("rotate", "--prepare")
    assert (again.exit_code, LocalProvider.open(own_keys).versions) == (0, held.versions)  # no third key
    assert held.recovery_key() in again.output
    done = _run("rotate", "--yes")
    assert (done.exit_code, "version 2 wraps every key" in done.output) == (0, True)
    assert LocalProvider.open(own_keys).active == 2
    (one, two) = json.loads(_run("status", "--json").output)["wrapping"]
    assert (one["state"], one["item_keys"], two["state"], two["item_keys"] > 0) == ("retired", 0, "active", True)


def test_an_old_key_lives_as_long_as_the_backups_of_its_time(world, own_keys, now):
    assert _code(_run("destroy", "1")) == "key-version"
    LocalProvider.change(own_keys, keys.custody(), lambda held: held.with_new().activated())
    keys.forget()
    assert _code(_run("destroy", "1")) == "key-version-young"
    assert _code(_run("destroy", "1", "--early")) == "key-version-needed"
    assert _run("rotate", "--yes").exit_code == 0
    assert _code(_run("destroy", "1")) == "key-version-young"
    long_ago = utc_now() - timedelta(days=91)
    with_age = LocalProvider.open(own_keys)
    own_keys.unlink()
    LocalProvider.restore(own_keys, with_age.recovery_key())
    LocalProvider.change(own_keys, keys.custody(), lambda held: held.with_retired(long_ago))
    keys.forget()
    destroyed = _run("destroy", "1")
    assert destroyed.exit_code == 0, destroyed.exception
    assert LocalProvider.open(own_keys).recovery_key() in destroyed.output
    assert LocalProvider.open(own_keys).versions.keys() == {2}
    for shop_id in world.shops.values():
        sequence(shop_id=shop_id, now=now)
        assert list(verify_database(shop_id)) == []


def test_two_commands_never_work_on_the_keys_at_once(world, own_keys):
    with command._alone():
        assert _code(_run("rotate", "--yes")) == "key-rotation-elsewhere"
        assert _code(_run("destroy", "1")) == "key-rotation-elsewhere"
    assert LocalProvider.open(own_keys).versions.keys() == {1}


def test_the_index_of_one_shop_is_rotated_and_reported(world, own_keys, now, monkeypatch):
    monkeypatch.setattr(rotating, "WAIT", 0.1)  # seconds for other processes, of which there are none
    kept.keep(world, "comet", MINH, now)
    before = Entry.objects.count()
    assert _run("rotate", "--shop", "comet").exit_code == 2
    done = _run("rotate", "--index", "--shop", "comet")
    assert (done.exit_code, "1 shops have a new index key" in done.output) == (0, True)
    assert Entry.objects.count() > before
    found = {row["shop"]: row for row in json.loads(_run("status", "--json").output)["index"]}
    assert (found["comet"]["version"], found["comet"]["step"], found["khatra"]["version"]) == (2, None, 1)
    assert found["comet"]["retired"] == [{"version": 1, "needed_until": None, "order_numbers": 0}]
    assert _run("destroy", "1", "--index", "--shop", "comet").exit_code == 0
    assert _run("destroy", "2", "--index", "--shop", "comet").exception.code == "index_needed"


def test_the_printed_key_never_comes_with_the_status(world, own_keys):
    told = _run("status").output + _run("status", "--json").output
    (key,) = LocalProvider.open(own_keys).opened.values()
    assert key.hex() not in told
    assert LocalProvider.open(own_keys).recovery_key().split()[3] not in told


@pytest.mark.django_db(transaction=True)
def test_a_rotation_waits_for_deeds_that_are_open(world, now):
    """PostgreSQL: whoever may write by what it knew has ended. SQLite has one writer, and the next deed is after it."""
    inside, leave, settled = threading.Event(), threading.Event(), threading.Event()
    shop_id = world.shops["comet"]
    person = create(shop_id=shop_id, origin="purchase", actor=world.hanh("comet"), now=now)

    def deed() -> None:
        with transaction():
            Subject.objects.filter(subject_id=person).update(child=False)
            inside.set()
            leave.wait(20)
        connection.close()

    def waits() -> None:
        settle(0.0)
        settled.set()
        connection.close()

    threads = [threading.Thread(target=deed), threading.Thread(target=waits)]
    threads[0].start()
    assert inside.wait(20)
    threads[1].start()
    assert settled.wait(1.0) == is_sqlite()
    leave.set()
    for thread in threads:
        thread.join()
    assert settled.is_set()
