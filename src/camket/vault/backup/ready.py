"""The check before anything is served: `camket serve`, `camket work`, `./run` and the WSGI application all ask here.

Cheap when there is nothing to do: a row for restores, two rows and the end of a file for each shop, and the lines of
the shred list since the last start.
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings

from camket.base.actor import Actor
from camket.ledger import outside, set_aside
from camket.ledger.errors import LogCutError
from camket.ledger.models import Log
from camket.ledger.places import size_of
from camket.vault import erasure
from camket.vault.backup import agekeys, errors, finishing, gone

_WORKER = Actor.worker("replay")


def make_ready(*, now: datetime) -> int:
    """Destroy aged backup keys and replay the shred list; how many people were shredded again.

    Errors: UnfinishedError when a restore is not finished, or when the database is older than the notes outside it.
    Processes of one installation take turns.
    """
    agekeys.destroy_aged(now)
    with alone():
        if finishing.unfinished() is not None:
            raise errors.unfinished()
        logs = list(Log.objects.order_by("shop_id"))
        require_not_lost(logs)
        places = gone.places()
        for log in logs:
            _require_current(log, places.get(log.shop_id, 0))
        return erasure.replay_shred_list(actor=_WORKER, now=now)


def require_not_lost(logs: Sequence[Log] = ()) -> None:
    """Raise UnfinishedError when there is no log in the database but notes of logs stand outside; reads files only."""
    if not logs and outside.names():
        raise errors.lost()


def _require_current(log: Log, read_to: int) -> None:
    size = size_of(log.shop_id)
    try:
        if set_aside.size_outside(log) > size or read_to > size:
            raise errors.behind(log.name)
    except LogCutError as error:
        raise errors.behind(log.name) from error


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of restores and replays; the system lets go of it when the process ends, however it ends."""
    with (Path(settings.HOME) / "restore.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
