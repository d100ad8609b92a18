"""Processes that are killed, and two workers on one job."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from camket.worker import schedule
from campaigns.faults import calls, processes
from tests.faults.rig import Rig


def _soon(true) -> bool:
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(true())


def test_a_server_whose_first_process_is_killed_lets_go_of_its_port(rig: Rig) -> None:
    first, *others = rig.machine.product.pids("serve")
    assert others != []
    processes.kill([first])
    assert _soon(lambda: not any(processes.alive(pid) for pid in others))
    assert not calls.healthy(rig.machine.product.port)
    rig.machine.product.kill("serve")
    rig.start()
    assert rig.order(rig.stranger()).outcome in {"done", "maybe"}  # the old connection may still be the dead server's
    assert rig.order(rig.stranger()).status == 201


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_a_scheduled_job(now) -> None:
    together = threading.Barrier(4)

    def claim(round_: int) -> bool:
        together.wait()
        try:
            return schedule.claim("nightly", "* * * * *", now + timedelta(minutes=round_))
        finally:
            connection.close()

    for round_ in range(5):
        with ThreadPoolExecutor(4) as workers:
            assert sorted(workers.map(claim, [round_] * 4)) == [False, False, False, True]
