"""A scheduled job runs once per due time, whoever runs it, and a missed time is made up for once."""

from datetime import UTC, datetime, timedelta

import pytest

from camket.worker import jobs, schedule
from camket.worker.loop import Loop
from tests.conftest import Clock

NIGHTLY = "30 2 * * *"


@pytest.mark.parametrize(
    ("cron", "now", "due"),
    [
        (NIGHTLY, "2026-03-02T02:30:00+07:00", "2026-03-02T02:30:00+07:00"),
        (NIGHTLY, "2026-03-02T02:29:59+07:00", "2026-03-01T02:30:00+07:00"),
        (NIGHTLY, "2026-03-02T02:30:59.5+07:00", "2026-03-02T02:30:00+07:00"),
        ("*/5 * * * *", "2026-03-02T09:04:59+07:00", "2026-03-02T09:00:00+07:00"),
        ("0 8 * * 1", "2026-03-02T00:59:00+00:00", "2026-02-23T08:00:00+07:00"),
        ("0 8 * * 1", "2026-03-02T01:00:00+00:00", "2026-03-02T08:00:00+07:00"),
    ],
)
def test_the_last_due_time_is_told_in_vietnamese_time(cron: str, now: str, due: str) -> None:
    found = schedule.last_due(cron, datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(due)
    assert found.tzinfo is UTC


@pytest.mark.django_db
def test_one_claim_wins_each_due_time(clock: Clock) -> None:
    assert [schedule.claim("n", NIGHTLY, clock.now) for _ in range(3)] == [True, False, False]
    clock.forward(hours=17)
    assert schedule.claim("n", NIGHTLY, clock.now) is False
    clock.forward(hours=1)
    assert [schedule.claim("n", NIGHTLY, clock.now) for _ in range(2)] == [True, False]


@pytest.mark.django_db
def test_missed_times_are_made_up_for_once(clock: Clock) -> None:
    schedule.claim("n", NIGHTLY, clock.now)
    clock.forward(days=12)
    assert [schedule.claim("n", NIGHTLY, clock.now) for _ in range(2)] == [True, False]


@pytest.mark.django_db
def test_a_claim_of_a_clock_that_was_ahead_holds_nobody_up(clock: Clock) -> None:
    right = clock.now
    assert schedule.claim("n", "* * * * *", clock.forward(days=400))
    assert schedule.claim("n", "* * * * *", right)
    assert not schedule.claim("n", "* * * * *", right)


@pytest.mark.django_db
def test_workers_whose_clocks_differ_a_little_share_one_claim(clock: Clock) -> None:
    behind = clock.now
    assert schedule.claim("n", "* * * * *", clock.forward(minutes=2))
    assert not schedule.claim("n", "* * * * *", behind)


def _job(name: str, run: object, *, every: float | None = 1.0, cron: str | None = None) -> jobs.Job:
    return jobs.Job(name, (name, name), run, every, cron)  # type: ignore[arg-type]  # plain functions of the test


def _one(*, now: datetime) -> int:
    return 1


@pytest.mark.django_db
def test_a_turn_runs_what_is_due(clock: Clock) -> None:
    ran: list[datetime] = []

    def run(*, now: datetime) -> int:
        ran.append(now)
        return 7

    loop = Loop([_job("a", run, every=10)], clock=clock)
    assert loop.turn() == {"a": 7}
    assert loop.turn() == {}
    clock.forward(seconds=10)
    assert loop.turn() == {"a": 7}
    assert ran == [clock.now - timedelta(seconds=10), clock.now]


@pytest.mark.django_db
def test_a_failing_job_waits_longer_and_the_others_go_on(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*, now: datetime) -> int:
        raise ValueError("0912345678")

    loop = Loop([_job("bad", fail), _job("good", _one)], clock=clock)
    tried = []
    for _ in range(20):
        tried.append("bad" in loop.turn())
        clock.forward(seconds=1)
    assert [index for index, was in enumerate(tried) if was] == [0, 2, 6, 14]
    assert loop.turn()["good"] == 1
    assert "ValueError" in caplog.text
    assert "0912345678" not in caplog.text


@pytest.mark.django_db
def test_a_clock_that_is_set_back_stops_no_job(clock: Clock) -> None:
    loop = Loop([_job("a", _one, every=10)], clock=clock)
    assert loop.turn() == {"a": 1}
    clock.forward(hours=-3)
    assert loop.turn() == {"a": 1}
    assert loop.turn() == {}
    clock.forward(seconds=10)
    assert loop.turn() == {"a": 1}


@pytest.mark.django_db(transaction=True)
def test_what_is_made_up_for_at_a_start_is_made_up_for_when_the_clock_was_set(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    steady = [0.0]
    job = jobs.Job("late", ("late", "late"), _one, None, NIGHTLY, at_start=True)
    loops = [Loop([job], clock=clock, steady=lambda: steady[0]) for _ in range(2)]
    assert [loop.turn() for loop in loops] == [{"late": 1}, {"late": 1}]

    def pass_by(seconds: float, *, noticed: float | None = None) -> list[int]:
        clock.forward(seconds=seconds)
        steady[0] += seconds if noticed is None else noticed
        return [loop.turn()["late"] for loop in loops]

    assert pass_by(60) == [0, 0]
    assert pass_by(5 * 3600, noticed=1) == [1, 1]
    assert pass_by(60) == [0, 0]
    assert pass_by(-5 * 3600, noticed=1) == [1, 1]
    assert caplog.text.count("the clock was set by") == 4


@pytest.mark.django_db
def test_a_long_queue_is_worked_off_in_pieces_and_the_others_have_their_turn(clock: Clock) -> None:
    left = [120]

    def piece(*, now: datetime) -> int:
        done = min(50, left[0])
        left[0] -= done
        return done

    loop = Loop([jobs.Job("queue", ("", ""), piece, 1.0, None, at_once=50), _job("other", _one)], clock=clock)
    assert [loop.turn() for _ in range(4)] == [{"queue": 50, "other": 1}, {"queue": 50}, {"queue": 20}, {}]


@pytest.mark.django_db
def test_a_stop_is_heeded_between_two_jobs(clock: Clock) -> None:
    loop: Loop

    def stop(*, now: datetime) -> int:
        loop.stop()
        return 1

    loop = Loop([_job("first", stop), _job("second", _one)], clock=clock)
    assert loop.turn() == {"first": 1}
    loop.run()
    assert loop.turn() == {}


def test_every_job_file_says_when_and_what() -> None:
    found = jobs.jobs()
    assert [job.name for job in found if not (job.what[0] and job.what[1])] == []
    assert {job.name for job in found} >= {"sequence", "checkpoint", "deliver", "expire"}
    assert [job.name for job in found if job.every is not None and job.every > 60] == []
