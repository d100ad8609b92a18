"""Plans for the HTTP load, made inside the installation; and the count of ledger entries afterwards."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from bench import people
from bench.jobs import volume, world
from camket.base.clock import utc_now
from camket.store.db import raw_id, read_id

_WORK = {"purpose": "order", "work": world.WORK}
_SAID = "Tôi đồng ý nhận tin khuyến mãi của cửa hàng qua thư điện tử."
_AT_ONCE = 500


class Call(NamedTuple):
    """One request: whose, where to, and what it says."""

    person: int
    path: str
    body: dict[str, Any]


def seed(*, first: int, count: int, answers: bool) -> dict[str, int]:
    """Put people in, each with an answer about marketing if asked to, and note who is who beside the database."""
    shop = world.open_shop()
    numbers = range(first, first + count)
    made = volume.fill(shop, numbers, people.PROFILE)
    if answers:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")  # for the seeding alone
        for subject_id in made:
            volume.consent(shop, subject_id, utc_now())
    _file().write_text(json.dumps({number: str(subject) for number, subject in zip(numbers, made, strict=True)}))
    return {"people": len(made)}


def keys() -> dict[str, Any]:
    """Issue the keys of the load."""
    return world.keys()


def _file() -> Path:
    return Path(world.home()) / "people.json"


def _known() -> dict[str, str]:
    return json.loads(_file().read_text()) if _file().exists() else {}


def plan(*, op: str, connections: int, count: int, fresh: int, target: str, **given: Any) -> dict[str, int]:
    """Write the plan of one cell: `count` requests, each person on one connection, so that versions are known."""
    calls = list(_PLANS[op](count, fresh, connections))
    lanes: dict[int, int] = {}
    requests = []
    for call in calls:
        lane = lanes.setdefault(call.person, len(lanes) % connections)
        requests.append({"lane": lane, **call._asdict()})
    Path(target).write_text(json.dumps({"op": op, "connections": connections, "requests": requests, **given}))
    return {"requests": len(requests), "entries": entries()}


def _create(count: int, fresh: int, _: int) -> Iterator[Call]:
    for number in range(fresh, fresh + count):
        fields = [{"category": name, "value": value} for name, value in people.profile(number).items()]
        yield Call(number, f"/api/v1/intake/{world.SOURCE}", {"fields": fields})


def _around(count: int) -> Iterator[tuple[int, UUID, int]]:
    """Give people in rounds, far apart from each other: number, id, and how often they came before."""
    known = [(int(number), UUID(subject)) for number, subject in _known().items()]
    step = next(one for one in (7919, 104_729) if len(known) % one)
    for place in range(count):
        number, subject = known[place * step % len(known)]
        yield number, subject, place // len(known)


def _look(count: int, _fresh: int, _: int) -> Iterator[Call]:
    for number, _subject, _round in _around(count):
        by = {"category": "email", "value": people.profile(number)["email"]}
        yield Call(number, "/api/v1/subjects/look", {**by, "categories": list(people.LOOKED), **_WORK})


def _update(count: int, _fresh: int, _: int) -> Iterator[Call]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id, id, version FROM camket_item WHERE category = 'postal_address'")
        items = {read_id(row[0]): (read_id(row[1]), row[2]) for row in cursor.fetchall()}
    for number, subject, times in _around(count):
        item, version = items[subject]
        street = f"{times + version} {people.profile(number)['postal_address'].partition(' ')[2]}"
        path = f"/api/v1/subjects/{subject}/items/{item}/change"
        yield Call(number, path, {"value": street, "version": version + times, **_WORK})


def _consent(count: int, _fresh: int, _: int) -> Iterator[Call]:
    for number, subject, times in _around(count):
        value = "given" if times % 2 == 0 else "refused"
        body = {"purpose": "marketing", "value": value, "how": "form", "text": _SAID, "channel": "email"}
        yield Call(number, f"/api/v1/subjects/{subject}/consents", body)


def _erase(count: int, _fresh: int, _: int) -> Iterator[Call]:
    """Erase those who came last: the seeded people stay for the next repetition."""
    kept = set(_known().values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id FROM camket_subject ORDER BY subject_id DESC LIMIT %s", [count])
        for place, row in enumerate(cursor.fetchall()):
            subject = read_id(row[0])
            if str(subject) not in kept:
                yield Call(-place - 1, f"/api/v1/subjects/{subject}/shred", {"reason": "request"})


_PLANS: dict[str, Callable[[int, int, int], Iterator[Call]]] = {
    "create": _create,
    "look": _look,
    "update": _update,
    "consent": _consent,
    "erase": _erase,
}


def entries() -> int:
    """Count the entries of the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM camket_entry")
        found: int = cursor.fetchone()[0]
    return found


def ledgered(*, file: str) -> dict[str, int]:
    """Count the entries, and those that answers named and that the ledger does not have."""
    named = [UUID(one) for one in json.loads(Path(file).read_text())]
    missing = 0
    with connection.cursor() as cursor:
        for start in range(0, len(named), _AT_ONCE):
            some = named[start : start + _AT_ONCE]
            holes = ", ".join(["%s"] * len(some))
            query = f"SELECT COUNT(*) FROM camket_entry WHERE id IN ({holes})"  # noqa: S608 (holes only)
            cursor.execute(query, [raw_id(one) for one in some])
            missing += len(some) - cursor.fetchone()[0]
    return {"missing": missing, "entries": entries()}
