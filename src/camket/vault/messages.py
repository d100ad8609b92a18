"""Parameters of messages (address, code, name): sealed with the subject's own key until they are sent.

The outbox stores them and never opens them; shredding the subject destroys the key and the rows.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import cbor2

from camket.base.plain import MASK, Plain
from camket.crypto import aad, seal, unseal
from camket.ledger.actions import Deed
from camket.store import canonical
from camket.vault import opening
from camket.vault.errors import UnknownItemError
from camket.vault.keys import OUTBOX_CLASS, Keys
from camket.vault.models import ItemKey
from camket.vault.sealing import open_key

_PLACE = "outbox-1"


def seal_params(
    *, shop_id: int, subject_id: UUID, kind: str, params: Mapping[str, str], now: datetime, within: Deed
) -> bytes:
    """Seal a message's parameters for one subject and one kind of message, in the deed that queues it."""
    keys = Keys(shop_id=shop_id, subject_id=subject_id, now=now, within=within)
    _, key = keys.take([OUTBOX_CLASS])[OUTBOX_CLASS]
    return seal(key, canonical.dumps(dict(params)), aad(_PLACE, shop_id, subject_id, kind))


def open_params(*, shop_id: int, subject_id: UUID, kind: str, sealed: bytes) -> dict[str, Plain]:
    """Open a message's parameters at the moment of sending. UnknownItemError when the subject's key is gone."""
    row = ItemKey.objects.filter(subject_id=subject_id, shop_id=shop_id, retention=OUTBOX_CLASS).first()
    if row is None:
        raise UnknownItemError
    key = open_key(shop_id=shop_id, subject_id=subject_id, key_id=row.id, retention=OUTBOX_CLASS, wrapped=row.wrapped)
    opened = cbor2.loads(unseal(key, sealed, aad(_PLACE, shop_id, subject_id, kind)))
    return {name: opening.plain_text(text, MASK) for name, text in opened.items()}
