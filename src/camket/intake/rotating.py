"""Runs a rotation to its end: the steps of every shop, the waits between them, the pieces of each sweep.

Whatever was done is in the database: a run that was killed is simply started again, and goes on.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from camket.base.actor import Actor
from camket.crypto.errors import KeyFileError
from camket.crypto.providers.live import LOOK_EVERY
from camket.crypto.providers.local import LocalProvider
from camket.intake import renumbering
from camket.store import keys
from camket.store.secrets import FILLING, SETTLED, TRIMMING
from camket.store.settling import settle
from camket.vault import rewrapping, rotation

# Seconds until every process goes by what the database or the key file says now.
WAIT: Final = SETTLED
KEY_WAIT: Final = 2 * LOOK_EVERY


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: the step by name, its shop (0: all), done of all, and values that did not open."""

    step: str
    shop_id: int
    done: int
    all: int
    unopened: int = 0


Tell = Callable[[Progress], None]
Sleep = Callable[[float], None]


def rotate_index(
    *,
    shop_ids: Sequence[int],
    actor: Actor,
    clock: Callable[[], datetime],
    tell: Tell,
    wait: float | None = None,
    sleep: Sleep = time.sleep,
) -> None:
    """Rotate the index keys of shops, all of them step by step together; what is under way goes on instead.

    `wait` (else `WAIT`) is shorter in tests that run in one process. Errors: VaultError `index_taken`, StoreError.
    """
    for shop_id in shop_ids:
        rotation.begin(shop_id=shop_id, actor=actor, now=clock())
    while busy := [shop_id for shop_id in shop_ids if rotation.state(shop_id) is not None]:
        if any(not rotation.is_settled(shop_id) for shop_id in busy):
            settle(WAIT if wait is None else wait, sleep=sleep)
        for shop_id in busy:
            rotation.mark_settled(shop_id=shop_id, actor=actor, now=clock())
        for shop_id in busy:
            step = rotation.state(shop_id)
            if step in {FILLING, TRIMMING}:
                _sweep(shop_id, step or "", actor, clock, tell)
            if step == TRIMMING:
                _renumber(shop_id, actor, clock, tell)
            rotation.advance(shop_id=shop_id, actor=actor, now=clock())


def _sweep(shop_id: int, step: str, actor: Actor, clock: Callable[[], datetime], tell: Tell) -> None:
    done, people = rotation.progress(shop_id)
    unopened = 0
    while (swept := rotation.sweep(shop_id=shop_id, actor=actor, now=clock())).people:
        done += swept.people
        unopened += swept.unopened
        tell(Progress(step, shop_id, done, max(done, people), unopened))


def _renumber(shop_id: int, actor: Actor, clock: Callable[[], datetime], tell: Tell) -> None:
    done, place = renumbering.renumber_some(shop_id=shop_id, actor=actor, now=clock())
    while place is not None:
        tell(Progress("orders", shop_id, done, 0))
        some, place = renumbering.renumber_some(shop_id=shop_id, actor=actor, now=clock(), after=place)
        done += some


def rewrap(
    *,
    shop_ids: Sequence[int],
    actor: Actor,
    clock: Callable[[], datetime],
    tell: Tell,
    wait: float | None = None,
    sleep: Sleep = time.sleep,
) -> LocalProvider:
    """Wrap everything by the version in use, until nothing else is left; then note that the others are retired.

    `shop_ids` are all shops of the installation. The last look comes after every process knows the version and every
    deed that may have wrapped by another one has ended. Gives the key file as it is then. Errors: KeyFileError when
    some rows do not open; everything else has been done then, and nothing is retired.
    """
    settled = False
    while (left := _left()) or not settled:
        if left and not _pass(shop_ids, left, actor, clock, tell) and _left() >= left:
            raise _unopened(left)
        if not left:
            settle(KEY_WAIT if wait is None else wait, sleep=sleep)
            settled = True
    return LocalProvider.change(keys.path(), keys.custody(), lambda held: held.with_retired(clock()))


def _pass(shop_ids: Sequence[int], left: int, actor: Actor, clock: Callable[[], datetime], tell: Tell) -> int:
    done = rewrapping.rewrap_backups()
    for shop_id in shop_ids:
        done += rewrapping.rewrap_secrets(shop_id=shop_id, actor=actor, now=clock())
        place: rewrapping.Place | None = rewrapping.FIRST
        while place is not None:
            count, place = rewrapping.rewrap_some(shop_id=shop_id, actor=actor, now=clock(), after=place)
            done += count
            tell(Progress("wrapping", 0, done, max(done, left)))
    return done


def _left() -> int:
    """Count what versions other than the one in use have wrapped."""
    held = keys.live().held
    return sum(found.here for name, found in rewrapping.wrapped(held).items() if name != held.key_id)


def _unopened(left: int) -> KeyFileError:
    return KeyFileError(
        vi=f"{left} khóa trong cơ sở dữ liệu không mở được; mọi khóa khác đã được gói lại",
        en=f"{left} keys in the database do not open; every other one was wrapped anew",
        advice_vi="chạy `camket ledger verify --database` để biết dòng nào bị sửa; khóa cũ được giữ lại",
        advice_en="run `camket ledger verify --database` to learn which rows were changed; the old key is kept",
        code="key-rows-unopened",
    )
