"""How many entries a second the offline verifier checks, on all cores."""

import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

from bench.ground import Ground, Home, JobFailedError
from bench.result import Figure, Result, Table, number

_NOTE: Final = """`camket ledger verify FILE` from start to end, its own start included, on an exported log of copies
of genuine look entries under ids of their own (planted by SQL, then given places and signed as any other). The check
that it can fail: one byte of the export is changed, and the verifier must refuse."""


def run(ground: Ground) -> Result:
    """Plant entries, export the log, verify it, and verify that a changed one is refused."""
    count = 500 if ground.quick else 1_000_000
    home = ground.home("postgresql", "verify")
    home.job("volume:plant_entries", count=count)
    log = home.folder / "log.jsonl"
    home.camket("ledger", "export", "--shop", "bench", "--out", str(log))
    entries = log.read_bytes().count(b"\n")
    cpu, wall = [], []
    for _ in range(ground.repeats):
        used, begun = getrusage(RUSAGE_CHILDREN), time.perf_counter()
        home.camket("ledger", "verify", str(log))
        wall.append(time.perf_counter() - begun)
        after = getrusage(RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime)
    found = Result(notes=[_NOTE.replace("\n", " ")], wrong=int(not _refused(home, log)))
    rates = tuple(entries / one for one in wall)
    found.figures.append(Figure(f"{entries:,} entries verified", "per second", 300_000, 1_000_000, "more", wall=rates))
    rows = tuple((number(one), number(other)) for one, other in zip(cpu, wall, strict=True))
    size = number(log.stat().st_size / entries)
    found.tables.append(Table(f"Seconds; the export has {size} bytes an entry", ("CPU, all cores", "wall"), rows))
    ground.remove(home)
    return found


def _refused(home: Home, log: Path) -> bool:
    """Change one byte of an entry in the middle of the log; tell whether the verifier sees it."""
    lines = log.read_bytes().splitlines(keepends=True)
    middle = bytearray(lines[len(lines) // 2])
    at = middle.index(b'"', len(middle) // 2) - 1
    middle[at] = ord("A") if middle[at] != ord("A") else ord("B")
    lines[len(lines) // 2] = bytes(middle)
    log.write_bytes(b"".join(lines))
    try:
        home.camket("ledger", "verify", str(log))
    except JobFailedError:
        return True
    return False
