"""A shop's log and secrets come into being with the shop, in the deed that creates it."""

from datetime import datetime

from camket.base.clock import to_ms
from camket.ledger import notes
from camket.ledger.deeds import Deed
from camket.ledger.models import Log
from camket.store import secrets


def open_log(deed: Deed, *, name: str, now: datetime) -> Log:
    """Insert the secrets and the log of the deed's shop. First thing in a deed that creates a shop.

    `name` (the shop's slug) also names the checkpoint file and the log's origin, so it never changes.
    """
    deed.insert_many(secrets.fresh(deed.shop_id))
    seed = secrets.secret(deed.shop_id, "checkpoint")
    log = Log(shop_id=deed.shop_id, name=name, public_key=notes.public_key(seed), opened_at=to_ms(now))
    return deed.insert(log)
