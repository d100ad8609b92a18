from datetime import datetime

from camket.vault.backup import keeping

WHAT = ("sao lưu mỗi đêm và bỏ bản cũ", "back up each night and remove old backups")
CRON = "20 2 * * *"


def run(*, now: datetime) -> int:
    """Make a backup where a folder is set, then keep as many as are set; how many were made."""
    return keeping.nightly(now)
