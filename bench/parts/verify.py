"""How many entries a second are verified, on all cores: the logs where they are kept, and an export offline."""

import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

from bench.ground import Ground, Home, JobFailedError
from bench.result import Figure, Result, Table, number

_NOTE: Final = """`camket ledger verify --logs` (entries, MACs, places, tree, checkpoints in the database) and `camket
ledger verify FILE` (an export, without keys and without our code), each from start to end, their own start included.
The entries are genuine ones of looks, written by COPY. The check that it can fail: one byte of the export is changed,
and the verifier must refuse it."""


def run(ground: Ground) -> Result:
    """Write entries, verify them in place and exported, and see that a changed one is refused."""
    count = 500 if ground.quick else 1_000_000
    home = ground.home("postgresql", "verify")
    home.job("volume:plant_entries", count=count)
    log = home.folder / "log.jsonl"
    home.camket("ledger", "export", "--shop", "bench", "--out", str(log))
    entries = log.read_bytes().count(b"\n")
    found = Result(notes=[_NOTE.replace("\n", " ")])
    rows: list[tuple[str, ...]] = []
    for name, words in (("in the database", "--logs"), ("exported", str(log))):
        taken = [_once(home, words) for _ in range(ground.repeats)]
        rates = tuple(entries / wall for _, wall in taken)
        figure = Figure(f"{entries:,} entries {name}", "per second", 300_000, 1_000_000, "more", wall=rates)
        found.figures.append(figure)
        rows += [(name, number(cpu), number(wall)) for cpu, wall in taken]
    size = number(log.stat().st_size / entries)
    title = f"Seconds; the export has {size} bytes an entry"
    found.tables.append(Table(title, ("log", "CPU, all cores", "wall"), tuple(rows)))
    found.wrong = int(not _refused(home, log))
    ground.remove(home)
    return found


def _once(home: Home, words: str) -> tuple[float, float]:
    """Give CPU of all processes and wall time of one verification."""
    used, begun = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    home.camket("ledger", "verify", words)
    wall, after = time.perf_counter() - begun, getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime, wall


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
