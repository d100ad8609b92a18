from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from camket.api import paging
from camket.api.answers import BODY, GATED, answers
from camket.api.fields import In, OnBehalf, Out
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.api.paging import Cursor, Limit
from camket.base.clock import from_ms, utc_now
from camket.outbox import delivering, hooks
from camket.outbox.models import Delivery
from camket.shops import actions as shops
from camket.shops import managers

router = Router(tags=["webhooks"])

Url = Annotated[
    str, Field(min_length=9, max_length=400, pattern=r"^https://[!-~]+$", examples=["https://kho.example/camket"])
]
Event = Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+\.[a-z]+$", examples=["item.changed"])]


class WebhookIn(In):
    """Where to send which events of the ledger; ids and names only are sent, never a value."""

    url: Url
    events: Annotated[list[Event], Field(min_length=1, max_length=80)]


class SecretOut(Out):
    """The webhook, and the secret that signs what it gets: shown this once."""

    webhook_id: UUID
    secret: str


@router.post(
    "webhooks",
    response=answers(SecretOut, *BODY, *GATED, status=201),
    summary="Đăng ký địa chỉ nhận tin · Register a webhook",
    operation_id="register_webhook",
)
@repeatable
def register(request: HttpRequest, data: WebhookIn, on_behalf: OnBehalf = None) -> Status[SecretOut]:
    """Tell an https address of the shop's own system about these events from now on; a director may."""
    made = shops.register_webhook(
        shop_id=holder(request).shop_id,
        url=data.url,
        events=data.events,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return Status(201, SecretOut(webhook_id=made.webhook_id, secret=made.secret))


class WebhookOut(Out):
    """One address and what it is told."""

    webhook_id: UUID
    url: str
    events: list[str]
    since: str


class WebhooksOut(Out):
    """Every address in use; a shop has at most twenty."""

    webhooks: list[WebhookOut]


@router.get(
    "webhooks",
    response=answers(WebhooksOut, 422),
    summary="Xem các địa chỉ nhận tin · List the webhooks",
    operation_id="webhooks",
)
def list_webhooks(request: HttpRequest, on_behalf: OnBehalf = None) -> WebhooksOut:
    """List the addresses in use; a director may."""
    shop_id = holder(request).shop_id
    managers.require(shop_id=shop_id, actor=acting(request, on_behalf), now=utc_now())
    shown = [
        WebhookOut(webhook_id=one.id, url=one.url, events=one.events, since=from_ms(one.made_at).isoformat())
        for one in hooks.live(shop_id)
    ]
    return WebhooksOut(webhooks=shown)


class PlainIn(In):
    """Nothing more is asked for."""


@router.post(
    "webhooks/{uuid:webhook_id}/secret",
    response=answers(SecretOut, *BODY, *GATED),
    summary="Thay khóa ký của địa chỉ nhận tin · Replace a webhook's secret",
    operation_id="rotate_webhook",
)
@repeatable
def rotate(
    request: HttpRequest,
    webhook_id: UUID,
    data: PlainIn,  # noqa: ARG001  # an empty object: every write is JSON
    on_behalf: OnBehalf = None,
) -> SecretOut:
    """Make a new secret; for three days the old one signs beside it. A director may."""
    made = shops.rotate_webhook(
        shop_id=holder(request).shop_id, webhook_id=webhook_id, actor=acting(request, on_behalf), now=utc_now()
    )
    return SecretOut(webhook_id=made.webhook_id, secret=made.secret)


class RemovedOut(Out):
    """Nothing more is sent there."""

    removed: Literal[True] = True


@router.post(
    "webhooks/{uuid:webhook_id}/remove",
    response=answers(RemovedOut, *BODY, *GATED),
    summary="Gỡ địa chỉ nhận tin · Remove a webhook",
    operation_id="remove_webhook",
)
@repeatable
def remove(
    request: HttpRequest,
    webhook_id: UUID,
    data: PlainIn,  # noqa: ARG001  # an empty object: every write is JSON
    on_behalf: OnBehalf = None,
) -> RemovedOut:
    """Send nothing more to an address; what waited for it is dropped. A director may."""
    shops.remove_webhook(
        shop_id=holder(request).shop_id, webhook_id=webhook_id, actor=acting(request, on_behalf), now=utc_now()
    )
    return RemovedOut()


class DeadIn(In):
    """Which page of what could not be delivered."""

    limit: Limit = 50
    after: Cursor | None = None


class DeadOut(Out):
    """One message that was tried eight times, or that the other side does not want; `code` says what it met last."""

    id: UUID
    webhook_id: UUID
    event: str
    entry: UUID
    attempts: int
    code: str
    dead_at: str


class DeadsOut(Out):
    """What could not be delivered within the last thirty days, oldest first."""

    messages: list[DeadOut]
    next: str | None


@router.post(
    "webhooks/dead",
    response=answers(DeadsOut, *BODY),
    summary="Xem tin không gửi được · List what could not be delivered",
    operation_id="dead_messages",
)
def dead(request: HttpRequest, data: DeadIn, on_behalf: OnBehalf = None) -> DeadsOut:
    """List messages that were given up; a director may."""
    shop_id = holder(request).shop_id
    managers.require(shop_id=shop_id, actor=acting(request, on_behalf), now=utc_now())
    last = paging.read(data.after)[1] if data.after else None
    found = delivering.dead(shop_id=shop_id, after=last, limit=data.limit + 1)
    shown, following = paging.page(found, data.limit, lambda row: paging.place(0, row.id))
    return DeadsOut(messages=[_dead(row) for row in shown], next=following)


def _dead(row: Delivery) -> DeadOut:
    return DeadOut(
        id=row.id,
        webhook_id=row.webhook_id,
        event=row.event,
        entry=row.entry_id,
        attempts=row.attempts,
        code=row.code,
        dead_at=from_ms(row.dead_at or 0).isoformat(),
    )


class RetriedOut(Out):
    """How many messages wait to be sent again."""

    messages: int


@router.post(
    "webhooks/{uuid:webhook_id}/retry",
    response=answers(RetriedOut, *BODY, *GATED),
    summary="Gửi lại tin không gửi được · Send again what could not be delivered",
    operation_id="retry_webhook",
)
@repeatable
def retry(
    request: HttpRequest,
    webhook_id: UUID,
    data: PlainIn,  # noqa: ARG001  # an empty object: every write is JSON
    on_behalf: OnBehalf = None,
) -> RetriedOut:
    """Try once more what could not be delivered to an address; a director may."""
    count = shops.retry_webhook(
        shop_id=holder(request).shop_id, webhook_id=webhook_id, actor=acting(request, on_behalf), now=utc_now()
    )
    return RetriedOut(messages=count)
