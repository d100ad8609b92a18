"""What ends by its own date is removed by the worker, as deeds that the ledger knows."""

from datetime import timedelta

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.intake.models import ImportMark
from camket.intake.sweeping import sweep_marks
from camket.ledger.actions import deed
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.subjects.models import ContactCode
from camket.vault.actions import request_code, shred
from camket.vault.models import Tombstone
from camket.worker.jobs import jobs, marks
from tests import kept
from tests.bodies import body_of as read
from tests.cast import KHOI, MINH
from tests.world import OWNER

PUBLIC = Actor.public()


def _swept():
    return [body["d"]["removed"] for row in Entry.objects.all() if (body := read(row))["e"] == "marks.swept"]


def _marks(shop_id, now, ends):
    with deed(shop_id=shop_id, event="import.run", actor=OWNER, now=now, bulk=True) as made:
        made.insert_many(
            [
                ImportMark(digest=bytes([number]) * 16, shop_id=shop_id, run_id=uuid7(to_ms(now)), ends_at=to_ms(at))
                for number, at in enumerate(ends)
            ]
        )


def test_ended_rows_go_and_the_others_stay(world, now):
    shop_id = world.shops["comet"]
    khoi = kept.keep(world, "comet", KHOI, now)
    kept.keep(world, "comet", MINH, now)
    shred(shop_id=shop_id, subject_id=khoi, actor=world.hanh("comet"), now=now, reason="request")
    request_code(shop_id=shop_id, kind="phone", text=MINH.phone, actor=PUBLIC, now=now)
    request_code(shop_id=shop_id, kind="phone", text=KHOI.phone, actor=PUBLIC, now=now)
    _marks(shop_id, now, (now + timedelta(days=1), now + timedelta(days=9)))

    # A code that is over still counts against the limit of its hour.
    assert marks.run(now=now + timedelta(minutes=59)) == 0
    assert _swept() == []
    assert marks.run(now=now + timedelta(hours=1)) == 2
    assert not ContactCode.objects.exists()
    assert marks.run(now=now + timedelta(days=1)) == 1
    assert ImportMark.objects.count() == 1
    stones = Tombstone.objects.count()
    assert stones == 2
    assert marks.run(now=now + timedelta(days=5 * 366)) == stones + 1
    assert not Tombstone.objects.exists()
    assert marks.run(now=now + timedelta(days=5 * 366)) == 0
    assert [sum(removed.values()) for removed in _swept()] == [2, 1, stones + 1]
    assert verify_database(shop_id) == []


def test_many_rows_go_in_several_deeds_and_other_shops_keep_theirs(world, now):
    for slug, first in (("comet", 0), ("khatra", 100)):
        with deed(shop_id=world.shops[slug], event="import.run", actor=OWNER, now=now, bulk=True) as made:
            made.insert_many(
                [
                    ImportMark(
                        digest=bytes([first + number]) * 16,
                        shop_id=world.shops[slug],
                        run_id=uuid7(to_ms(now)),
                        ends_at=to_ms(now) + first,
                    )
                    for number in range(5)
                ]
            )
    assert sweep_marks(shop_id=world.shops["comet"], actor=OWNER, now=now, at_once=2) == 5
    assert [removed["camket_import_mark"] for removed in _swept()] == [2, 2, 1]
    assert set(ImportMark.objects.values_list("shop_id", flat=True)) == {world.shops["khatra"]}
    assert verify_database(world.shops["comet"]) == []


def test_the_sweeps_are_jobs_of_the_worker():
    assert {"marks", "sign_ups"} <= {job.name for job in jobs() if job.cron is not None}
