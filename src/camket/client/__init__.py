"""A typed client for the API of Camket. Stands alone: `pip install camket[client]`, no Django, no other room.

    from camket.client import Camket

    with Camket("https://shop.example", token) as shop:
        taken = shop.intake("purchase", fields=[("name", "Trần Thị Thảo"), ("phone", "0987 654 321")])
        seen = shop.look(taken.subject_id, categories=["phone"], purpose="order", work=taken.work)

Every writing call carries an idempotency key, so that it is done once however often it had to be sent. What goes wrong
is a `CamketError`; a refusal (`DeniedError`) names the clauses that speak and the ledger's entry. See docs/client.md.
"""

from camket.client.calls import Camket
from camket.client.errors import (
    ApiError,
    CamketError,
    ConflictError,
    DeniedError,
    InvalidError,
    NotFoundError,
    ServerError,
    SignatureError,
    TooManyError,
    UnauthorizedError,
    UnreachableError,
)
from camket.client.transport import Patience
from camket.client.webhooks import Event, verify

__all__ = [
    "ApiError",
    "Camket",
    "CamketError",
    "ConflictError",
    "DeniedError",
    "Event",
    "InvalidError",
    "NotFoundError",
    "Patience",
    "ServerError",
    "SignatureError",
    "TooManyError",
    "UnauthorizedError",
    "UnreachableError",
    "verify",
]
