from datetime import datetime

from camket.outbox import actions

WHAT = ("xóa nội dung tin đã hết hạn", "blank the words of messages whose time is over")
CRON = "*/5 * * * *"


def run(*, now: datetime) -> int:
    """Blank what the local page kept of expired messages; how many. One-time codes end by their own clock."""
    return actions.sweep(now=now)
