"""Runs one lane of operations against one side and compares each answer with the oracle, outside the measured time."""

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from bench.gdpr import Answer, Model, Op


class Side(Protocol):
    """What answers operations. It may ask the model what a client knows: the record that it showed before."""

    def do(self, op: Op, model: Model) -> Answer: ...


def drive(side: Side, ops: Iterable[Op], model: Model, *, lane: int, lanes: int, start_at: float) -> dict[str, Any]:
    """Do the operations of one of so many lanes, from a moment of the clock on."""
    mine = [op for op in ops if op.lane % lanes == lane]
    count: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    cpu = wrong = 0.0
    first_wrong: list[str] = []
    time.sleep(max(0.0, start_at - time.time()))
    begun = time.perf_counter()
    for op in mine:
        then, used = time.perf_counter(), time.process_time()
        given = side.do(op, model)
        cpu += time.process_time() - used
        seconds[op.kind] += time.perf_counter() - then
        count[op.kind] += 1
        wanted = model.apply(op)
        if (sorted(given) if isinstance(given, list) else given) != wanted:
            wrong += 1
            first_wrong.append(f"{op.kind} {op.key} {op.field}")
    wall = sum(seconds.values()) if lanes == 1 else time.perf_counter() - begun
    each = {kind: [count[kind], seconds[kind] / count[kind]] for kind in count}
    return {
        "ops": len(mine),
        "client": cpu,
        "wall": wall,
        "wrong": int(wrong),
        "first": first_wrong[:5],
        "each": each,
        "begun": begun,
        "ended": time.perf_counter(),
    }
