"""What other rooms do with the ledger."""

from camket.ledger.checkpoints import checkpoint
from camket.ledger.deeds import Deed, deed, deed_is_open, insert_rows, refuse
from camket.ledger.entry import shop_uuid
from camket.ledger.opening import open_log
from camket.ledger.sequencer import Sequenced, sequence

__all__ = [
    "Deed",
    "Sequenced",
    "checkpoint",
    "deed",
    "deed_is_open",
    "insert_rows",
    "open_log",
    "refuse",
    "sequence",
    "shop_uuid",
]
