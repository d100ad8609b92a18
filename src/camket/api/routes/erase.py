from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from camket.api.answers import BODY, GATED, answers
from camket.api.fields import In, OnBehalf, Out, Reason
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.base.clock import utc_now
from camket.vault import actions as vault

router = Router(tags=["erase"])


class ShredIn(In):
    """Why, in one word of ours: such as `request`, `period_over` or `no_basis`."""

    reason: Reason


class ShreddedOut(Out):
    """How much was destroyed, the entry that says so, and that nothing was found afterwards."""

    items: int
    keys: int
    rows: int
    entry: UUID
    left: int


@router.post(
    "subjects/{uuid:subject_id}/shred",
    response=answers(ShreddedOut, *BODY, *GATED),
    summary="Xóa một khách hàng · Erase a customer",
    operation_id="shred",
)
@repeatable
def shred(request: HttpRequest, subject_id: UUID, data: ShredIn, on_behalf: OnBehalf = None) -> ShreddedOut:
    """Destroy the keys, remove every row, leave a tombstone, and scan the whole database for what is left."""
    key = holder(request)
    done = vault.shred(
        shop_id=key.shop_id,
        subject_id=subject_id,
        reason=data.reason,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    left = vault.rescan(subject_id=subject_id)
    return ShreddedOut(items=done.items, keys=done.keys, rows=done.rows, entry=done.entry_id, left=len(left))
