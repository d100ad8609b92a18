"""The API under load: create, look, update, consent, erase at 1, 8 and 32 connections, beside the peer's cells."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench import peer
from bench.calibrate import calibrate
from bench.cpu import of_tree
from bench.ground import ROOT, Engine, Ground, Home, Served
from bench.result import Figure, Result, Table, number, spread

OPS: Final = ("look", "update", "consent", "create", "erase")
CONNECTIONS: Final = (1, 8, 32)
_FIRST: Final = 1000
_FRESH: Final = 20_000_000
_MOST_PER_SECOND: Final = 4000
_SQLITE: Final = {"look": (1000, 2000), "create": (300, 800)}


@dataclass(frozen=True, slots=True)
class Cell:
    """One operation at so many connections on a shop of so many people."""

    engine: Engine
    people: int
    op: str
    connections: int


class Cells:
    """One installation under load, cell by cell."""

    def __init__(self, ground: Ground, home: Home, people: int, seconds: float) -> None:
        self._ground = ground
        self._home = home
        self._people = people
        self._seconds = seconds
        self._fresh = _FRESH
        self._tokens = home.job("load:keys")

    def run(self, served: Served, op: str, connections: int) -> dict[str, Any]:
        """Load one operation at so many connections; count what was answered, what failed and what was ledgered."""
        plan, role = self._home.folder / "plan.json", "director" if op == "erase" else "customer_service"
        most = int(self._seconds * _MOST_PER_SECOND)
        before = self._home.job(
            "load:plan",
            op=op,
            connections=connections,
            count=most,
            fresh=self._fresh,
            target=str(plan),
            port=served.port,
            seconds=self._seconds,
            token=self._tokens[role],
        )["entries"]
        self._fresh += most
        database = self._ground.database_pid(self._home.engine)
        server_cpu, database_cpu = of_tree(served.pid), of_tree(database) if database else 0.0
        command = [sys.executable, "-m", "bench.load", str(plan)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        found["server"] = of_tree(served.pid) - server_cpu
        found["database"] = of_tree(database) - database_cpu if database else 0.0
        plan.write_text(json.dumps(found.pop("entries")))
        after = self._home.job("load:ledgered", file=str(plan))
        found["written"], found["missing"] = after["entries"] - before, after["missing"]
        return found


def _installation(ground: Ground, engine: Engine, people: int) -> Iterator[tuple[Cell, dict[str, Any]]]:
    """Seed an installation, then load every operation in turns."""
    home = ground.home(engine, f"http_{engine}_{people}")
    home.job("load:seed", first=_FIRST, count=people, answers=people > 1000)
    cells = Cells(ground, home, people, 0.4 if ground.quick else 3.0)
    with ground.serve(home) as served:
        for _ in range(ground.repeats):
            for op in OPS:
                for connections in CONNECTIONS if engine == "postgresql" else (8,):
                    yield Cell(engine, people, op, connections), cells.run(served, op, connections)
    ground.remove(home)


def run(ground: Ground) -> Result:
    """Load both databases with few and many people."""
    calibration = calibrate(ground)
    runs: dict[Cell, list[dict[str, Any]]] = {}
    for engine in ("postgresql", "sqlite"):
        for people in (60,) if ground.quick else (1000, 100_000):
            for cell, told in _installation(ground, engine, people):
                runs.setdefault(cell, []).append(told)
    found = Result(notes=list(_NOTES))
    found.wrong = sum(
        one["wrong"] + one["failed"] + one["missing"] + max(0, one["good"] - one["written"])
        for told in runs.values()
        for one in told
    )
    found.notes += [calibration.told(), _PEER.replace("\n", " ")]
    found.figures += _beside_peer(runs, calibration.sync_ms)
    found.figures += _steady(runs)
    found.figures += _sqlite(runs)
    found.tables.append(_table(runs))
    return found


_NOTES = (
    """The load comes from one process (`bench/load.py`) over keep-alive connections; its CPU is in the column `client`.
`camket start` serves (server and worker); the column `server` counts both. Each cell 3 s, so many times in turns.""",
    """`look` finds the person by e-mail and asks for name, phone and email; every value of every answer is compared
