"""How long a command takes from being typed to its end, Python's own start beside it."""

import subprocess
import sys
import time
from collections.abc import Sequence
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

from bench.ground import ROOT, Ground
from bench.result import Figure, Result, Table, number

_COMMANDS: Final = (
    ("words", ("policy", "words", "--family", "purposes")),
    ("ask", ("policy", "ask", "--shop", "policies/comet.yaml", "--action", "read", "--role", "customer_service")),
    ("check", ("policy", "check", "--shop", "policies/comet.yaml")),
    ("help", ("policy", "--help")),
)
_DONE: Final = {0, 1, 3, 4}


def run(ground: Ground) -> Result:
    """Run each command several times in turns with a Python that does nothing."""
    found = Result(
        notes=["CPU is that of the process, wall from start to end; the interpreter's own start stands beside."]
    )
    turns = 1 if ground.quick else max(ground.repeats, 9)
    taken: dict[str, list[tuple[float, float]]] = {}
    for _ in range(turns):
        taken.setdefault("python -c pass", []).append(_once([sys.executable, "-c", "pass"]))
        for name, words in _COMMANDS:
            taken.setdefault(name, []).append(_once([sys.executable, "-m", "camket.cli", *words]))
    for name, words in _COMMANDS:
        cpu, wall = zip(*taken[name], strict=True)
        found.figures.append(Figure(f"camket {' '.join(words[:2])}", "s", 0.3, 0.15, cpu=cpu, wall=wall))
    rows = tuple(
        (name, *(number(1000 * min(side)) for side in zip(*each, strict=True))) for name, each in taken.items()
    )
    found.tables.append(Table("The quickest of the turns, ms", ("command", "CPU", "wall"), rows))
    return found


def _once(command: Sequence[str]) -> tuple[float, float]:
    used, begun = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    wall, after = time.perf_counter() - begun, getrusage(RUSAGE_CHILDREN)
    if done.returncode not in _DONE:
        raise RuntimeError(done.stderr.decode()[-1000:])
    return after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime, wall
