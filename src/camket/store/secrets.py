"""A shop's secrets: made when the shop is opened, wrapped in the database, opened once per process.

Different uses never share a key: a digest of one kind tells nothing about another kind. Only the key of the blind index
has versions that change on a running installation (docs/decisions/key-rotation.md); a process asks for them anew every
few seconds, so that at any moment all processes are within one step of each other.
"""

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from camket.crypto.keyring import Provider
from camket.crypto.seal import aad
from camket.store.errors import ConflictError, SecretMissingError
from camket.store.keys import keyring
from camket.store.models import ShopSecret

Name = Literal["row", "mac", "index", "checkpoint", "tombstone", "token"]
NAMES: tuple[Name, ...] = ("row", "mac", "index", "checkpoint", "tombstone", "token")
# `row` digests of rows · `mac` the writer's mark on entries · `index` blind identifiers and names · `checkpoint` seed
# of the Ed25519 key that signs the log · `tombstone` digests of erased identifiers · `token` digests of codes and keys

# What `state` of a version of the index key says; none: in use.
FILLING: Final = "filling"  # rows are written under both, the old one is complete
TURNING: Final = "turning"  # rows are written under both, the new one is complete too
TRIMMING: Final = "trimming"  # rows are written under the new one, those under the old one go
RETIRED: Final = "retired"  # no row is found by it; tombstones, marks and order numbers still are
# Seconds after which what is known of the versions is asked for again; what is written by older knowledge than MOST_AGE
# is compared with the database first; and a rotation waits longer than that between its steps (SETTLED).
LEASE: Final = 2.0
MOST_AGE: Final = 5.0
SETTLED: Final = 6.0

_FIRST_VERSION = 1
_MOST_OPENED = 4096
_opened: dict[tuple[int, str], bytes] = {}
_index: dict[int, "IndexKeys"] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """The keys of one shop's blind index as they are to be used now.

    `written`: rows are written under each; under the first every row stands. `looked`: rows may be found under these,
    newest first. `held`: all there are, for what outlives a rotation (tombstones, import marks, order numbers); the
    first is that of `written`.
    """

    written: tuple[bytes, ...]
    looked: tuple[bytes, ...]
    held: tuple[bytes, ...]
    read_at: float = field(default=0.0, compare=False)


def fresh(shop_id: int) -> list[ShopSecret]:
    """Make wrapped secrets for a shop that is being opened; the caller inserts them in its deed."""
    ring = keyring()
    return [
        ShopSecret(
            shop_id=shop_id,
            name=name,
            version=_FIRST_VERSION,
            wrapped=ring.wrap(ring.new_key(), _context(shop_id, name, _FIRST_VERSION)),
        )
        for name in NAMES
    ]


def secret(shop_id: int, name: Name) -> bytes:
    """Give the shop's secret of that name, 32 bytes. Errors: `SecretMissingError`, `KeyFileError`.

    Of the index it is the version under which every row stands; rows are written under all of `index_keys().written`.
    """
    if name == "index":
        return index_keys(shop_id).written[0]
    found = _opened.get((shop_id, name))
    return found if found is not None else _open(shop_id, name)


def index_keys(shop_id: int) -> IndexKeys:
    """Give the keys of the shop's blind index, as they were not longer than `LEASE` ago. Errors as `secret`."""
    found = _index.get(shop_id)
    if found is not None and time.monotonic() - found.read_at < LEASE:
        return found
    return _read_index(shop_id)


def require_same(shop_id: int, keys: IndexKeys) -> None:
    """Raise ConflictError where digests were made by what no longer holds. Called in the deed that writes them.

    What is younger than `MOST_AGE` is good: a rotation has not gone on to rely on anything else yet.
    """
    if time.monotonic() - keys.read_at > MOST_AGE and _read_index(shop_id) != keys:
        raise ConflictError


def _read_index(shop_id: int) -> IndexKeys:
    at = time.monotonic()
    rows = list(ShopSecret.objects.filter(shop_id=shop_id, name="index").order_by("-version"))
    if not rows:
        raise SecretMissingError("index")
    keys = replace(_arranged(rows), read_at=at)
    with _lock:
        _index[shop_id] = keys
    return keys


def _arranged(rows: list[ShopSecret]) -> IndexKeys:
    """Say what each version is for, newest first.

    A restore may have brought the data of before a rotation and the keys of after it: the newest version that is known
    counts as live then, whatever it says of itself, and in a rotation the one before it.
    """
    opened = [(row.state, unwrapped(row)) for row in rows]
    step = opened[0][0]
    live = [key for state, key in opened if state != RETIRED] or [opened[0][1]]
    if step in {FILLING, TURNING, TRIMMING} and len(live) == 1:
        live += [key for _, key in opened[1:2]]
    written = {FILLING: (live[-1], live[0]), TURNING: (live[0], live[-1])}.get(step or "", (live[0],))
    rest = tuple(key for _, key in opened if key != written[0])
    return IndexKeys(written, tuple(live), (written[0], *rest))


def unwrapped(row: ShopSecret) -> bytes:
    """Open one version of a secret. Errors: `KeyFileError`, `SealError`."""
    return keyring().unwrap(row.wrapped, context(row))


def next_version(newest: ShopSecret) -> ShopSecret:
    """Make a new version of a secret, not stored yet."""
    ring = keyring()
    row = ShopSecret(shop_id=newest.shop_id, name=newest.name, version=newest.version + 1)
    row.wrapped = ring.wrap(ring.new_key(), context(row))
    return row


def context(row: ShopSecret) -> bytes:
    """Say what a wrapped secret is bound to."""
    return _context(row.shop_id, row.name, row.version)


def open_all(provider: Provider) -> int:
    """Try a provider on every secret in the database; how many it opens. Errors: `KeyFileError`, `SealError`."""
    count = 0
    for row in ShopSecret.objects.order_by("shop_id", "name").iterator(chunk_size=500):
        provider.unwrap(row.wrapped, _context(row.shop_id, row.name, row.version))
        count += 1
    return count


def forget(shop_id: int | None = None) -> None:
    """Drop opened secrets: of a shop whose opening was rolled back, or all (in tests, when the database is emptied)."""
    with _lock:
        for place in [place for place in _opened if shop_id is None or place[0] == shop_id]:
            del _opened[place]
        for known in [known for known in _index if shop_id in {None, known}]:
            del _index[known]


def _open(shop_id: int, name: Name) -> bytes:
    row = ShopSecret.objects.filter(shop_id=shop_id, name=name).order_by("-version").first()
    if row is None:
        raise SecretMissingError(name)
    key = keyring().unwrap(row.wrapped, _context(shop_id, name, row.version))
    with _lock:
        if len(_opened) >= _MOST_OPENED:
            _opened.clear()
        _opened[shop_id, name] = key
    return key


def _context(shop_id: int, name: str, version: int) -> bytes:
    return aad("shop-secret", shop_id, name, version)
