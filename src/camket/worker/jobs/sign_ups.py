from datetime import datetime

from camket.base.actor import Actor
from camket.shops.queries import shops
from camket.vault import signups

WHAT = ("hủy các đăng ký nhận tin không được xác nhận", "destroy sign-ups that nobody confirmed in time")
CRON = "*/10 * * * *"
_WORKER = Actor.worker("sign_ups")


def run(*, now: datetime) -> int:
    """End the sign-ups whose hour is over, and the people who were made for them; how many."""
    over = [(shop.pk, subject_id) for shop in shops() for subject_id in signups.ended(shop_id=shop.pk, now=now)]
    for shop_id, subject_id in over:
        signups.end(shop_id=shop_id, subject_id=subject_id, actor=_WORKER, now=now)
    return len(over)
