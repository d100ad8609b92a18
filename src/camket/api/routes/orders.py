from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from camket.api import paging
from camket.api.answers import BODY, GATED, answers
from camket.api.fields import In, OnBehalf, Out, Purpose, Work
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.api.paging import Cursor, Limit
from camket.base.clock import from_ms, utc_now
from camket.intake import actions as intake
from camket.intake.models import Order

router = Router(tags=["orders"])
Status = Literal["placed", "confirmed", "shipped", "completed", "cancelled", "returned"]
Known = Literal["placed", "confirmed", "shipped", "completed", "cancelled", "returned", "unknown"]


class OrdersIn(In):
    """Why the orders are looked at, and for which piece of work."""

    purpose: Purpose
    work: Work
    limit: Limit = 50
    after: Cursor | None = None


class OrderOut(Out):
    """Dates and numbers of one order; what was bought, by whom and to where stands sealed (`look` with its group)."""

    order_id: UUID
    status: str
    source: str
    channel: str
    outlet: str
    placed_on: str
    lines: int
    total: int | None
    legacy: str
    ended_at: str | None


class OrdersOut(Out):
    """Orders of the customer, newest first; `next` asks for those after them, null when these are the last."""

    orders: list[OrderOut]
    next: str | None


@router.post(
    "subjects/{uuid:subject_id}/orders",
    response=answers(OrdersOut, *BODY, *GATED),
    summary="Xem các đơn hàng của một khách hàng · List a customer's orders",
    operation_id="orders",
)
def orders(request: HttpRequest, subject_id: UUID, data: OrdersIn, on_behalf: OnBehalf = None) -> OrdersOut:
    """List the orders of one person; the policy has to let this person of the staff read an order for the purpose."""
    key = holder(request)
    last = paging.read(data.after) if data.after else None
    # One more than asked for tells whether another page follows; it is shown to nobody before it is asked for.
    found = intake.look_at_orders(
        shop_id=key.shop_id,
        subject_id=subject_id,
        purpose=data.purpose,
        work=data.work,
        actor=acting(request, on_behalf),
        now=utc_now(),
        after=(paging.day_of(last), last[1]) if last else None,
        limit=data.limit + 1,
    )
    shown, following = paging.page(found, data.limit, lambda order: paging.by_day(order.placed_on, order.id))
    return OrdersOut(orders=[_shown(order) for order in shown], next=following)


def _shown(order: Order) -> OrderOut:
    return OrderOut(
        order_id=order.id,
        status=order.status,
        source=order.source,
        channel=order.channel,
        outlet=order.outlet,
        placed_on=order.placed_on.isoformat(),
        lines=order.lines,
        total=order.total,
        legacy=order.legacy,
        ended_at=from_ms(order.ended_at).isoformat() if order.ended_at is not None else None,
    )


class StatusIn(In):
    """Where the order goes; `was` is where the caller saw it: 409 when somebody moved it meanwhile."""

    status: Status
    was: Known | None = None
    work: Work | None = None


class StatusOut(Out):
    """Where the order is now, and how many of its values have an end since."""

    status: str
    dated: int
    entry: UUID


@router.post(
    "subjects/{uuid:subject_id}/orders/{uuid:order_id}/status",
    response=answers(StatusOut, *BODY, *GATED, 409),
    summary="Chuyển trạng thái đơn hàng · Move an order on",
    operation_id="set_order_status",
)
@repeatable
def move(
    request: HttpRequest, subject_id: UUID, order_id: UUID, data: StatusIn, on_behalf: OnBehalf = None
) -> StatusOut:
    """Move an order on, for purpose `order` and, unless `work` says otherwise, the order's own piece of work."""
    key = holder(request)
    moved = intake.set_order_status(
        shop_id=key.shop_id,
        subject_id=subject_id,
        order_id=order_id,
        status=data.status,
        was=data.was,
        work=data.work,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return StatusOut(status=moved.status, dated=moved.dated, entry=moved.entry_id)
