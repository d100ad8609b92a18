from datetime import datetime

from camket.vault.backup import agekeys, gone

WHAT = ("hủy khóa sao lưu quá tuổi", "destroy backup keys past their age")
EVERY = 60.0


def run(*, now: datetime) -> int:
    """Destroy them in every folder, and leave lines out of the list that no keys file needs; how many keys."""
    gone.prune(now)
    return agekeys.destroy_aged(now)
