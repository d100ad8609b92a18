"""GDPRbench beside plain PostgreSQL: with no audit row, with one in the operation's transaction, and Camket."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from bench.cpu import Spent, of_tree
from bench.gdpr import LANES, MIXES
from bench.ground import ROOT, Ground, Home
from bench.result import Figure, Result, Table, number, spread

_LOG: Final = 10_000
_SEED: Final = 1
# One connection's operations; p_processor reads 50,000 records in every fifteenth operation.
_OPS: Final = {"p_customer": 10_000, "u_controller": 10_000, "p_regulator": 10_000, "p_processor": 1_000}
_REACH: Final = {"p_processor": (1.5, 1.2)}
SIDES: Final = ("plain", "audited", "camket")
# Camket once more, the look before each correction counted with it.
_REREADING: Final = "camket, rereading"
_CORRECTING: Final = frozenset({"p_customer", "u_controller"})
_START_WITHIN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """One side's run of a mix: what it took per operation, and how many answers were wrong."""

    spent: Spent
    ops: int
    wrong: int
    each: Mapping[str, tuple[int, float]]


def run(ground: Ground) -> Result:
    """Load both sides once, then run each mix on fresh copies of them, the sides in turns."""
    records = 1000 if ground.quick else 100_000
    found = Result(notes=[text.replace("\n", " ") for text in (_SIDES, _MAPPING, _JUSTICE)])
    plain = _plain(ground, records)
    home = ground.home("postgresql", "gdpr")
    log = 1000 if ground.quick else _LOG
    ours = home.job("gdpr:load", records=records, log=log)
    for connections in (1, 2 if ground.quick else LANES):
        for mix in MIXES:
            ops = 60 if ground.quick else _OPS[mix]
            sides = SIDES if connections > 1 or mix not in _CORRECTING else (*SIDES, _REREADING)
            runs: dict[str, list[Run]] = {side: [] for side in sides}
            given = {"records": records, "mix": mix, "ops": ops, "seed": _SEED}
            for _ in range(ground.repeats):
                for side in sides:
                    runs[side].append(_one(ground, home, side, given, connections))
            found.wrong += sum(one.wrong for told in runs.values() for one in told)
            found.figures += _figures(mix, connections, runs)
            found.tables.append(_table(mix, connections, runs))
    found.notes.append(_space(plain, ours))
    ground.remove(home)
    return found


def _plain(ground: Ground, records: int) -> dict[str, Any]:
    database = ground.cluster.create("gdpr_plain")
    told: dict[str, Any] = _client("load", database=database, records=records, log=1000 if ground.quick else _LOG)
    return told


