from datetime import datetime

from camket.base.actor import Actor
from camket.intake.sweeping import sweep_marks
from camket.shops.queries import shops

WHAT = ("xóa dấu nhập tệp, bia mộ và mã đã hết hạn", "remove import marks, tombstones and codes whose time is over")
CRON = "17 * * * *"
_WORKER = Actor.worker("marks")


def run(*, now: datetime) -> int:
    """Remove them in every shop; how many rows."""
    return sum(sweep_marks(shop_id=shop.pk, actor=_WORKER, now=now) for shop in shops())
