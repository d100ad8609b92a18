"""What a restored database owes before it serves: its ledger, the notes outside, the erased, the destroyed keys.

Every step can be repeated: a restore that was interrupted goes on from the row in `camket_restore`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger import actions as ledger
from camket.ledger import set_aside
from camket.ledger.models import Entry, Log
from camket.ledger.places import size_of
from camket.ledger.queries import read_entry
from camket.vault import erasure
from camket.vault.backup import errors, gone, reconciling, renewing
from camket.vault.backup.making import Told
from camket.vault.backup.models import Restore

ACTOR = Actor(kind="owner")
EVENT = "installation.restored"


@dataclass(frozen=True, slots=True)
class Finished:
    """What was done after the rows were there."""

    shops: int
    shredded: int
    set_aside: int
    keys: int
    lost: int


def unfinished() -> Restore | None:
    """Give the restore that is not finished, if there is one."""
    return Restore.objects.filter(done_at=None).order_by("begun_at").first()


def adopt(*, now: datetime) -> Restore:
    """Take an older copy that was put back by other means for what it is. Errors: BackupError when it is not ours."""
    for log in Log.objects.order_by("shop_id"):
        if not set_aside.agrees(log):
            raise errors.not_ours(log.name)
    at = to_ms(now)
    row = Restore(id=uuid7(at), data=b"", keys=b"", data_at=at, keys_at=at, begun_at=at)
    row.save(force_insert=True)
    return row


def finish(row: Restore, *, now: datetime, told: Told) -> Finished:
    """Record the restore in every shop's log, move the notes that are beyond it aside, and replay what was erased."""
    moved = 0
    logs = list(Log.objects.order_by("shop_id"))
    for log in logs:
        said = _recorded(log, row) or _record(log, row, now)
        moved += set_aside.move(log, int(said["size"]), f"set-aside-{row.id.hex[-8:]}") is not None
        told("log", log.shop_id)
        gone.start_again(log.shop_id, int(said["size"]))
    told("reconciling", 0)
    lost = reconciling.reconcile(row, actor=ACTOR, now=now) if row.keys != row.data else 0
    told("erasing again", lost)
    again = erasure.replay_shred_list(actor=ACTOR, now=now, whole=True)
    told("destroying again", again)
    keys = renewing.destroy_again(actor=ACTOR, now=now)
    # Signed only when nothing is left to be done again: a new note must not be taken for one that is to move aside.
    Restore.objects.filter(id=row.id).update(done_at=to_ms(now))
    for log in logs:
        ledger.sequence(shop_id=log.shop_id, now=now, full=True)
        ledger.checkpoint(shop_id=log.shop_id, now=now)
    return Finished(len(logs), again, moved, keys, lost)


def _recorded(log: Log, row: Restore) -> dict[str, Any] | None:
    """Find what an earlier try of this restore wrote into the log."""
    since = UUID(int=row.begun_at << 80)
    for found in Entry.objects.filter(subject_id=ledger.shop_uuid(log.shop_id), id__gte=since):
        said = read_entry(found)
        if said.event == EVENT and said.detail.get("restore") == row.id.bytes:
            return said.detail
    return None


def _record(log: Log, row: Restore, now: datetime) -> dict[str, Any]:
    size = size_of(log.shop_id)
    aside = set_aside.beyond(log, size)
    with ledger.deed(shop_id=log.shop_id, event=EVENT, actor=ACTOR, now=now) as made:
        made.detail.update(restore=row.id.bytes, data=row.data, keys=row.keys, data_at=row.data_at, size=size)
        if row.keys != row.data:
            made.detail.update(keys_at=row.keys_at)
        if aside is not None:
            made.detail.update(notes=aside.notes, last_size=aside.size, last_root=aside.root, notes_digest=aside.digest)
        return dict(made.detail)
