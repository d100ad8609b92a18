"""What keeps an installation from working; each ends the command with exit code 5."""

import os
from collections.abc import Sequence
from pathlib import Path

from camket.base.errors import CamketError


class UsageError(CamketError):
    """A command was called wrongly; nothing was done."""


class FileError(CamketError):
    """A file that a command was given cannot be read or written."""


class InstallationError(CamketError):
    """The machine, the database or the keys are not in order. Nothing was changed."""


def database_unreachable() -> InstallationError:
    """Say that no connection can be made."""
    return InstallationError(
        "không kết nối được cơ sở dữ liệu",
        "the database cannot be reached",
        "kiểm tra `CAMKET_DATABASE`, máy chủ cơ sở dữ liệu và quyền ghi vào thư mục, rồi chạy lại",
        "check `CAMKET_DATABASE`, the database server and the right to write to the folder, then run this again",
        "database-unreachable",
    )


def database_not_ready() -> InstallationError:
    """Say that tables are missing."""
    return InstallationError(
        "cơ sở dữ liệu chưa có đủ bảng",
        "the database lacks tables that this version needs",
        "chạy `camket prepare` rồi thử lại; nếu trước đây đã có dữ liệu, xem `CAMKET_HOME` có đúng thư mục không",
        "run `camket prepare`, then try again; if there was data before, see that `CAMKET_HOME` names its folder",
        "database-not-ready",
    )


def home_unusable() -> InstallationError:
    """Say that the folder of the data cannot be used."""
    return InstallationError(
        "không dùng được thư mục dữ liệu của Camket",
        "the folder that holds Camket's data cannot be used",
        "kiểm tra `CAMKET_HOME`: phải là một thư mục đọc ghi được và còn chỗ trống",
        "check `CAMKET_HOME`: it must be a folder that can be read and written, with free space",
        "home-unusable",
    )


def port_taken(port: int) -> InstallationError:
    """Say that another program listens there."""
    return InstallationError(
        f"cổng {port} đang được chương trình khác dùng",
        f"port {port} is in use by another program",
        f"dừng chương trình kia hoặc chọn cổng khác: `./run --port {port + 1}`",
        f"stop the other program or choose another port: `./run --port {port + 1}`",
        "port-taken",
    )


def settings_wrong(code: str) -> InstallationError:
    """Say that a setting or a settings file cannot be used; `code` is a stable word for what it is."""
    return InstallationError(
        "một thiết lập `CAMKET_…` không dùng được",
        "a `CAMKET_…` setting cannot be used",
        "xem docs/reference/settings.md và sửa thiết lập",
        "see docs/reference/settings.md and mend the setting",
        f"setting-{code}",
    )


def ended_early(name: str) -> InstallationError:
    """Say that the server or the worker ended without being asked."""
    return InstallationError(
        f"`camket {name}` tự dừng; phần còn lại cũng đã được dừng",
        f"`camket {name}` ended by itself; the rest was stopped too",
        f"xem dòng lỗi phía trên, hoặc chạy riêng `camket {name}` để thấy nguyên nhân",
        f"see the error above, or run `camket {name}` alone to see the cause",
        "port-ended",
    )


def wrong_use(vi: str, en: str, command: str, near: Sequence[str] = ()) -> UsageError:
    """Say what is wrong with how `command` was called, and which known names are `near`."""
    named = ", ".join(f"`{name}`" for name in near)
    asked = (f"có phải ý bạn là {named}? ", f"did you mean {named}? ") if near else ("", "")
    return UsageError(vi, en, f"{asked[0]}xem `{command} --help`", f"{asked[1]}see `{command} --help`", "usage.command")


def file_unusable(name: str) -> FileError:
    """Say that a file cannot be opened; the file's folder is left out, its name helps."""
    return FileError(
        f"không đọc hoặc không ghi được `{name}`",
        f"`{name}` cannot be read or written",
        "kiểm tra đường dẫn, quyền đọc ghi và chỗ trống trên đĩa",
        "check the path, the right to read and write there, and the free space on the disk",
        "file.unusable",
    )


def unusable(path: Path) -> CamketError:
    """Say that this file cannot be used: one of the installation, or one that the command was given."""
    home = Path(os.environ.get("CAMKET_HOME") or "var").resolve()
    return home_unusable() if path.resolve().is_relative_to(home) else file_unusable(path.name)


def policies_missing(name: str) -> FileError:
    """Say that a folder holds no policy."""
    return FileError(
        f"không có tệp chính sách nào trong `{name}`",
        f"there is no policy file in `{name}`",
        "chọn thư mục có các tệp `.yaml`, mỗi cửa hàng một tệp",
        "choose a folder with `.yaml` files, one for each shop",
        "file.policies",
    )


def key_file_first() -> InstallationError:
    """Say that the wrapping key must be there before a backup is put back."""
    return InstallationError(
        "chưa có tệp khóa bọc nên không mở được bản sao lưu",
        "there is no wrapping key file, so no backup opens",
        "chép lại tệp khóa, hoặc chạy `camket keys restore` với khóa khôi phục đã in, rồi chạy lại lệnh này",
        "put the key file back, or run `camket keys restore` with the printed recovery key, then run this again",
        "key-file-first",
    )


def key_not_printed() -> InstallationError:
    """Say that a new key is used only once it stands on paper."""
    return InstallationError(
        "khóa mới chưa được xác nhận là đã cất trên giấy, nên chưa được dùng",
        "the new key was not confirmed to be on paper, so it is not used yet",
        "chép khóa khôi phục vừa in, rồi chạy `camket keys rotate` và gõ nhóm cuối, hoặc thêm `--yes`",
        "copy the recovery key printed above, then run `camket keys rotate` and type its last group, or add `--yes`",
        "key-not-printed",
    )


def key_still_young(version: int, days: int) -> InstallationError:
    """Say that backups which live may still need an old version."""
    return InstallationError(
        f"phiên bản {version} chưa thôi dùng đủ {days} ngày: bản sao lưu còn hạn có thể cần nó",
        f"version {version} has not been retired for {days} days: backups that are alive may need it",
        "đợi đến hạn, hoặc thêm `--early` để bỏ các bản sao lưu đó",
        "wait until then, or add `--early` to give those backups up",
        "key-version-young",
    )


def rotation_elsewhere() -> InstallationError:
    """Say that another command is at work on the keys."""
    return InstallationError(
        "một lệnh khác đang thay hoặc hủy khóa",
        "another command is rotating or destroying keys",
        "đợi lệnh đó xong; xem tiến độ bằng `camket keys status`",
        "wait for it; see how far it is with `camket keys status`",
        "key-rotation-elsewhere",
    )
