"""Text messages: what a gateway must offer. Which gateway a shop uses is its own contract; none is built in."""

from typing import Protocol

from camket.outbox.message import Message


class SmsGateway(Protocol):
    """A contract partner's gateway. Raises `SendError`; `number` is E.164 (`+84…`)."""

    def send_text(self, *, number: str, text: str, reference: str) -> None: ...


class Sms:
    """Carries the channel `sms` over a gateway."""

    keeps = False

    def __init__(self, gateway: SmsGateway) -> None:
        self._gateway = gateway

    def send(self, message: Message, *, reference: str) -> None:
        number, _, text = message.reveal()
        self._gateway.send_text(number=number, text=text, reference=reference)
