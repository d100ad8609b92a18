"""Messages to people: address and words sealed with the subject's own key until the moment of sending.

The outbox stores the parameters and never opens them; shredding the subject destroys the key and the rows.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import cbor2

from camket.crypto import aad, seal, unseal
from camket.ledger.actions import Deed
from camket.outbox.actions import enqueue, new_id
from camket.outbox.message import Message
from camket.outbox.models import Outbox
from camket.store import canonical
from camket.vault.keys import OUTBOX_CLASS, Keys
from camket.vault.models import ItemKey
from camket.vault.sealing import open_key

_PLACE = "outbox-1"


def queue(
    *,
    subject_id: UUID,
    kind: str,
    channel: str,
    to: str,
    title: str,
    text: str,
    now: datetime,
    within: Deed,
) -> Outbox:
    """Queue a message about one subject in the caller's deed; nothing of it is readable in the database."""
    message_id = new_id(now)
    params = seal_params(
        shop_id=within.shop_id,
        subject_id=subject_id,
        message_id=message_id,
        params={"to": to, "title": title, "text": text},
        now=now,
        within=within,
    )
    return enqueue(within, subject_id=subject_id, kind=kind, channel=channel, params=params, now=now, id=message_id)


def seal_params(
    *, shop_id: int, subject_id: UUID, message_id: UUID, params: Mapping[str, str], now: datetime, within: Deed
) -> bytes:
    """Seal a message's parameters for exactly this row of the outbox, in the deed that queues it."""
    keys = Keys(shop_id=shop_id, subject_id=subject_id, now=now, within=within)
    _, key = keys.take([OUTBOX_CLASS])[OUTBOX_CLASS]
    return seal(key, canonical.dumps(dict(params)), aad(_PLACE, shop_id, subject_id, message_id))


def opened(row: Outbox) -> Message | None:
    """Open a message at the moment of sending (the outbox's `Opener`); nothing when the subject's key is gone."""
    held = ItemKey.objects.filter(subject_id=row.subject_id, shop_id=row.shop_id, retention=OUTBOX_CLASS).first()
    if held is None:
        return None
    key = open_key(
        shop_id=row.shop_id,
        subject_id=row.subject_id,
        key_id=held.id,
        retention=OUTBOX_CLASS,
        wrapped=held.wrapped,
    )
    params = cbor2.loads(unseal(key, row.params, aad(_PLACE, row.shop_id, row.subject_id, row.id)))
    return Message(to=params["to"], title=params["title"], text=params["text"])
