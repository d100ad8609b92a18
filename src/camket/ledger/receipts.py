"""Receipts: proof for a customer that an entry is in the signed log, checkable without us (verifier.py)."""

import base64
from typing import Any
from uuid import UUID

from camket.ledger import entry, notes, tree
from camket.ledger.checkpoints import latest
from camket.ledger.errors import NoSuchEntryError
from camket.ledger.models import Entry, Log, Position
from camket.ledger.tiles import Tiles


def receipt(entry_id: UUID, *, with_entry: bool = False) -> dict[str, Any]:
    """Make a self-contained receipt of a signed entry, as JSON values.

    The entry itself (who, what for; references only) is included on demand: its digest suffices for the proof.
    Errors: `NoSuchEntryError`, also while the entry waits to be signed.
    """
    found = Entry.objects.filter(id=entry_id).first()
    place = Position.objects.filter(entry_id=entry_id).first()
    if found is None or place is None:
        raise NoSuchEntryError
    log = Log.objects.get(shop_id=place.shop_id)
    note = latest(place.shop_id)
    statement = notes.read(note, log.public_key) if note else None
    if note is None or statement is None or statement.size <= place.seq:
        raise NoSuchEntryError
    record = entry.record(found.shop_id, found.subject_id.bytes, found.id.bytes, found.body)
    path = tree.inclusion(place.seq, statement.size, Tiles(place.shop_id).node)
    return {
        "camket_receipt": 1,
        "entry_id": str(entry_id),
        "seq": place.seq,
        "digest": tree.leaf(record).hex(),
        "proof": [hashed.hex() for hashed in path],
        "checkpoint": note,
        "key": notes.verifier_key(log.name, log.public_key),
        **({"entry": base64.b64encode(record).decode()} if with_entry else {}),
    }