with the oracle. `unledgered` counts answered calls without an entry: entries named in answers that the ledger
lacks, and calls answered well beyond the entries written meanwhile (the worker may write some of its own).""",
)


def _table(runs: dict[Cell, list[dict[str, Any]]]) -> Table:
    columns = (
        "database", "people", "operation", "connections", "per second", "p50 ms", "p99 ms", "server ms", "database ms",
        "client ms", "failed", "unledgered", "wrong",
    )  # fmt: skip
    rows = []
    for cell, told in runs.items():
        sides = ("server", "database", "client")
        each = [{name: 1000 * one[name] / max(1, one["good"]) for name in sides} for one in told]
        rows.append(
            (
                *(cell.engine, f"{cell.people:,}", cell.op, str(cell.connections), spread(_rates(told))),
                *(number(1000 * median(one[name] for one in told)) for name in ("p50", "p99")),
                *(number(median(one[name] for one in each)) for name in sides),
                str(sum(one["failed"] for one in told)),
                str(sum(one["missing"] + max(0, one["good"] - one["written"]) for one in told)),
                str(sum(one["wrong"] for one in told)),
            )
        )
    return Table("Cells: CPU in milliseconds per call", columns, tuple(rows))


_PEER = """The peer's cells (bench/peer.py) were taken elsewhere, on a machine of this kind: 2 cores of an AMD EPYC VM,
PostgreSQL 15, fdatasync of 4 KB 0.28 to 0.66 ms; of pgbench and one SELECT over HTTP nothing is known there. Its cells
on disk are drawn to a disk like this one in a straight line of time per request between in memory (0 ms) and on disk
(0.47 ms); where it was not measured on a disk its cell in memory stands, which is harder to beat. CPU is not scaled.
Each figure is our rate by its rate, and its CPU per request (server and database) by ours."""


def _rates(told: list[dict[str, Any]]) -> tuple[float, ...]:
    return tuple(one["good"] / one["wall"] for one in told)


def _cost(told: list[dict[str, Any]]) -> tuple[float, ...]:
    """Give CPU seconds of server and database per thousand calls."""
    return tuple(1000 * (one["server"] + one["database"]) / max(1, one["good"]) for one in told)


def _beside_peer(runs: dict[Cell, list[dict[str, Any]]], sync_ms: float) -> Iterator[Figure]:
    for cell, told in runs.items():
        if cell.engine == "postgresql" and cell.connections > 1:
            bar = peer.bar(cell.people if cell.people in peer.IN_MEMORY else 1000, cell.op, cell.connections, sync_ms)
            yield Figure(
                f"{cell.op}, {cell.people:,} people, {cell.connections} connections / the peer",
                "x",
                1.0,
                2.0,
                "more",
                cpu=tuple(bar.cpu / one for one in _cost(told)),
                wall=tuple(one / bar.per_second for one in _rates(told)),
            )


def _steady(runs: dict[Cell, list[dict[str, Any]]]) -> Iterator[Figure]:
    """Tell whether more connections lose anything, and how long the slowest hundredth waits."""
    for cell, told in runs.items():
        if cell.engine == "postgresql" and cell.connections == 32:
            fewer = runs[Cell(cell.engine, cell.people, cell.op, 8)]
            ratio = tuple(one / other for one, other in zip(_rates(told), _rates(fewer), strict=True))
            what = f"{cell.op}, {cell.people:,} people: rate at 32 connections / at 8"
            yield Figure(what, "x", 1.0, 1.0, "more", wall=ratio)
            waits = tuple(1000 * max(one["p99"], other["p99"]) for one, other in zip(told, fewer, strict=True))
            what = f"{cell.op}, {cell.people:,} people: p99 at 8 and 32 connections"
            yield Figure(what, "ms", 100, 100, wall=waits)


def _sqlite(runs: dict[Cell, list[dict[str, Any]]]) -> Iterator[Figure]:
    for cell, told in runs.items():
        if cell.engine == "sqlite" and cell.op in _SQLITE:
            reach, aim = _SQLITE[cell.op]
            per_second = _rates(told)
            what = f"sqlite, {cell.people:,} people, 8 connections: {cell.op}"
            yield Figure(what, "per second", reach, aim, "more", wall=per_second)
