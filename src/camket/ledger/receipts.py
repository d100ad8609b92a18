"""Receipts: proof for a customer that an entry is in the signed log, checkable without us (verifier.py).

Where the entry is a bulk deed, the receipt of a member proves two things: that the entry is in the log, and that the
member is in the root which the entry states.
"""

import base64
from typing import Any
from uuid import UUID

from camket.ledger import entry, groups, members, notes, places, tree
from camket.ledger.checkpoints import latest
from camket.ledger.errors import NoSuchEntryError
from camket.ledger.models import Entry, EntrySubject, Log
from camket.ledger.tiles import Tiles


def receipt(entry_id: UUID, *, with_entry: bool = False, member: UUID | None = None) -> dict[str, Any]:
    """Make a self-contained receipt of a signed entry, as JSON values.

    The entry itself (who, what for; references only) is included on demand: its digest suffices for the proof. With
    `member` it is included always, for it holds the root of the members. The other members are not named.
    Errors: `NoSuchEntryError`, also while the entry waits to be signed and where `member` is not one of it.
    """
    found = Entry.objects.filter(id=entry_id).first()
    place = None if found is None else places.place_of(found.shop_id, entry_id.bytes)
    if found is None or place is None:
        raise NoSuchEntryError
    log = Log.objects.get(shop_id=found.shop_id)
    note = latest(log.shop_id)
    statement = notes.read(note, log.public_key) if note else None
    if note is None or statement is None or statement.size <= place:
        raise NoSuchEntryError
    record = entry.record(found.shop_id, found.subject_id.bytes, found.id.bytes, found.body)
    path = tree.inclusion(place, statement.size, Tiles(log.shop_id).node)
    proof = {"member": _membership(found, member)} if member is not None else {}
    return {
        "camket_receipt": 2 if proof else 1,
        "entry_id": str(entry_id),
        "seq": place,
        "digest": tree.leaf(record).hex(),
        "proof": [hashed.hex() for hashed in path],
        "checkpoint": note,
        "key": notes.verifier_key(log.name, log.public_key),
        **({"entry": base64.b64encode(record).decode()} if with_entry or proof else {}),
        **proof,
    }


def _membership(found: Entry, member: UUID) -> dict[str, Any]:
    """Prove that somebody is among the members whose root the entry states."""
    lines = members_of(found)
    index = next((index for index, (subject, _) in enumerate(lines) if subject == member.bytes), None)
    if index is None:
        raise NoSuchEntryError
    leaves = [members.leaf(line) for line in lines]

    def node(height: int, place: int) -> bytes:
        return tree.root_of(leaves[place << height : (place + 1) << height])

    return {
        "subject": str(member),
        "index": index,
        "proof": [hashed.hex() for hashed in tree.inclusion(index, len(leaves), node)],
        **({"rows": base64.b64encode(lines[index][1]).decode()} if lines[index][1] else {}),
    }


def members_of(found: Entry) -> list[members.Line]:
    """Give the members of a bulk deed with what was written for each, sorted as the root was made."""
    rows = EntrySubject.objects.filter(entry_id=found.id, shop_id=found.shop_id).values_list("subject_id", "rows")
    lines = [(subject.bytes, bytes(content or b"")) for subject, content in rows]
    return sorted([*lines, *((subject, b"") for subject in groups.members_of(found.shop_id, found.id))])
