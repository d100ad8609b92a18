"""Everything an installation may set, in one list: docs/reference/settings.md is made from it, settings.py reads it.

A variable is read once, at start. Nothing secret is ever set here: keys are files (0600) whose place is set.
"""

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches

from camket.base.errors import CamketError


class SettingError(CamketError):
    """A `CAMKET_…` variable that cannot be used. Nothing was started."""


@dataclass(frozen=True, slots=True)
class Option:
    """One variable: its name without `CAMKET_`, what holds when it is absent, and what it is for."""

    name: str
    default: str
    vi: str
    en: str


OPTIONS = (
    Option(
        "HOME",
        "var",
        "thư mục giữ mọi thứ của bản cài đặt",
        "the folder that holds everything of this installation",
    ),
    Option(
        "DATABASE",
        "sqlite:///{HOME}/camket.sqlite3",
        "cơ sở dữ liệu: `sqlite:///đường/dẫn` hoặc `postgresql://người_dùng:mật_khẩu@máy:cổng/tên`",
        "the database: `sqlite:///path` or `postgresql://user:password@host:port/name`",
    ),
    Option(
        "KEYS",
        "{HOME}/keys/wrapping.key",
        "tệp khóa bọc (quyền 0600), ngoài cơ sở dữ liệu và bản sao lưu của nó; hoặc dịch vụ khóa "
        "`vault:https://máy:8200/transit/tên`, `awskms:alias/tên?region=…` (xem docs/keys.md)",
        "the wrapping key file (mode 0600), outside the database and its backups; or a key service "
        "`vault:https://host:8200/transit/name`, `awskms:alias/name?region=…` (see docs/keys.md)",
    ),
    Option(
        "CHECKPOINTS",
        "{HOME}/checkpoints",
        "thư mục giữ các mốc đã ký của sổ cái và danh sách người đã xóa, khóa đã hủy; ngoài cơ sở dữ liệu, nên ở"
        " đĩa khác",
        "the folder of the ledger's signed checkpoints and of the lists of erased people and destroyed keys, outside"
        " the database; best on another disk",
    ),
    Option(
        "BACKUPS",
        "",
        "thư mục nhận bản sao lưu tự động mỗi đêm (tệp `.data`); để trống thì không tự sao lưu",
        "the folder that automatic backups go to each night (`.data` files); empty: none are made",
    ),
    Option(
        "BACKUPS_OF_KEYS",
        "",
        "thư mục nhận tệp khóa của bản sao lưu (`.keys`), tốt nhất ở máy khác; để trống: cùng thư mục với tệp dữ liệu",
        "the folder that the keys files of backups (`.keys`) go to, best on another machine; empty: beside the data",
    ),
    Option(
        "BACKUPS_KEPT",
        "30",
        "số bản sao lưu tự động được giữ lại",
        "how many automatic backups are kept",
    ),
    Option(
        "BACKUP_KEYS",
        "{HOME}/keys/backup",
        "các thư mục giữ khóa sao lưu (mở tệp `.keys`), cách nhau bằng dấu hai chấm; thêm một thư mục ở máy khác để"
        " mất máy vẫn khôi phục được; khóa quá tuổi bị hủy ở mọi thư mục",
        "the folders of the backup keys (they open `.keys` files), separated by colons; add one on another machine, so"
        " that losing this one is survived; a key past its age is destroyed in every folder",
    ),
    Option(
        "BACKUP_KEYS_DAYS",
        "30",
        "tuổi tối đa của một tệp khóa sao lưu, tính bằng ngày (1-90); sau đó không ai mở được nó",
        "the maximum age of a keys file in days (1-90); after it the file opens for nobody",
    ),
    Option(
        "POLICIES",
        "policies",
        "thư mục các chính sách đã công bố được nạp khi khởi động",
        "the folder of published policies that are loaded at start",
    ),
    Option(
        "HOSTS",
        "127.0.0.1,localhost,[::1]",
        "các tên máy được phép gọi, cách nhau bằng dấu phẩy",
        "host names that may be asked for, separated by commas",
    ),
    Option(
        "LOCAL_MESSAGES",
        "0",
        "`1`: tin nhắn không gửi đi mà hiện trên một trang tại máy này (`./run` đặt sẵn)",
        "`1`: messages are not sent but shown on a page of this machine (`./run` sets it)",
    ),
    Option(
        "SMTP",
        "",
        "máy chủ thư đi: `smtp://máy:587` hoặc `smtps://máy:465`; để trống thì thư nằm chờ",
        "the outgoing mail server: `smtp://host:587` or `smtps://host:465`; empty: mail waits",
    ),
    Option(
        "SMTP_LOGIN",
        "",
        "tệp (quyền 0600) hai dòng: tên đăng nhập và mật khẩu của máy chủ thư",
        "a file (mode 0600) of two lines: name and password for the mail server",
    ),
    Option(
        "MAIL_FROM",
        "no-reply@localhost",
        "địa chỉ người gửi của thư đi",
        "the sender's address of outgoing mail",
    ),
    Option(
        "RATE_KEY",
        "2000/10000",
        "mỗi khóa API được gọi bao nhiêu lần mỗi giây/dồn một lúc, trong một tiến trình; `0`: không giới hạn",
        "calls of one API key per second/at once, in one process; `0`: no limit",
    ),
    Option(
        "RATE_STRANGER",
        "1/60",
        "mỗi địa chỉ được gọi sai khóa bao nhiêu lần mỗi giây/dồn một lúc, trong một tiến trình; `0`: không giới hạn",
        "calls of one address with no key that fits, per second/at once, in one process; `0`: no limit",
    ),
    Option(
        "WEBHOOKS_PRIVATE",
        "0",
        "`1`: webhook được gửi cả tới địa chỉ trong mạng riêng của cửa hàng",
        "`1`: webhooks may go to addresses inside the shop's own network too",
    ),
    Option(
        "PROXIES",
        "",
        "địa chỉ các proxy đứng trước, cách nhau bằng dấu phẩy: `X-Forwarded-For` của chúng được tin",
        "addresses of proxies in front, separated by commas: their `X-Forwarded-For` is believed",
    ),
    Option(
        "WATCH_SUBJECTS",
        "30",
        "số khách một nhân viên xem trong ngày mà chưa bao giờ gây cảnh báo",
        "how many customers a member of staff may look at in a day without ever raising an alert",
    ),
    Option(
        "WATCH_TIMES",
        "3",
        "gấp mấy lần thói quen của người đó thì cảnh báo (cộng thêm việc được giao trong ngày)",
        "how many times their own habit raises an alert (on top of the work given to them that day)",
    ),
    Option(
        "WATCH_REFUSALS",
        "20",
        "số lần bị từ chối trong một giờ của một người hoặc một khóa mà chưa gây cảnh báo",
        "how many refusals of one person or key within an hour raise no alert",
    ),
)
_RATE = re.compile(r"(?:[1-9]\d{0,5}(?:\.\d{1,3})?|0\.\d{0,2}[1-9])/[1-9]\d{0,6}", re.ASCII)
_BY_NAME = {option.name: option for option in OPTIONS}
# Read by the scripts, before Python runs.
SCRIPT_OPTIONS = (
    Option("PYTHON", "", "Python mà `./run` và `./test` dùng", "the Python that `./run` and `./test` use"),
)


