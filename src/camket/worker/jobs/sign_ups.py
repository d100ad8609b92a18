from datetime import datetime

from camket.base.actor import Actor
from camket.shops.queries import shops
from camket.vault import signups
from camket.vault.actions import shred

WHAT = ("hủy các đăng ký nhận tin không được xác nhận", "destroy sign-ups that nobody confirmed in time")
CRON = "*/10 * * * *"
_WORKER = Actor.worker("sign_ups")


def run(*, now: datetime) -> int:
    """Shred the people of sign-ups whose hour is over; how many."""
    over = [(shop.pk, subject_id) for shop in shops() for subject_id in signups.ended(shop_id=shop.pk, now=now)]
    for shop_id, subject_id in over:
        shred(shop_id=shop_id, subject_id=subject_id, actor=_WORKER, now=now, reason="not_confirmed")
    return len(over)
