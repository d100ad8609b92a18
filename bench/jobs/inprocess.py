"""A look at three fields and a put of six, beside the bare statements, in one process on one server, in turns."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from bench import people
from bench.bare import Bare
from bench.cpu import Meter
from bench.jobs.world import PURPOSES, WORK, Shop, create, create_many, open_shop
from bench.oracle import Oracle
from camket.base.clock import utc_now
from camket.vault.actions import look, show

_FIRST = 1000
Side = Callable[[int], None]


def _database() -> str:
    found = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def compare(*, database_pid: int | None, count: int, repeats: int) -> dict[str, Any]:
    """Measure both sides of a look and of a put, `repeats` times in turns, `count` operations each."""
    shop = open_shop()
    meter = Meter(database=database_pid)
    oracle = Oracle()
    numbers = range(_FIRST, _FIRST + count)
    subjects = create_many(shop, numbers, people.PUT)
    known = dict(zip(subjects, numbers, strict=True))
    with Bare(_database()) as bare:
        bare.tables()
        bare_subjects = [bare.put(_fields(number), shop.clerk.id) for number in numbers]
        bare_known = dict(zip(bare_subjects, numbers, strict=True))
        sides: dict[str, Side] = {
            "bare look": lambda _: _bare_looks(bare, bare_known, shop, oracle),
            "look": lambda _: _looks(known, shop, oracle),
            "bare put": lambda turn: _bare_puts(bare, _FIRST * 1000 + turn * count, count, shop),
            "put": lambda turn: _puts(_FIRST * 2000 + turn * count, count, shop),
        }
        spent: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
        for turn in range(repeats + 1):
            for name, run in sides.items():
                meter.begin()
                run(turn)
                if turn:  # the first turn warms both sides
                    spent[name].append(asdict(meter.end().per(count)))
    return {"spent": spent, "right": oracle.right, "wrong": oracle.wrong}


def _fields(number: int) -> dict[str, str]:
    found = people.profile(number)
    return {name: found[name] for name in people.PUT}


def _bare_looks(bare: Bare, known: dict[UUID, int], shop: Shop, oracle: Oracle) -> None:
    for subject_id, number in known.items():
        oracle.looked(number, bare.look(subject_id, people.LOOKED, shop.clerk.id))


def _looks(known: dict[UUID, int], shop: Shop, oracle: Oracle) -> None:
    for subject_id, number in known.items():
        seen = look(
            shop_id=shop.id,
            subject_id=subject_id,
            categories=people.LOOKED,
            purpose=PURPOSES[1],
            work=WORK,
            actor=shop.clerk,
            now=utc_now(),
        )
        oracle.looked(number, {value.category: show(value) for value in seen.values})


def _bare_puts(bare: Bare, first: int, count: int, shop: Shop) -> None:
    for number in range(first, first + count):
        bare.put(_fields(number), shop.clerk.id)


def _puts(first: int, count: int, shop: Shop) -> None:
    for number in range(first, first + count):
        create(shop, _fields(number), utc_now())


def profile(*, count: int, what: str) -> dict[str, Any]:
    """Run one side alone, for a profiler: looks or puts."""
    shop = open_shop()
    subjects = create_many(shop, range(_FIRST, _FIRST + count), people.PUT)
    if what == "look":
        _looks(dict(zip(subjects, range(_FIRST, _FIRST + count), strict=True)), shop, Oracle())
    else:
        _puts(_FIRST * 2000, count, shop)
    return {"count": count}