def read(name: str, **places: object) -> str:
    """Give the value of `CAMKET_<name>`, or its default with `{PLACES}` filled in."""
    return os.environ.get(f"CAMKET_{name}") or _BY_NAME[name].default.format_map(places)


def read_flag(name: str) -> bool:
    """Give a variable that is `1` or `0`; anything else is refused."""
    value = read(name)
    if value not in {"0", "1"}:
        raise SettingError(
            f"`CAMKET_{name}` phải là `0` hoặc `1`",
            f"`CAMKET_{name}` must be `0` or `1`",
            f"đặt `CAMKET_{name}=1` hoặc bỏ biến này",
            f"set `CAMKET_{name}=1` or remove the variable",
            "setting-flag",
        )
    return value == "1"


def read_number(name: str, least: int, most: int) -> int:
    """Give a variable that is a whole number within its limits; anything else is refused."""
    value = read(name)
    if not value.isascii() or not value.isdecimal() or not least <= int(value) <= most:
        raise SettingError(
            f"`CAMKET_{name}` phải là số từ {least} đến {most}",
            f"`CAMKET_{name}` must be a number from {least} to {most}",
            f"đặt `CAMKET_{name}={_BY_NAME[name].default}` hoặc bỏ biến này",
            f"set `CAMKET_{name}={_BY_NAME[name].default}` or remove the variable",
            "setting-number",
        )
    return int(value)


def read_rate(name: str) -> str:
    """Give a variable that is `per second/at once`, such as `50/200`, or `0`; anything else is refused."""
    value = read(name)
    if value != "0" and not _RATE.fullmatch(value):
        raise SettingError(
            f"`CAMKET_{name}` không phải một mức giới hạn",
            f"`CAMKET_{name}` is not a rate",
            "viết `mỗi giây/dồn một lúc`, như `50/200`; `0` là không giới hạn",
            "write `per second/at once`, such as `50/200`; `0` is no limit",
            "setting-rate",
        )
    return value


def refuse_unknown() -> None:
    """Raise SettingError when a `CAMKET_…` variable is set that nothing reads: a misspelt setting is not ignored."""
    known = {f"CAMKET_{option.name}" for option in OPTIONS + SCRIPT_OPTIONS}
    for name in sorted(os.environ):
        if name.startswith("CAMKET_") and name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"`{near[0]}`" if near else "docs/reference/settings.md"
            raise SettingError(
                f"không có thiết lập nào tên `{name}`",
                f"there is no setting called `{name}`",
                f"có phải ý bạn là {hint}?",
                f"did you mean {hint}?",
                "setting-unknown",
            )
