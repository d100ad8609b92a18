"""What other rooms do with intake."""

from camket.intake.chat import Proposal, propose
from camket.intake.ordering import Moved, look_at_orders, set_order_status
from camket.intake.receiving import Consent, Received, Sale, receive

__all__ = [
    "Consent",
    "Moved",
    "Proposal",
    "Received",
    "Sale",
    "look_at_orders",
    "propose",
    "receive",
    "set_order_status",
]
