from datetime import datetime

from camket.vault.backup import agekeys

WHAT = ("hủy khóa sao lưu quá tuổi", "destroy backup keys past their age")
EVERY = 60.0


def run(*, now: datetime) -> int:
    """Destroy them in every folder; how many files."""
    return agekeys.destroy_aged(now)
