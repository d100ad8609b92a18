"""What the key services have in common: an optional part, bounded patience, and errors without secrets."""

import importlib
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from camket.crypto.errors import KeyServiceError

T = TypeVar("T")
# Seconds: for a connection, for an answer, and between the tries. A start waits half a minute at the very most.
CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 5.0
PAUSES: Final = (0.2, 0.6, 1.2)


class BusyError(Exception):
    """The service could not be reached or asked for patience: worth another try."""


def part(name: str, extra: str) -> Any:
    """Import an optional library; `KeyServiceError` when it is not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise KeyServiceError(
            vi=f"dịch vụ khóa này cần phần `{name}` chưa được cài",
            en=f"this key service needs the part `{name}`, which is not installed",
            advice_vi=f"cài bằng `pip install 'camket[{extra}]'`",
            advice_en=f"install it with `pip install 'camket[{extra}]'`",
            code="key-service-part",
        ) from None


def patiently(call: Callable[[], T], *, service: str, pauses: tuple[float, ...] | None = None) -> T:
    """Try, and try again after each pause while the service is busy; then `KeyServiceError`."""
    for pause in PAUSES if pauses is None else pauses:
        try:
            return call()
        except BusyError:
            time.sleep(pause)
    try:
        return call()
    except BusyError:
        raise unreachable(service) from None


def unreachable(service: str) -> KeyServiceError:
    """Say that no answer came in time."""
    return KeyServiceError(
        vi=f"dịch vụ khóa `{service}` không trả lời hoặc đang bị khóa",
        en=f"the key service `{service}` does not answer, or is sealed",
        advice_vi="xem dịch vụ có chạy và mạng có thông không, rồi thử lại; chưa có gì được mở hay đổi",
        advice_en="see that it runs and that the network is open, then try again; nothing was opened or changed",
        code="key-service-unreachable",
    )


def refused(service: str) -> KeyServiceError:
    """Say that the service answered, and no."""
    return KeyServiceError(
        vi=f"dịch vụ khóa `{service}` từ chối",
        en=f"the key service `{service}` refused",
        advice_vi="xem quyền đăng nhập của tiến trình: cần được mã hóa và giải mã bằng khóa đã đặt",
        advice_en="look at the login of this process: it must be allowed to encrypt and decrypt with the key",
        code="key-service-refused",
    )


def no_login(service: str, where: str) -> KeyServiceError:
    """Say where credentials belong; they are never a setting of ours."""
    return KeyServiceError(
        vi=f"không có thông tin đăng nhập cho dịch vụ khóa `{service}`",
        en=f"there are no credentials for the key service `{service}`",
        advice_vi=f"đặt trong môi trường của tiến trình: {where}",
        advice_en=f"set them in the environment of the process: {where}",
        code="key-service-login",
    )


def not_opened(service: str) -> KeyServiceError:
    """Say that file and service do not fit together."""
    return KeyServiceError(
        vi=f"dịch vụ khóa `{service}` không mở được khóa trong tệp khóa",
        en=f"the key service `{service}` could not open the key that is in the key file",
        advice_vi="tệp khóa và dịch vụ phải đi cùng nhau; hoặc dùng khóa khôi phục đã in như docs/keys.md chỉ",
        advice_en="file and service belong together; else use the printed recovery key as docs/keys.md says",
        code="key-service-key",
    )
