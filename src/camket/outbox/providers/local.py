"""The local page: under `./run` messages are not sent, they are shown on a page of this machine."""

from camket.outbox.message import Message


class LocalPage:
    """Takes every message and stores nothing more: the page opens the sealed parameters of the outbox row itself.

    So a message on the page is erased with its subject, and no second copy of it lies anywhere.
    """

    keeps = True

    def send(self, message: Message, *, reference: str) -> None:
        """Take the message. It was opened all the same, so that what cannot be opened fails here as it would there."""
        message.reveal()
        del reference
