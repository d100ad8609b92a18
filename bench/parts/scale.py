"""What a look, a create and a consent cost in CPU among a million people, against among a thousand; WAL per create."""

from statistics import median
from typing import Any, Final

from bench.ground import Ground, Home
from bench.result import Figure, Result, Table, spread

_NOTE: Final = """A thousand real people, spread over a year of ids, stand alone and among planted ones: rows of the
same size made by SQL (person, key, three items, two identifiers), so that tables and indexes are as large as with
that many people; only the real ones are looked at, every value compared with the oracle. WAL per create is counted
after a checkpoint, full page images included, and once more when every page has been written since."""


def run(ground: Ground) -> Result:
    """Measure among few and among many, in turns on one server."""
    many, count = (2000, 40) if ground.quick else (1_000_000, 1500)
    homes = {"few": ground.home("postgresql", "scale_few"), "many": ground.home("postgresql", "scale_many")}
    homes["few"].job("volume:plant_people", count=0)
    homes["many"].job("volume:plant_people", count=many)
    found = Result(notes=[_NOTE.replace("\n", " ")])
    spent: dict[str, dict[str, list[float]]] = {"few": {}, "many": {}}
    for turn in range(ground.repeats):
        for name, home in homes.items():
            told = _among(ground, home, count, turn)
            found.wrong += told["wrong"]
            for what, values in told["spent"].items():
                spent[name].setdefault(what, []).append(median(values))
    for what in ("look", "create", "consent"):
        ratios = tuple(large / small for large, small in zip(spent["many"][what], spent["few"][what], strict=True))
        found.figures.append(Figure(f"CPU per {what}: {many:,} people / 1,000", "x", 1.3, 1.1, cpu=ratios))
    first, later = _wal(ground, homes["many"], count)
    found.figures.append(Figure("WAL per create, pages written before", "KB", 12, 6, wall=(later / 1024,)))
    found.figures.append(Figure("WAL per create, just after a checkpoint", "KB", None, None, wall=(first / 1024,)))
    rows = [
        (what, *(spread(tuple(1e6 * one for one in spent[name][what])) for name in ("few", "many")))
        for what in ("look", "create", "consent")
    ]
    found.tables.append(Table("CPU per operation, µs", ("what", "among 1,000", f"among {many:,}"), tuple(rows)))
    for home in homes.values():
        ground.remove(home)
    return found


def _among(ground: Ground, home: Home, count: int, turn: int) -> dict[str, Any]:
    fresh = 30_000_000 + turn * 4 * count
    told: dict[str, Any] = home.job(
        "volume:among", database_pid=ground.cluster.pid, count=count, fresh=fresh, repeats=1
    )
    return told


def _wal(ground: Ground, home: Home, count: int) -> tuple[float, float]:
    """Give bytes of WAL per create: just after a checkpoint, and after as many creates again."""
    ground.cluster.checkpoint()
    found = []
    for turn in range(2):
        before = ground.cluster.position()
        home.job("volume:creates", count=count, fresh=40_000_000 + turn * count)
        found.append((ground.cluster.position() - before) / count)
    return found[0], found[1]
