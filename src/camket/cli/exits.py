"""How a command ends. Scripts rely on these numbers: they never change their meaning."""

import sys
from typing import Final

from camket.base.errors import CamketError

DONE: Final = 0
FAILED: Final = 1
WRONG_USE: Final = 2
DENIED: Final = 3
GAP: Final = 4
INSTALLATION: Final = 5
INTERRUPTED: Final = 130

MEANINGS: Final = {
    DONE: ("xong, hoặc được phép", "done, or allowed"),
    FAILED: ("bị từ chối hoặc không làm được", "refused or failed"),
    WRONG_USE: ("gọi sai cách: từ lạ, thiếu tham số", "wrong use: an unknown word, a missing option"),
    DENIED: ("chính sách hoặc luật không cho phép", "denied by the policy or the law"),
    GAP: ("chính sách chưa quy định", "the policy is silent"),
    INSTALLATION: (
        "cài đặt chưa ổn: cơ sở dữ liệu, khóa, cổng mạng",
        "the installation is not in order: database, keys, port",
    ),
    INTERRUPTED: ("bị ngắt từ bàn phím", "interrupted from the keyboard"),
}

# Errors of other rooms that mean the installation, by the beginning of their code.
INSTALLATION_CODES: Final = ("database-", "home-", "key-", "port-", "setting-")
# Errors of other rooms that mean a wrong word on the command line, likewise.
WRONG_USE_CODES: Final = ("shop.unknown", "word.unknown", "usage.")


def exit_code(error_code: str) -> int:
    """Tell how a command ends that met the error of that code."""
    if error_code.startswith(WRONG_USE_CODES):
        return WRONG_USE
    return INSTALLATION if error_code.startswith(INSTALLATION_CODES) else FAILED


def tell(error: CamketError) -> None:
    """Print the error and its advice in both languages, without ending anything."""
    lines = [f"lỗi: {error.vi}", f"error: {error.en}"]
    lines += [f"→ {advice}" for advice in (error.advice_vi, error.advice_en) if advice]
    sys.stderr.write("\n".join(lines) + "\n")
