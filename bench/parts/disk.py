"""Bytes on disk of a person with eight fields and three orders, against the same rows and indexes unsealed."""

from typing import Final

from bench.ground import Ground
from bench.result import Figure, Result, Table, number

_NOTE: Final = """Taken in as orders through intake; then every table is measured with its indexes, after all entries
have their place and VACUUM ANALYZE. Plain: the same rows with values as long as their words instead of sealed bytes,
look-up rows with what is written instead of digests, without `key_id`, and every index but those over keys; no key
table, no ledger."""


def run(ground: Ground) -> Result:
    """Put people in and measure."""
    count = 20 if ground.quick else 3000
    home = ground.home("postgresql", "disk")
    told = home.job("volume:disk", count=count)
    ground.remove(home)
    ours, plain = sum(told["ours"].values()), sum(told["plain"].values())
    found = Result(notes=[_NOTE.replace("\n", " ")])
    figure = Figure("bytes per person / plain rows and indexes", "x", 2.5, 1.5, wall=(ours / plain,))
    found.figures.append(figure)
    names = sorted({*told["ours"], *told["plain"]})
    rows = [
        (name, number(told["ours"].get(name, 0) / count), number(told["plain"].get(name, 0) / count)) for name in names
    ]
    rows.append(("all", number(ours / count), number(plain / count)))
    found.tables.append(Table(f"Bytes per person, {count:,} people", ("table", "Camket", "plain"), tuple(rows)))
    return found
