"""Bytes that a look adds to the ledger, with its indexes; and a bulk look per person."""

from typing import Final

from bench.ground import ENGINES, Ground
from bench.result import Figure, Result, Table, number

_NOTE: Final = """Every table is measured before and after, with its indexes, once all entries have their place in the
log and a checkpoint is signed: what grew is the ledger and nothing else. On SQLite it is the file. Bytes know no CPU;
they stand in the column of wall time."""


def run(ground: Ground) -> Result:
    """Look at three fields one by one, then at everybody's in bulk."""
    looks, bulk, times = (200, 50, 2) if ground.quick else (20_000, 2000, 10)
    found = Result(notes=[_NOTE.replace("\n", " ")])
    for engine in ENGINES:
        home = ground.home(engine, f"growth_{engine}")
        told = home.job("volume:growth", looks=looks, bulk=bulk, times=times)
        found.wrong += told["wrong"]
        each, per_person = sum(told["look"].values()) / looks, sum(told["bulk"].values()) / (bulk * times)
        found.figures += [
            Figure(f"{engine}: look at 3 fields", "bytes", 400, 200, wall=(each,)),
            Figure(f"{engine}: bulk look, per person", "bytes", 80, 48, wall=(per_person,)),
        ]
        rows = [(name, number(size / looks), "") for name, size in told["look"].items()]
        rows += [(name, "", number(size / (bulk * times))) for name, size in told["bulk"].items()]
        title = f"{engine}: bytes by table ({looks:,} looks; {times} bulk looks at {bulk:,} people)"
        found.tables.append(Table(title, ("table", "a look", "a person of a bulk look"), tuple(rows)))
        ground.remove(home)
    return found
