"""How fast this machine is at what everybody's service does: sync, pgbench, one SELECT over HTTP."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass

from bench.cluster import Cluster, free_port, programs
from bench.cpu import of_tree
from bench.ground import ROOT, Ground
from bench.machine import fdatasync

_CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Calibration:
    """Sync in milliseconds; pgbench and HTTP per second with 8 clients; CPU of an HTTP answer in milliseconds."""

    sync_ms: float
    reads: float
    writes: float
    http: float
    http_server_ms: float
    http_database_ms: float

    def told(self) -> str:
        """Write it as a sentence."""
        return (
            f"Calibration: fdatasync of 4 KB {self.sync_ms:.2f} ms (median of 300); pgbench, 8 clients, prepared: "
            f"{self.reads:,.0f} single SELECTs and {self.writes:,.0f} durable simple updates a second; one SELECT over "
            f"HTTP (granian, 8 connections): {self.http:,.0f} a second, {self.http_server_ms:.2f} ms of server and "
            f"{self.http_database_ms:.2f} ms of database CPU each."
        )


def calibrate(ground: Ground) -> Calibration:
    """Take a few seconds of each."""
    seconds = 1 if ground.quick else 4
    database = ground.cluster.create("pgbench")
    _pgbench(ground.cluster, "-i", "-q", "-s", "2" if ground.quick else "10")
    reads = _rate(_pgbench(ground.cluster, "-S", *_load(seconds)))
    writes = _rate(_pgbench(ground.cluster, "-N", *_load(seconds)))
    http, server, base = _http(ground, database, seconds)
    ground.cluster.drop("pgbench")
    return Calibration(1000 * fdatasync(ground.scratch), reads, writes, http, server, base)


def _load(seconds: int) -> tuple[str, ...]:
    return ("-c", str(_CLIENTS), "-j", "2", "-M", "prepared", "-T", str(seconds))


def _pgbench(cluster: Cluster, *words: str) -> str:
    where = ["-h", "127.0.0.1", "-p", str(cluster.port), "-U", "camket", *words, "pgbench"]
    given = {**os.environ, "PGPASSWORD": cluster.password}
    done = subprocess.run([f"{programs()}/pgbench", *where], env=given, capture_output=True, text=True, check=True)
    return done.stdout


def _rate(told: str) -> float:
    found = re.search(r"tps = ([\d.]+)", told)
    if found is None:
        raise ValueError("pgbench named no rate")
    return float(found[1])


def _http(ground: Ground, database: str, seconds: int) -> tuple[float, float, float]:
    """Serve one SELECT and load it; gives the rate, and CPU per answer of server and database in milliseconds."""
    port, plan = free_port(), ground.scratch / "one.json"
    asks = [
        {"lane": place % _CLIENTS, "person": 0, "path": "/", "body": {"aid": place * 7919 % 100_000 + 1}}
        for place in range(seconds * 6000)
    ]
    given = {"port": port, "seconds": seconds, "token": "-", "op": "one", "connections": _CLIENTS, "requests": asks}
    plan.write_text(json.dumps(given))
    workers = ["--workers", str(os.cpu_count() or 1), "--blocking-threads", "8", "--log-level", "error"]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), *workers]
    environment = {**os.environ, "BENCH_DATABASE": database}
    process = subprocess.Popen([*command, "bench.one_select:application"], cwd=ROOT, env=environment)
    try:
        time.sleep(3)
        server, base = of_tree(process.pid), of_tree(ground.cluster.pid)
        done = subprocess.run(
            [sys.executable, "-m", "bench.load", str(plan)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        told = json.loads(done.stdout)
        server, base = of_tree(process.pid) - server, of_tree(ground.cluster.pid) - base
    finally:
        process.terminate()
        process.wait(20)
    return told["good"] / told["wall"], 1000 * server / told["good"], 1000 * base / told["good"]
