from datetime import datetime

from camket.vault.backup import wiping

WHAT = (
    "xóa hẳn byte của khóa đã hủy khỏi tệp cơ sở dữ liệu",
    "wipe the bytes of destroyed keys from the database's files",
)
EVERY = 60.0


def run(*, now: datetime) -> int:
    """Wipe what was destroyed since the last time; 1 when there was something."""
    return wiping.wipe(now)
