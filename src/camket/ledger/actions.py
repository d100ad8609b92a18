"""What other rooms do with the ledger."""

from camket.ledger.deeds import Deed, deed, deed_is_open, insert_rows, refuse
from camket.ledger.entry import shop_uuid
from camket.ledger.opening import open_log

__all__ = ["Deed", "deed", "deed_is_open", "insert_rows", "open_log", "refuse", "shop_uuid"]
