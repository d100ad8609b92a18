"""What other rooms do with intake."""

from camket.intake.chat import Proposal, propose
from camket.intake.many import TakenMany, receive_many
from camket.intake.ordering import Moved, look_at_orders, set_order_status
from camket.intake.parcels import Consent, Received, Sale
from camket.intake.receiving import receive
from camket.intake.signing import confirm_sign_up

__all__ = [
    "Consent",
    "Moved",
    "Proposal",
    "Received",
    "Sale",
    "TakenMany",
    "confirm_sign_up",
    "look_at_orders",
    "propose",
    "receive",
    "receive_many",
    "set_order_status",
]
