"""A clock that is set back: nothing is lost, nothing changes its order, no code lives longer for it."""

from datetime import timedelta

import pytest

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import time_of, uuid7
from camket.consent.actions import withdraw
from camket.consent.queries import state
from camket.ledger import actions as ledger
from camket.ledger.actions import deed
from camket.ledger.queries import verify_database, waiting
from camket.subjects import codes
from camket.subjects.errors import TooManyCodesError
from camket.worker.jobs import late
from tests import kept
from tests.cast import MINH, THAO

HOUR = timedelta(hours=1)
CONTACT = b"c" * 16
PUBLIC = Actor.public()


def test_ids_of_a_moment_that_came_before_are_new_ids():
    moments = [5000, 4000, 5000, 4000, 4000, 5000]
    made = [uuid7(moment) for moment in moments]
    assert len(set(made)) == len(moments)
    assert [time_of(one) for one in made] == moments


def test_what_was_said_last_holds_whatever_the_clock_said(world, now):
    subject = kept.keep(world, "comet", MINH, now)
    shop_id = world.shops["comet"]
    kept.agree(world, "comet", subject, "marketing", now)
    withdraw(
        shop_id=shop_id,
        subject_id=subject,
        purpose="marketing",
        how="form",
        actor=world.hanh("comet"),
        now=now - HOUR,
    )
    assert state(shop_id=shop_id, subject_id=subject, purpose="marketing", channel="", category="") == "refused"


@pytest.mark.django_db(transaction=True)
def test_entries_of_a_clock_set_back_get_their_places_and_the_log_is_signed(world, now):
    shop_id = world.shops["comet"]
    ahead = now + 5 * HOUR
    kept.keep(world, "comet", MINH, ahead)
    assert ledger.sequence(shop_id=shop_id, now=ahead, full=True).placed > 0
    assert ledger.checkpoint(shop_id=shop_id, now=ahead) is not None
    kept.keep(world, "comet", THAO, now)
    # While the clock is back the quick look finds them; after it was put right only the look at everything does.
    assert ledger.sequence(shop_id=shop_id, now=ahead).placed == 0
    assert waiting(before_ms=to_ms(ahead)) > 0
    assert late.run(now=ahead) > 0
    assert waiting(before_ms=to_ms(ahead)) == 0
    assert ledger.checkpoint(shop_id=shop_id, now=now) is not None
    assert verify_database(shop_id) == []


def _make(world, now):
    with deed(shop_id=world.shops["comet"], event="code.issued", actor=PUBLIC, now=now) as made:
        return codes.make(
            shop_id=world.shops["comet"], digest=CONTACT, subject_id=None, item_id=None, now=now, within=made
        )


def _opens(world, code, now):
    with deed(shop_id=world.shops["comet"], event="code.tried", actor=PUBLIC, now=now) as made:
        found = codes.spend(shop_id=world.shops["comet"], digests=[CONTACT], code=code, now=now, within=made)
    return found is not None


def test_a_code_of_a_clock_that_was_ahead_opens_nothing_later(world, now):
    code = _make(world, now + HOUR)
    assert not _opens(world, code, now)
    assert not _opens(world, code, now + timedelta(minutes=50))


def test_a_code_that_is_asked_for_after_the_clock_was_set_back_opens(world, now):
    for ahead in (HOUR, timedelta(minutes=2)):
        _make(world, now + ahead)
    code = _make(world, now)
    assert _opens(world, code, now + timedelta(seconds=30))


def test_codes_of_clocks_a_little_apart_count_against_one_limit(world, now):
    for number in range(codes.MOST_IN_WINDOW):
        _make(world, now + timedelta(minutes=number % 2))
    with pytest.raises(TooManyCodesError):
        _make(world, now)
