from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import deed
from camket.outbox import delivering, hooks
from camket.outbox.errors import HookError
from camket.outbox.models import Webhook
from camket.shops import managers
from camket.shops.errors import UnknownError
from camket.store import vouch


@dataclass(frozen=True, slots=True)
class NewHook:
    """A webhook and its secret, which is shown this once."""

    webhook_id: UUID
    secret: str = field(repr=False)


def register_webhook(*, shop_id: int, url: str, events: Sequence[str], actor: Actor, now: datetime) -> NewHook:
    """Tell an address of the shop's own system about these events from now on. A director may.

    Errors: NotAllowedError, HookError.
    """
    managers.require(shop_id=shop_id, actor=actor, now=now)
    hooks.check_url(url)
    named = sorted(set(events))
    hooks.check_events(named)
    with deed(shop_id=shop_id, event="webhook.registered", actor=actor, now=now) as made:
        if len(hooks.live(shop_id)) >= hooks.MOST_HOOKS:
            raise HookError(
                f"mỗi cửa hàng có nhiều nhất {hooks.MOST_HOOKS} địa chỉ nhận tin",
                f"a shop has at most {hooks.MOST_HOOKS} webhooks",
                "gỡ một địa chỉ không dùng nữa",
                "remove one that is not used any more",
                "webhook.too_many",
            )
        hook = Webhook(shop_id=shop_id, id=uuid7(to_ms(now)), url=url, events=named, made_at=to_ms(now))
        made.insert(hook)
        secret = hooks.new_secret(hook, made)
        delivering.begin(shop_id)
        made.detail.update(webhook=hook.id)
    return NewHook(webhook_id=hook.id, secret=secret)


def rotate_webhook(*, shop_id: int, webhook_id: UUID, actor: Actor, now: datetime) -> NewHook:
    """Give a webhook a new secret; the old one signs beside it for three days. A director may."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    hook = _hook(shop_id, webhook_id)
    with deed(shop_id=shop_id, event="webhook.rotated", actor=actor, now=now) as made:
        secret = hooks.new_secret(hook, made)
        made.detail.update(webhook=hook.id)
    return NewHook(webhook_id=hook.id, secret=secret)


def remove_webhook(*, shop_id: int, webhook_id: UUID, actor: Actor, now: datetime) -> None:
    """Send nothing more to an address; what waited for it is dropped. A director may."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    hook = _hook(shop_id, webhook_id)
    with deed(shop_id=shop_id, event="webhook.removed", actor=actor, now=now) as made:
        made.update(hook, removed_at=to_ms(now))
        hooks.drop_secrets(hook, made)
        delivering.forget(shop_id=shop_id, webhook_id=webhook_id)
        made.detail.update(webhook=hook.id)


def retry_webhook(*, shop_id: int, webhook_id: UUID, actor: Actor, now: datetime) -> int:
    """Try once more what could not be delivered to an address; how many. A director may."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    _hook(shop_id, webhook_id)
    return delivering.revive(shop_id=shop_id, webhook_id=webhook_id, now=now)


def _hook(shop_id: int, webhook_id: UUID) -> Webhook:
    found = Webhook.objects.filter(shop_id=shop_id, id=webhook_id, removed_at=None).first()
    if found is None:
        raise UnknownError("địa chỉ nhận tin", "webhook", "webhook_id")
    vouch.require(found)
    return found
