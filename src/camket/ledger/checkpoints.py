"""Signs what the log says: size and root, in the database and outside it."""

from datetime import datetime

from camket.base.clock import to_ms
from camket.ledger import notes, outside, tree
from camket.ledger.errors import LogCutError
from camket.ledger.models import Checkpoint, Log
from camket.ledger.notes import Statement
from camket.ledger.places import size_of
from camket.ledger.sequencer import hold
from camket.ledger.tiles import Tiles
from camket.store import secrets
from camket.store.db import transaction


def checkpoint(*, shop_id: int, now: datetime) -> str | None:
    """Sign the log as it is and append the note outside; None while the log is empty.

    The database commits first: a note is never outside that the database could roll back. Notes that a crash kept
    from the file are added here. Nothing new to sign gives the last note again. Errors: `NoSuchLogError`;
    `LogCutError` when the log contradicts its notes outside (nothing is signed then).
    """
    with transaction():
        log = hold(shop_id)
        size = size_of(shop_id)
        outer = _outside(log)
        _check(log, size, outer)
        if size and not Checkpoint.objects.filter(shop_id=shop_id, size=size).exists():
            statement = Statement(notes.origin(log.name), size, tree.root(size, Tiles(shop_id).node))
            note = notes.sign(statement, secrets.secret(shop_id, "checkpoint"))
            Checkpoint.objects.create(shop_id=shop_id, size=size, note=note, signed_at=to_ms(now))
    missing = Checkpoint.objects.filter(shop_id=shop_id, size__gt=outer.size if outer else 0).order_by("size")
    if found := list(missing.values_list("note", flat=True)):
        outside.append(log.name, found)
    return latest(shop_id)


def latest(shop_id: int) -> str | None:
    """Give the newest note in the database, if there is one."""
    return Checkpoint.objects.filter(shop_id=shop_id).order_by("-size").values_list("note", flat=True).first()


def _outside(log: Log) -> Statement | None:
    note = outside.last(log.name)
    if note is None:
        return None
    statement = notes.read(note, log.public_key)
    if statement is None or statement.origin != notes.origin(log.name):
        raise LogCutError(log.name)
    return statement


def _check(log: Log, size: int, outer: Statement | None) -> None:
    if outer is None:
        return
    if outer.size > size or tree.root(outer.size, Tiles(log.shop_id).node) != outer.root:
        raise LogCutError(log.name)
