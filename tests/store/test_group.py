"""SQLite: deeds of several threads share commits; one that fails falls alone."""

import threading

import pytest
from django.db import OperationalError, connection, connections

from camket.store import db, group
from camket.worker.models import Job

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _only_sqlite():
    """PostgreSQL groups commits by itself; there these tests show that plain transactions do the same."""
    yield
    group.writer().close()


def _write(name: str) -> None:
    Job.objects.create(name=name, claimed_for=1)


def _in_threads(*works):
    faults = []

    def run(work):
        try:
            work()
        except Exception as error:  # noqa: BLE001 (handed to the test)
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return faults


def test_deeds_of_many_threads_all_stand():
    def deed(number):
        def work():
            with db.transaction():
                _write(f"job-{number}")
            assert Job.objects.filter(name=f"job-{number}").exists()  # durable, and seen by the thread's own connection

        return work

    assert _in_threads(*[deed(number) for number in range(24)]) == []
    assert Job.objects.count() == 24


def test_a_deed_that_fails_amid_a_group_falls_alone():
    inside, go = threading.Event(), threading.Event()

    def first():
        with db.transaction():
            _write("first")
            inside.set()
            go.wait(10)

    def failing():
        inside.wait(10)
        with db.transaction():
            _write("second")
            raise ValueError("amid the group")

    def third():
        inside.wait(10)
        with db.transaction():
            _write("third")

    def release():
        inside.wait(10)
        threading.Event().wait(0.3)  # let the others queue up, so that they join the first one's commit
        go.set()

    faults = _in_threads(first, failing, third, release)
    assert [str(fault) for fault in faults] == ["amid the group"]
    assert sorted(Job.objects.values_list("name", flat=True)) == ["first", "third"]


def test_nobody_is_answered_when_the_shared_commit_fails():
    """The whole transaction is given up (as by a full disk) while two deeds are in it: both are told."""
    if connection.vendor != "sqlite":
        return
    inside, go = threading.Event(), threading.Event()

    def first():
        with db.transaction():
            _write("first")
            inside.set()
            go.wait(10)

    def breaking():
        inside.wait(10)
        with db.transaction():
            _write("second")
            connection.connection.execute("ROLLBACK")

    def release():
        inside.wait(10)
        threading.Event().wait(0.3)
        go.set()

    faults = _in_threads(first, breaking, release)
    assert len(faults) == 2
    assert all(isinstance(fault, OperationalError) for fault in faults)
    assert not Job.objects.exists()
    with db.transaction():
        _write("after")
    assert Job.objects.count() == 1


def test_a_deed_inside_a_deed_is_an_error():
    with pytest.raises(RuntimeError), db.transaction(), db.transaction():
        _write("nested")
    assert not Job.objects.exists()
