"""What other rooms do with intake."""

from camket.intake.chat import Proposal, propose
from camket.intake.receiving import Consent, Received, Sale, receive

__all__ = ["Consent", "Proposal", "Received", "Sale", "propose", "receive"]
