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
