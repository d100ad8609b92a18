"""CPU seconds of processes, as the kernel counts them: our own, a server's, a whole database cluster's."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_UTIME = 11
_CUTIME = 13
_PARENT = 1


def _stat(pid: int) -> list[str] | None:
    """Give the fields of /proc/PID/stat after the name, or nothing when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def children(pid: int) -> list[int]:
    """Name the processes whose parent this is, and theirs."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[_PARENT]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _ticks(pid: int) -> int:
    """Count the ticks of a process and of those of its children that ended and were waited for."""
    fields = _stat(pid)
    return sum(int(one) for one in fields[_UTIME : _CUTIME + 2]) if fields else 0


def of_tree(pid: int) -> float:
    """Give the CPU seconds of a process and all below it, ended ones too."""
    return sum(_ticks(one) for one in (pid, *children(pid))) / _TICK


def resident(pids: Iterable[int]) -> int:
    """Give the greatest resident memory of the processes so far, summed, in bytes."""
    total = 0
    for pid in pids:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    return total


@dataclass(frozen=True, slots=True)
class Spent:
    """What a stretch of work took: CPU seconds of each side, and wall time."""

    wall: float
    client: float = 0.0
    server: float = 0.0
    database: float = 0.0

    @property
    def cpu(self) -> float:
        return self.client + self.server + self.database

    def per(self, count: int) -> "Spent":
        """Give it per operation."""
        return Spent(self.wall / count, self.client / count, self.server / count, self.database / count)


@dataclass(slots=True)
class Meter:
    """Measures stretches: `client` is this process, `server` and `database` the trees below these processes."""

    server: int | None = None
    database: int | None = None
    _start: tuple[float, float, float, float] = field(default=(0.0, 0.0, 0.0, 0.0), init=False)

    def _now(self) -> tuple[float, float, float, float]:
        server = of_tree(self.server) if self.server else 0.0
        database = of_tree(self.database) if self.database else 0.0
        return time.perf_counter(), time.process_time(), server, database

    def begin(self) -> None:
        self._start = self._now()

    def end(self) -> Spent:
        """Give what was spent since `begin`."""
        wall, client, server, database = (now - then for now, then in zip(self._now(), self._start, strict=True))
        return Spent(wall, client, server, database)
