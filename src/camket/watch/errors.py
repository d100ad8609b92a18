from camket.base.errors import CamketError


class WatchError(CamketError):
    """An alert cannot be marked as asked."""


def unknown_alert() -> WatchError:
    """Answer for an alert that this shop does not have."""
    return WatchError(
        "không có cảnh báo này trong cửa hàng",
        "there is no such alert in this shop",
        "xem danh sách bằng `camket alerts list`",
        "see the list with `camket alerts list`",
        "not_found",
        field="alert",
    )


def own_alert() -> WatchError:
    """Answer somebody who would close an alert about themselves."""
    return WatchError(
        "cảnh báo này nói về chính người đang đóng nó",
        "this alert is about the person who would close it",
        "nhờ một giám đốc khác hoặc chủ máy xem và đóng",
        "let another director or the owner look at it and close it",
        "alert.own",
    )
