from datetime import datetime

from camket.shops.once import sweep

WHAT = ("xóa câu trả lời giữ cho yêu cầu gửi lại", "remove answers kept for repeated requests whose day is over")
CRON = "*/5 * * * *"


def run(*, now: datetime) -> int:
    """Remove them, in every shop; how many."""
    return sweep(now=now)
