"""Which HTTP status an error of the rooms below becomes: by its `code`, the word that is stable for machines."""

from typing import Final
from uuid import UUID

from camket.api.errors import DoorError, Verdict
from camket.base.errors import CamketError
from camket.policy import Verdict as Answered
from camket.shops.errors import NotAllowedError
from camket.store.errors import UnavailableError
from camket.vault.errors import RefusedError

BAD_REQUEST: Final = 400
UNAVAILABLE: Final = 503
# Anything else that a caller can mend is 422: the request was understood and cannot be done as asked.
_BY_CODE: Final = {
    "denied": 403,
    "gap": 403,
    "not_allowed": 403,
    "public_join": 403,
    "not_found": 404,
    "conflict": 409,
    "no-such-entry": 404,
    "no-such-log": 404,
    "contact_taken": 409,
    "contact_ambiguous": 409,
    "erased": 409,
    "too_many_codes": 429,
    "idempotency.in_flight": 409,
    "idempotency.other_request": 422,
}


def of(error: CamketError) -> int:
    """Give the status that an error leaves with."""
    if isinstance(error, UnavailableError):
        return UNAVAILABLE
    return error.status if isinstance(error, DoorError) else _BY_CODE.get(error.code, 422)


def verdict_and_entry(error: CamketError) -> tuple[Verdict | None, UUID | None]:
    """Tell what the gate said and where the ledger keeps the refusal; nothing for any other error."""
    if isinstance(error, NotAllowedError):
        return "deny", error.entry_id
    if not isinstance(error, RefusedError):
        return None, None
    return ("gap" if error.verdict is Answered.GAP else "deny"), error.entry_id


def retry_after(error: CamketError) -> int | None:
    """Give the seconds after which trying again makes sense, where the room says so."""
    seconds: int | None = getattr(error, "retry_after", None)
    return seconds
