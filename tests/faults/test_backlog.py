"""A queue that is hours behind is worked off in pieces, in bounded memory, and `camket check` says how long it is."""

import resource
from datetime import timedelta

import pytest

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.cli.check import look_over
from camket.ledger import actions as ledger
from camket.ledger import entry
from camket.ledger.actions import deed, refuse
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database, waiting
from camket.ledger.sequencer import BATCH
from camket.outbox import actions as outbox
from camket.outbox.models import Outbox, State
from camket.store import secrets
from camket.worker import jobs
from camket.worker.jobs import deliver, late
from camket.worker.loop import Loop
from tests import kept
from tests.cast import MINH
from tests.world import OWNER

HOURS = timedelta(hours=5)
MORE_THAN_A_BATCH = BATCH + 200
MOST_MEGABYTES = 60


def _said(now, part):
    return [finding for finding in look_over(now) if part in finding.en]


def _refusals(shop_id, count, at):
    """Many refusals, as deeds write them: the first one's body under new ids, each with the writer's mark."""
    first = Entry.objects.get(id=refuse(shop_id=shop_id, actor=OWNER, now=at))
    key, made = secrets.secret(shop_id, "mac"), []
    for number in range(1, count):
        name = uuid7(to_ms(at) + number)
        said = entry.record(shop_id, first.subject_id.bytes, name.bytes, first.body)
        made.append(
            Entry(subject_id=first.subject_id, id=name, shop_id=shop_id, body=first.body, mac=entry.mac(key, said))
        )
    Entry.objects.bulk_create(made, batch_size=2000)


def _resident():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.django_db(transaction=True)
def test_entries_of_hours_ago_get_their_places_in_batches(world, now):
    """As after hours without a worker."""
    shop_id = world.shops["comet"]
    late.run(now=now)
    _refusals(shop_id, MORE_THAN_A_BATCH, now - HOURS)
    (said,) = _said(now, "wait too long")
    assert (said.good, said.en.split()[0]) == (False, str(MORE_THAN_A_BATCH))
    assert ledger.sequence(shop_id=shop_id, now=now).placed == 0

    before = _resident()
    assert late.run(now=now) == MORE_THAN_A_BATCH
    assert _resident() - before < MOST_MEGABYTES
    assert waiting(before_ms=to_ms(now)) == 0
    assert [finding.good for finding in _said(now, "no entry waits")] == [True]
    assert verify_database(shop_id) == []


@pytest.mark.django_db(transaction=True)
def test_messages_of_hours_ago_go_out_in_pieces_and_the_other_jobs_have_their_turn(world, now, settings):
    settings.CAMKET_LOCAL_MESSAGES = True
    subject_id = kept.keep(world, "comet", MINH, now)
    count = 2 * deliver.AT_ONCE + 5
    with deed(shop_id=world.shops["comet"], event="outbox.queued", actor=OWNER, now=now, subject_id=subject_id) as made:
        for _ in range(count):
            outbox.enqueue(
                made, subject_id=subject_id, kind="one_time_code", channel="sms", params=b"not sealed", now=now - HOURS
            )
    (said,) = _said(now, "messages wait")
    assert said.warning
    assert f"{count} messages" in said.en
    assert "for 300 minutes" in said.en

    found = {job.name: job for job in jobs.jobs()}
    loop = Loop([found["deliver"], found["sequence"]], clock=lambda: now)
    turns = [loop.turn() for _ in range(3)]
    # What cannot be opened has failed for good: it came to an end like one that was sent.
    assert [turn["deliver"] for turn in turns] == [deliver.AT_ONCE, deliver.AT_ONCE, 5]
    assert "sequence" in turns[0]
    assert not Outbox.objects.filter(state=State.QUEUED).exists()
    assert _said(now, "no message waits") != []
