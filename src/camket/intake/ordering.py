"""How far an order is: staff move it on, and its end starts the periods that count from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import VIETNAM, from_ms, to_ms, vietnam_day
from camket.intake import queries
from camket.intake.errors import IntakeError
from camket.intake.models import STATUSES, Order
from camket.ledger.actions import Deed
from camket.store.errors import ConflictError
from camket.vault.actions import Wish, anchor, granted

# Where an order may go from where it is. One fetched at the counter is never shipped; what a file did not say is open.
MOVES: Final[Mapping[str, tuple[str, ...]]] = {
    "placed": ("confirmed", "cancelled"),
    "confirmed": ("shipped", "completed", "cancelled"),
    "shipped": ("completed", "cancelled", "returned"),
    "completed": ("returned",),
    "cancelled": (),
    "returned": (),
    "unknown": ("placed", "confirmed", "shipped", "completed", "cancelled", "returned"),
}
# An order that is over, as an import counts it too.
OVER: Final = frozenset({"completed", "cancelled", "returned"})
_EVENTS: Final = {"completed": "order.completed", "cancelled": "order.cancelled", "returned": "order.returned"}


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it: `dated` items of the order now have a day on which they end."""

    status: str
    dated: int
    entry_id: UUID


def set_order_status(
    *,
    shop_id: int,
    subject_id: UUID,
    order_id: UUID,
    status: str,
    actor: Actor,
    now: datetime,
    was: str | None = None,
    work: str | None = None,
) -> Moved:
    """Move an order on. The gate is asked for editing an order; `work` is the order itself where it is not named.

    When the order is over, `order_completed` has happened for the items of its group and `last_order` for the person:
    what counts from them gets its end. `was` is the status that the caller saw. Errors: RefusedError, ConflictError
    (somebody moved it meanwhile), IntakeError (unknown order, or a move that an order does not make).
    """
    if status not in STATUSES or status == "unknown":
        raise _no_such_status()
    wish = _wish("edit", order_id, work)
    event = _EVENTS.get(status, "order.changed")
    with granted(shop_id=shop_id, subject_id=subject_id, wish=wish, event=event, actor=actor, now=now) as grant:
        made = grant.deed
        grant.permit.spend(shop_id=shop_id, subject_id=subject_id, categories=frozenset({"order"}))
        order = Order.objects.filter(subject_id=subject_id, id=order_id, shop_id=shop_id).first()
        if order is None:
            raise _unknown_order()
        before = order.status
        if was is not None and was != before:
            raise ConflictError
        if status not in MOVES[before]:
            raise _illegal(before)
        dated = _end(order, made) if status in OVER else 0
        made.update(order, status=status, ended_at=to_ms(now) if status in OVER else order.ended_at)
        made.detail.update(order=order_id, status=status, was=before, dated=dated)
        return Moved(status=status, dated=dated, entry_id=made.entry_id)


def look_at_orders(
    *,
    shop_id: int,
    subject_id: UUID,
    purpose: str,
    work: str | None,
    actor: Actor,
    now: datetime,
    after: tuple[date, UUID] | None = None,
    limit: int | None = None,
) -> list[Order]:
    """Show a person's orders, newest first: dates and numbers, nothing sealed. The gate is asked as for reading one.

    `after` is the day and id of the last one seen, `limit` how many follow it.
    Errors: RefusedError; its entry is committed, as is that of the look.
    """
    wish = Wish(action="read", purpose=purpose, categories=("order",), work=work)
    with granted(
        shop_id=shop_id, subject_id=subject_id, wish=wish, event="order.looked", actor=actor, now=now
    ) as grant:
        grant.permit.spend(shop_id=shop_id, subject_id=subject_id, categories=frozenset({"order"}))
        found = queries.orders(shop_id=shop_id, subject_id=subject_id, after=after, limit=limit)
        grant.deed.detail["orders"] = [order.id for order in found]
    return found


def _wish(action: str, order_id: UUID, work: str | None) -> Wish:
    return Wish(action=action, purpose="order", categories=("order",), work=work or f"order:{order_id}")


def _end(order: Order, made: Deed) -> int:
    """Date what counts from the end of this order, and what counts from the person's last one."""
    shop_id, subject_id = order.shop_id, order.subject_id
    newest = queries.orders(shop_id=shop_id, subject_id=subject_id)[0]
    dated = anchor(
        shop_id=shop_id,
        subject_id=subject_id,
        event="order_completed",
        moment=made.now,
        group=order.id,
        within=made,
    )
    return dated + anchor(
        shop_id=shop_id, subject_id=subject_id, event="last_order", moment=_placed(newest), within=made
    )


def _placed(order: Order) -> datetime:
    """Tell when an order was placed: to the moment where it was taken in on its day, else at noon of it."""
    made = from_ms(order.made_at)
    if vietnam_day(made) == order.placed_on:
        return made
    return datetime.combine(order.placed_on, time(12), VIETNAM).astimezone(UTC)


def _no_such_status() -> IntakeError:
    moves = ", ".join(name for name in STATUSES if name != "unknown")
    return IntakeError(
        "trạng thái này không có trong danh sách",
        "this status is not in the list",
        f"chọn: {moves}",
        f"choose: {moves}",
        "unknown_word",
        field="status",
    )


def _unknown_order() -> IntakeError:
    return IntakeError(
        "không tìm thấy đơn hàng này của khách",
        "the customer has no such order",
        "kiểm tra lại mã đơn",
        "check the order's id",
        "not_found",
        field="order_id",
    )


def _illegal(before: str) -> IntakeError:
    if not MOVES[before]:
        return IntakeError(
            "đơn hàng đã kết thúc",
            "the order is over",
            "ghi một đơn mới nếu cần",
            "record a new one if needed",
            "order_over",
            field="status",
        )
    allowed = ", ".join(MOVES[before])
    return IntakeError(
        f"đơn hàng đang ở trạng thái `{before}`, không chuyển như vậy được",
        f"the order is `{before}` and cannot be moved so",
        f"chọn: {allowed}",
        f"choose: {allowed}",
        "order_status",
        field="status",
    )
