from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from camket.api.answers import answers
from camket.api.errors import not_found
from camket.api.fields import Out
from camket.api.keys import holder
from camket.ledger import notes
from camket.ledger.checkpoints import latest
from camket.ledger.models import Entry, Log
from camket.ledger.receipts import receipt

router = Router(tags=["ledger"])


class EntryReceiptOut(Out):
    """Proof that an entry is in the signed log; `camket ledger receipt` and the verifier check it without us."""

    camket_receipt: int
    entry_id: UUID
    seq: int
    digest: str
    proof: list[str]
    checkpoint: str
    key: str


@router.get(
    "entries/{uuid:entry_id}/receipt",
    response=answers(EntryReceiptOut, 404),
    summary="Lấy biên nhận của một dòng sổ · Get the receipt of an entry",
    operation_id="entry_receipt",
)
def entry_receipt(request: HttpRequest, entry_id: UUID) -> dict[str, Any]:
    """Give the inclusion proof of an entry of this shop's log. Just written entries are signed within a minute."""
    if not Entry.objects.filter(id=entry_id, shop_id=holder(request).shop_id).exists():
        raise not_found()
    return receipt(entry_id)


class CheckpointOut(Out):
    """The newest signed note of the shop's log and the key that checks it."""

    checkpoint: str
    key: str


@router.get(
    "ledger/checkpoint",
    response=answers(CheckpointOut, 404),
    summary="Lấy mốc sổ cái đã ký · Get the signed checkpoint",
    operation_id="checkpoint",
)
def checkpoint(request: HttpRequest) -> CheckpointOut:
    """Give the newest checkpoint; keep it, and the log can never be cut or rewritten unnoticed."""
    shop_id = holder(request).shop_id
    log = Log.objects.filter(shop_id=shop_id).first()
    note = latest(shop_id)
    if log is None or note is None:
        raise not_found()
    return CheckpointOut(checkpoint=note, key=notes.verifier_key(log.name, log.public_key))
