"""The database server stops, may only be read, or is cut off in the middle of a commit (PostgreSQL)."""

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from campaigns.faults.cluster import Cluster
from campaigns.faults.proxy import Proxy
from tests.faults.rig import Rig, is_clean, new_key

if TYPE_CHECKING:
    from campaigns.faults.calls import Answer


@pytest.fixture
def cluster(rig: Rig) -> Iterator[Cluster]:
    assert rig.machine.cluster is not None
    yield rig.machine.cluster
    rig.start()


@pytest.fixture
def proxy(rig: Rig) -> Proxy:
    assert rig.machine.proxy is not None
    return rig.machine.proxy


def _set(cluster: Cluster, name: str, value: str) -> None:
    with psycopg.connect(cluster.url, autocommit=True, options="-c default_transaction_read_only=off") as connection:
        connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.3)  # sessions hear of it between two statements


def test_a_restart_of_the_database_is_a_short_503_and_loses_nothing(rig: Rig, cluster: Cluster) -> None:
    answers: list[tuple[str, Answer]] = []
    over = threading.Event()

    def customers() -> None:
        while not over.is_set():
            phone = rig.stranger()
            answers.append((phone, rig.order(phone)))
            over.wait(0.02)

    thread = threading.Thread(target=customers)
    thread.start()
    time.sleep(0.4)
    cluster.stop()
    time.sleep(0.3)
    cluster.start()
    back = time.monotonic()
    while [answer.status for _, answer in answers[-3:]] != [201, 201, 201]:
        assert time.monotonic() - back < 10, answers[-1]
        time.sleep(0.05)
    over.set()
    thread.join()

    refused = [answer for _, answer in answers if answer.status != 201]
    assert refused != []
    assert [answer for answer in refused if not is_clean(answer, "database-away", "outcome-unknown")] == []
    certain = [(phone, answer) for phone, answer in answers if answer.code != "outcome-unknown"]
    assert {(rig.known(phone), answer.status) for phone, answer in certain} == {(1, 201), (0, 503)}
    assert rig.holds() == []


def test_a_server_that_may_only_be_read_opens_nothing(rig: Rig, cluster: Cluster) -> None:
    """As after a failover to a standby."""
    order, phone = rig.order(rig.stranger()), rig.stranger()
    _set(cluster, "default_transaction_read_only", "on")
    try:
        assert is_clean(rig.look(order), "database-read-only")
        assert is_clean(rig.order(phone), "database-read-only")
    finally:
        _set(cluster, "default_transaction_read_only", "off")
    assert rig.look(order).status == 200
    assert rig.known(phone) == 0


@pytest.mark.parametrize(("when", "done"), [("before", 0), ("after", 1)])
def test_a_commit_that_is_cut_off_is_said_to_be_unknown_and_repeated_once(
    rig: Rig, proxy: Proxy, when: str, done: int
) -> None:
    phone, key, cuts = rig.stranger(), new_key(), proxy.cuts
    rig.machine.product.kill("work")  # the next commit is to be the server's
    assert rig.order(rig.stranger(), key=new_key()).status == 201
    proxy.arm(when)  # type: ignore[arg-type]  # the two words of the table above
    cut = rig.order(phone, key=key)
    assert proxy.cuts == cuts + 1
    assert is_clean(cut, "outcome-unknown")
    assert rig.known(phone) == done

    repeated = rig.order(phone, key=key)
    assert (repeated.status, repeated.headers.get("idempotency-replayed")) == (201, "true" if done else None)
    assert rig.known(phone) == 1
    assert rig.holds() == []
    rig.start()
