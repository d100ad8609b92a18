"""Imports every room's models, so that Django finds them under the one label."""

from camket.ledger import models as ledger
from camket.outbox import models as outbox
from camket.store import models as store

__all__ = ["ledger", "outbox", "store"]