def _client(command: str, **given: Any) -> Any:
    words = [sys.executable, "-m", "bench.gdpr_plain", command, json.dumps(given)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return json.loads(done.stdout)


def _one(ground: Ground, home: Home, side: str, given: Mapping[str, Any], connections: int) -> Run:
    """Run a side on a fresh copy of its loaded database."""
    if side in {"camket", _REREADING}:
        copy = ground.copy(home, "gdpr_run")
        reread = side == _REREADING
        found = _lanes(ground, connections, lambda lane: copy.job("gdpr:run", reread=reread, **given, **lane))
        ground.remove(copy)
        return found
    database = ground.cluster.create("gdpr_plain_run", template="gdpr_plain")
    audit = side == "audited"
    return _lanes(ground, connections, lambda lane: _client("run", database=database, audit=audit, **given, **lane))


def _lanes(ground: Ground, connections: int, start: Callable[[dict[str, Any]], dict[str, Any]]) -> Run:
    """Run the lanes beside each other, all from one moment on; the database's CPU is that of its whole cluster."""
    ground.cluster.checkpoint()
    start_at = time.time() + (_START_WITHIN if connections > 1 else 0.0)
    lanes = [{"lane": lane, "lanes": connections, "start_at": start_at} for lane in range(connections)]
    before = of_tree(ground.cluster.pid)
    with ThreadPoolExecutor(connections) as pool:
        told = list(pool.map(start, lanes))
    database = of_tree(ground.cluster.pid) - before
    ops = sum(one["ops"] for one in told)
    wall = max(one["wall"] for one in told)
    spent = Spent(wall, client=sum(one["client"] for one in told), database=database)
    return Run(spent.per(ops), ops, sum(one["wrong"] for one in told), _each(told))


def _each(told: list[dict[str, Any]]) -> dict[str, tuple[int, float]]:
    found: dict[str, tuple[int, float]] = {}
    for one in told:
        for kind, (count, mean) in one["each"].items():
            there, seconds = found.get(kind, (0, 0.0))
            total = there + count
            found[kind] = (total, (there * seconds + count * mean) / total)
    return found


def _figures(mix: str, connections: int, runs: dict[str, list[Run]]) -> list[Figure]:
    where = "1 connection" if connections == 1 else f"{connections} connections"
    reach, aim = _REACH.get(mix, (1.0, 1.0))
    return [
        _figure(f"{mix}, {where}: Camket / plain with one audit row", runs["camket"], runs["audited"], reach=reach),
        _figure(f"{mix}, {where}: Camket / plain without audit", runs["camket"], runs["plain"], aim=aim),
    ]


def _figure(
    what: str, ours: list[Run], theirs: list[Run], *, reach: float | None = None, aim: float | None = None
) -> Figure:
    pairs = list(zip(ours, theirs, strict=True))
    return Figure(
        what,
        "x",
        reach,
        aim,
        cpu=tuple(one.spent.cpu / other.spent.cpu for one, other in pairs),
        wall=tuple(one.spent.wall / other.spent.wall for one, other in pairs),
    )


def _table(mix: str, connections: int, runs: dict[str, list[Run]]) -> Table:
    columns = ("side", "client CPU µs", "database CPU µs", "wall µs", "operations", "wrong", "ms of each operation")
    rows = []
    for side, told in runs.items():
        each = ", ".join(f"{kind} {1000 * mean:.2f}" for kind, (_, mean) in sorted(told[-1].each.items()))
        rows.append(
            (
                side,
                spread(tuple(1e6 * one.spent.client for one in told)),
                spread(tuple(1e6 * one.spent.database for one in told)),
                spread(tuple(1e6 * one.spent.wall for one in told)),
                f"{told[0].ops:,}",
                str(sum(one.wrong for one in told)),
                each,
            )
        )
    return Table(f"{mix}, {connections} connection{'s' * (connections > 1)}, per operation", columns, tuple(rows))


def _space(plain: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    personal = plain["personal"]
    return (
        f"Space after loading, as a multiple of the personal data ({personal / 1e6:.1f} MB): plain with all metadata "
        f"indexes {number(plain['bytes'] / personal)}, Camket's people, items, keys and look-up rows "
        f"{number(ours['bytes'] / personal)}, all of Camket's tables with the ledger "
        f"{number(ours['everything'] / personal)}."
    )


_SIDES = """Plain: one table, a column and an index for each metadata field, psycopg 3, autocommit; with audit: one
row more per operation, both in one transaction. Camket: the same operations in the same order through its Python
functions in process, on the same server: each value sealed, the gate asked, an entry in the ledger, durable commit,
plaintext delivered. Every answer of every side is compared with the oracle (a record that is not found is a valid
answer). 100,000 records, ten a user, seed 1; each run on a fresh copy of the loaded database. With 8 connections each
client has a lane: the users whose number has its remainder by 8, so that answers stay certain; together they do the
very operations of one connection. p_processor is cut to 1,000 operations, as every fifteenth reads 50,000 records."""
_MAPPING = """Mapping. USR is a person (subject). A record is one sealed value in a group of its own; its nine
metadata fields and its data are the value's text, so each of them is as secret as the data. PUR, OBJ and DEC are the
item's purposes besides (13 words of the list as bits), because records are selected by them: `SELECT DISTINCT
subject_id` on that column (no index) finds the people, `open_many` opens them under one entry. A customer's own
operations are done as the customer (right of access, correction, erasure), the others as a member of the staff.
Deletion by key destroys one value and re-seals the person's other nine under a new key, deletion by user shreds the
person. A metadata field's new value is a correction of the record's text; a new USR is a destruction here and a put
there, two deeds. TTL, ACL, SHR, SRC and CAT are not turned into the shop's rules: there they belong to the policy,
for all records alike."""
_JUSTICE = """What is not alike. For Camket: the client names a record by the ids that it was given (plain looks its
string key up in an index), and it remembers version and text of what it corrects, as a page does that has just shown
them; plain updates one column blindly. The rows `camket, rereading` count the look before each correction too.
Records are selected by person, and no mix that selects changes them. Against Camket: every correction seals ten
values anew under a new key, so that old copies of the row never open again; every operation leaves a durable, MACed
entry; GDPRbench's `verify-deletion` and `get-system-logs` are done on the ledger."""
