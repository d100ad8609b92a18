"""Who carries messages. A new carrier is a file in `providers/` with a class of this shape."""

from typing import Protocol

from camket.outbox.message import Message


class Provider(Protocol):
    """Carries messages of one channel.

    `send` returns when the message was taken, and raises `SendError` when it was not. It may be called again with the
    same `reference` after a crash: a carrier that can refuse a repeat is given that reference. `keeps` tells that
    messages stay here to be read (the local page), so their sealed parameters are kept until they expire.
    """

    keeps: bool

    def send(self, message: Message, *, reference: str) -> None: ...
