from datetime import datetime

from camket.vault.backup import gone

WHAT = (
    "ghi ra ngoài cơ sở dữ liệu các khóa vừa bị hủy, để bản sao lưu cũ không làm chúng sống lại",
    "write destroyed keys outside the database, so that an older backup does not bring them back",
)
EVERY = 1.0


def run(*, now: datetime) -> int:  # noqa: ARG001 - the log says when
    """Read every log on and write one line for each deed that destroyed a key; how many lines."""
    return gone.read_on()
