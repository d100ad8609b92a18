"""What keeps an installation from working; each ends the command with exit code 5."""

from camket.base.errors import CamketError


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
        "chạy `camket manage migrate` rồi thử lại",
        "run `camket manage migrate`, then try again",
        "database-not-ready",
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
