"""A disk that is full, may only be read, or fails to sync: what is answered, and what is there afterwards."""

from collections.abc import Callable, Iterator

import pytest

from campaigns.faults.calls import Answer
from tests.faults.rig import Rig, is_clean, new_key

MOST = 400


@pytest.fixture(autouse=True)
def _healed(rig: Rig) -> Iterator[None]:
    """Every test begins with a disk that works, and leaves one."""
    yield
    rig.disk.fail(None)
    rig.start()


def _until_refused(ask: Callable[[], Answer]) -> list[Answer]:
    """Ask until the disk says no: what fits into the pages that are there still fits."""
    answers: list[Answer] = []
    while not answers or (answers[-1].outcome == "done" and len(answers) < MOST):
        answers.append(ask())
    return answers


def test_a_full_disk_writes_nothing_by_halves_and_opens_nothing_unrecorded(rig: Rig) -> None:
    order, phones = rig.order(rig.stranger()), []

    def another() -> Answer:
        phones.append(rig.stranger())
        return rig.order(phones[-1])

    rig.disk.fail("ENOSPC")
    written = _until_refused(another)
    looks = _until_refused(lambda: rig.look(order))
    assert is_clean(written[-1], "database-disk-full", "database-away")
    assert is_clean(looks[-1], "database-disk-full", "database-away")

    rig.disk.fail(None)
    rig.start()
    assert rig.look(order).status == 200
    assert [rig.known(phone) for phone in phones] == [1] * (len(phones) - 1) + [0]
    assert rig.order(phones[-1]).status == 201
    assert rig.holds() == []


def test_without_the_right_to_write_nothing_is_opened(rig: Rig) -> None:
    order, phone = rig.order(rig.stranger()), rig.stranger()
    rig.disk.fail("EROFS")
    assert is_clean(rig.look(order), "database-read-only", "database-away")
    assert is_clean(rig.order(phone), "database-read-only", "database-away")

    rig.disk.fail(None)
    rig.start()
    assert rig.look(order).status == 200
    assert rig.known(phone) == 0
    assert rig.holds() == []


def test_a_sync_that_fails_is_never_taken_for_one_that_worked(rig: Rig) -> None:
    phone, key = rig.stranger(), new_key()
    rig.disk.fail("EIO")
    answer = rig.order(phone, key=key)
    assert is_clean(answer, "outcome-unknown", "database-away")

    rig.disk.fail(None)
    rig.start()
    assert rig.known(phone) in {0, 1}
    assert rig.order(phone, key=key).status == 201
    assert rig.known(phone) == 1
    assert rig.holds() == []
