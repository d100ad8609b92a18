"""On what it was measured, and how fast that is: for the page, and to scale figures taken elsewhere."""

import os
import platform
import re
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psycopg

from bench.cluster import Cluster
from bench.ground import ROOT


def facts(cluster: Cluster, scratch: Path) -> dict[str, str]:
    """Name the machine and the programs."""
    with psycopg.connect(cluster.url("postgres")) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1])  # type: ignore[index]  # the kernel always says
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain", "src", "bench") else ""),
        "cpu": f"{_cpu()}, {os.cpu_count()} cores",
        "memory": f"{memory // 1024 // 1024 + 1} GB",
        "kernel": platform.release(),
        "disk": _disk(scratch),
        "PostgreSQL": str(row[0]) if row else "?",
        "SQLite": sqlite3.sqlite_version,
        "Python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _cpu() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found[1].strip() if found else platform.machine()


def _disk(folder: Path) -> str:
    """Tell the file system below a folder: in memory, nothing durable could be measured."""
    best = ("", "?")
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if str(folder).startswith(place) and len(place) > len(best[0]):
            best = (place, kind)
    if best[1] in {"tmpfs", "ramfs"}:
        raise RuntimeError(f"{folder} is in memory; set TMPDIR to a folder on disk")
    return best[1]


def fdatasync(folder: Path, times: int = 300) -> float:
    """Give the median seconds of a 4 KB append and its fdatasync."""
    taken = []
    handle = os.open(folder / "sync", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _ in range(times):
            begun = time.perf_counter()
            os.write(handle, b"x" * 4096)
            os.fdatasync(handle)
            taken.append(time.perf_counter() - begun)
    finally:
        os.close(handle)
        (folder / "sync").unlink()
    return median(taken)
