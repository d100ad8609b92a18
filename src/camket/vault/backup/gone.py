"""The list of destroyed keys outside the database: what an older keys file must not bring back.

Every deed that destroys a key (a correction, a join, a sign-up's end, an erasure in part) says so in its ledger entry.
Here the log is read on, entry by entry, and one marked line written outside for each: shop, subject, the keys, and the
values that ended. No deed waits for it: a worker reads on every second and syncs once for all; a backup reads on first.
What was destroyed in the last second or two before the database was lost is therefore not in the list.

A key in the list does not come back: values that ended go, others of its class are sealed anew under a new key. People
who were erased whole stand in the shred list. Lines older than any keys file can be are left out at times.
"""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.conf import settings

from camket.base.clock import to_ms
from camket.base.durable import sync_folder
from camket.ledger import touched
from camket.ledger.models import Log
from camket.ledger.touched import Did, Touched
from camket.vault import marked
from camket.vault.models import Item, ItemKey

# No keys file lives longer (CAMKET_BACKUP_KEYS_DAYS), and a clock may be wrong by days.
LONGEST: Final = timedelta(days=90 + 7)
# A place is written down at least this often, so that a new worker does not read the log from its beginning.
_FAR: Final = 10_000
_WHOLE: Final = frozenset({"subject.shredded"})
# Deeds over many people that destroy keys: their members have to be looked for.
_IN_BULK: Final = frozenset({"item.shredded"})
# How far this process has read, where that is farther than what is written down.
_passed: dict[tuple[str, int], int] = {}


@dataclass(slots=True)
class _Held:
    """The places that a list gave, and how far it was read for them."""

    file: int
    end: int
    places: dict[int, int]


_held: dict[str, _Held] = {}


class Gone(NamedTuple):
    """Keys of one person that a deed destroyed, and which of the values under them ended with them."""

    shop_id: int
    subject: bytes
    keys: tuple[bytes, ...]
    items: tuple[bytes, ...]
    at: int


def path() -> Path:
    """Tell where the list is: with the checkpoints, in the one folder that must outlive the database."""
    return Path(settings.CAMKET_CHECKPOINTS) / "destroyed.list"


def read_on() -> int:
    """Write what the logs say since the last time; how many lines. Several workers take turns."""
    with _alone():
        held = places()
        shops = list(Log.objects.order_by("shop_id").values_list("shop_id", flat=True))
        return sum(_shop(shop_id, held.get(shop_id, 0)) for shop_id in shops)


def _shop(shop_id: int, noted: int) -> int:
    """Read a shop's log on from its place; the new place is written down with what was found, or when it is far."""
    mark = (str(path()), shop_id)
    place, lines = max(noted, _passed.get(mark, 0)), 0
    while entries := touched.since(shop_id, place):
        place = entries[-1].seq + 1
        found = [_written(one) for one in _destroyed(shop_id, entries)]
        if found or place - noted >= _FAR:
            marked.add(path(), [*found, _place(shop_id, place)])
            noted = place
        lines += len(found)
    _passed[mark] = place
    return lines


def forget() -> None:
    """Drop how far this process has read (in tests, when the database is emptied)."""
    _passed.clear()
    _held.clear()


def places() -> dict[int, int]:
    """Tell, by shop, up to which place of its log the list says everything at the least.

    Asked every second, so only what was added since the last time is read; a pruned list is another file.
    """
    if not path().exists():
        return {}
    told = path().stat()
    held = _held.get(str(path()))
    if held is None or held.file != told.st_ino or held.end > told.st_size:
        held = _Held(told.st_ino, 0, {})
    for said, end in _lines(held.end):
        held.end = end
        if "seq" in said:
            held.places[said["shop"]] = said["seq"]
    _held[str(path())] = held
    return dict(held.places)


def start_again(shop_id: int, place: int) -> None:
    """Note that a shop's log goes on from an earlier place: an older database was put back."""
    with _alone():
        marked.add(path(), [_place(shop_id, place)])
    _passed.pop((str(path()), shop_id), None)


def all_gone() -> Iterator[Gone]:
    """Every line of the list."""
    for said, _ in _lines():
        if "keys" in said:
            yield Gone(
                shop_id=said["shop"],
                subject=bytes.fromhex(said["subject"]),
                keys=tuple(bytes.fromhex(key) for key in said["keys"]),
                items=tuple(bytes.fromhex(item) for item in said["items"]),
                at=said["at"],
            )


def prune(now: datetime) -> int:
    """Leave out the lines that no keys file can be older than; how many."""
    if not path().exists():
        return 0
    oldest = to_ms(now - LONGEST)
    with _alone():
        every = [said for said, _ in _lines()]
        kept = [said for said in every if said.get("at", oldest) >= oldest and "seq" not in said]
        left_out = sum("seq" not in said for said in every) - len(kept)
        if left_out:
            held = [_place(shop_id, place) for shop_id, place in places().items()]
            draft = path().with_name(f".{path().name}.part")
            draft.unlink(missing_ok=True)
            marked.add(draft, [*(marked.line(said) for said in kept), *held])
            draft.replace(path())
            sync_folder(path().parent)
    return left_out


def _destroyed(shop_id: int, entries: Iterable[Did]) -> Iterator[Gone]:
    """Find what destroyed a key without erasing the whole person."""
    bulk = frozenset(did.entry_id for did in entries if did.bulk and did.event in _IN_BULK)
    for did in entries:
        if did.event not in _WHOLE:
            yield from _of(shop_id, did.rows, did)
    if bulk:
        last = max(entries, key=lambda did: did.seq)
        for row_set in _by_subject(touched.member_rows(shop_id, bulk)):
            yield from _of(shop_id, row_set, last)


def _of(shop_id: int, rows: list[Touched], did: Did) -> Iterator[Gone]:
    keys = tuple(row.key[1] for row in rows if row.code == ItemKey.table_code and row.after is None)
    if not keys:
        return
    ended = {row.key[1] for row in rows if row.code == Item.table_code and row.after is None}
    if did.event == "subject.joined":
        ended = set()  # they live on with the person they were joined to
    for corrected in (did.detail.get("item"), *did.detail.get("corrected", ())):
        if isinstance(corrected, bytes):
            ended.add(corrected)
    subject = next(row.subject for row in rows)
    yield Gone(shop_id, subject, keys, tuple(sorted(ended)), int.from_bytes(did.entry_id[:6], "big"))


def _by_subject(rows: Iterable[Touched]) -> Iterator[list[Touched]]:
    for _, found in groupby(rows, key=lambda row: row.subject):
        yield list(found)


def _written(one: Gone) -> str:
    content: dict[str, Any] = {
        "shop": one.shop_id,
        "subject": one.subject.hex(),
        "keys": [key.hex() for key in one.keys],
        "items": [item.hex() for item in one.items],
        "at": one.at,
    }
    return marked.line(content)


def _place(shop_id: int, place: int) -> str:
    return marked.line({"shop": shop_id, "seq": place})


def _lines(start: int = 0) -> Iterator[tuple[dict[str, Any], int]]:
    """Read the list from a place (bytes) on, each line with the place after it. Errors: ListChangedError."""
    if not path().exists():
        return
    with path().open("rb") as file:
        file.seek(start)
        for raw in file:
            start += len(raw)
            said = marked.read(raw, path().name)
            if said is not None:
                yield said, start


@contextmanager
def _alone() -> Iterator[None]:
    with (Path(settings.HOME) / "destroyed.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
