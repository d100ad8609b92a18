from datetime import datetime

from camket.base.actor import Actor
from camket.outbox.actions import sweep
from camket.shops.models import Shop
from camket.subjects import codes

WHAT = ("dọn mã dùng một lần và nội dung tin đã hết hạn", "remove one-time codes and words of messages that are over")
CRON = "*/5 * * * *"
ACTOR = Actor.worker("expire")


def run(*, now: datetime) -> int:
    """Remove codes whose time is over and blank what the local page kept of expired messages; how many of both."""
    shops = list(Shop.objects.values_list("id", flat=True))
    return sweep(now=now) + sum(codes.expire(shop_id=shop_id, actor=ACTOR, now=now) for shop_id in shops)
