"""A look at three fields and a put of six fields in process, beside the bare statements in one transaction."""

from typing import Any

from bench.cpu import Spent
from bench.ground import ENGINES, Ground
from bench.result import Figure, Result, Table, number

_LIMITS = {"look": (1.5, 1.2), "put": (2.0, 1.3)}
_WHAT = {"look": "look at 3 fields / bare SELECT + INSERT", "put": "put of a 6-field subject / bare INSERTs"}
_MICRO = 1e6


_LOOK = """`look` opens name, phone and email of one person: facts, gate, unseal, ledger entry, durable commit; each
value is compared with the oracle. Bare: one SELECT of the three plain values and one INSERT of an audit row, in one
transaction, by the driver with prepared statements."""
_PUT = """`put` makes a person with six fields in one deed: gate, key, six seals, three look-up digests and the name's
tokens, ledger entry. Bare: INSERT of the person, of six items and of three identifiers (one statement each) and of
one audit row, in one transaction."""


def run(ground: Ground) -> Result:
    """Measure both databases."""
    found = Result()
    found.notes += [_LOOK, _PUT]
    for engine in ENGINES:
        home = ground.home(engine, f"inprocess_{engine}")
        count = 40 if ground.quick else 1500
        told = home.job(
            "inprocess:compare", database_pid=ground.database_pid(engine), count=count, repeats=ground.repeats
        )
        found.wrong += told["wrong"]
        spent = {name: [Spent(**one) for one in turns] for name, turns in told["spent"].items()}
        for name, (reach, aim) in _LIMITS.items():
            pairs = list(zip(spent[name], spent[f"bare {name}"], strict=True))
            found.figures.append(
                Figure(
                    f"{engine}: {_WHAT[name]}",
                    "x",
                    reach,
                    aim,
                    cpu=tuple(ours.cpu / bare.cpu for ours, bare in pairs),
                    wall=tuple(ours.wall / bare.wall for ours, bare in pairs),
                )
            )
        found.tables.append(_table(engine, spent, told))
        ground.remove(home)
    return found


def _table(engine: str, spent: dict[str, list[Spent]], told: dict[str, Any]) -> Table:
    rows = [
        (name, str(turn), number(one.client * _MICRO), number(one.database * _MICRO), number(one.wall * _MICRO))
        for name, turns in spent.items()
        for turn, one in enumerate(turns, 1)
    ]
    title = f"{engine}: µs per operation, turn by turn ({told['right']} looks right, {told['wrong']} wrong)"
    return Table(title, ("what", "turn", "client CPU", "database CPU", "wall"), tuple(rows))
