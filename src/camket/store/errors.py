from camket.base.errors import CamketError


class StoreError(CamketError):
    """The rows, keys or columns of the database are not as the program needs them."""


class SecretMissingError(StoreError):
    """A shop's secret is not in the database: the shop was never opened, or the row was removed."""

    def __init__(self, name: str) -> None:
        super().__init__(
            vi=f"cửa hàng chưa có khóa `{name}`",
            en=f"the shop has no secret `{name}`",
            advice_vi="tạo cửa hàng bằng `camket`; nếu đã tạo, chạy `camket ledger verify --database`",
            advice_en="create the shop with `camket`; if it exists, run `camket ledger verify --database`",
            code="shop-secret-missing",
        )


class ConflictError(StoreError):
    """The row is no longer as it was read: somebody else changed or removed it meanwhile (HTTP 409)."""

    def __init__(self) -> None:
        super().__init__(
            vi="dữ liệu đã bị người khác sửa trong lúc này",
            en="somebody else changed this meanwhile",
            advice_vi="mở lại, xem giá trị mới rồi sửa lần nữa",
            advice_en="read it again and repeat the change on what is there now",
            code="conflict",
        )


class ForgedRowError(StoreError):
    """A row that grants something was not written by a deed."""

    def __init__(self) -> None:
        super().__init__(
            "một dòng cấp quyền trong cơ sở dữ liệu không do phần mềm ghi",
            "a row of the database that grants something was not written by the software",
            "chạy `camket ledger verify --database` để biết dòng nào, rồi báo người quản trị",
            "run `camket ledger verify --database` to learn which, and tell the administrator",
            "forged_row",
        )


class UnavailableError(StoreError):
    """The database cannot do its work at the moment (HTTP 503). `retry_after` is in seconds."""

    retry_after = 2


class DatabaseAwayError(UnavailableError):
    """No connection, or it broke before a commit; a disk that fails. Nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            vi="cơ sở dữ liệu tạm thời không trả lời; chưa có gì được ghi hay mở",
            en="the database does not answer at the moment; nothing was written or opened",
            advice_vi="gửi lại sau vài giây; nếu kéo dài, báo người vận hành",
            advice_en="send it again in a few seconds; if it lasts, tell the operator",
            code="database-away",
        )


class DatabaseBusyError(UnavailableError):
    """Others held what was needed for too long. Nothing was changed."""

    retry_after = 1

    def __init__(self) -> None:
        super().__init__(
            vi="cơ sở dữ liệu đang bận; chưa có gì được ghi hay mở",
            en="the database is busy; nothing was written or opened",
            advice_vi="gửi lại sau giây lát",
            advice_en="send it again in a moment",
            code="database-busy",
        )


class DiskFullError(UnavailableError):
    """The database cannot write because its disk is full. Nothing was changed."""

    retry_after = 30

    def __init__(self) -> None:
        super().__init__(
            vi="đĩa của cơ sở dữ liệu đã đầy; chưa có gì được ghi hay mở",
            en="the disk of the database is full; nothing was written or opened",
            advice_vi="dọn chỗ trên đĩa rồi gửi lại; không cần khởi động lại",
            advice_en="free space on the disk, then send it again; no restart is needed",
            code="database-disk-full",
        )


class ReadOnlyError(UnavailableError):
    """The database may only be read: the disk, the file or the server says so. Nothing was changed."""

    retry_after = 30

    def __init__(self) -> None:
        super().__init__(
            vi="cơ sở dữ liệu chỉ đọc được; mỗi lượt mở phải ghi sổ nên chưa có gì được ghi hay mở",
            en="the database can only be read; every look is recorded, so nothing was written or opened",
            advice_vi="cho phép ghi trở lại (quyền của tệp, đĩa, máy chủ chính) rồi gửi lại",
            advice_en="make it writable again (rights of the file, disk, primary server), then send it again",
            code="database-read-only",
        )


class OutcomeUnknownError(UnavailableError):
    """The connection broke while the commit was on its way: it was done whole, or not at all."""

    def __init__(self) -> None:
        super().__init__(
            vi="mất kết nối đúng lúc đang ghi: việc này đã xong trọn vẹn hoặc chưa làm gì, chưa biết chắc",
            en="the connection broke while this was being saved: it was done whole or not at all, nobody knows which",
            advice_vi="gửi lại với cùng `Idempotency-Key` thì không làm hai lần; không có khóa thì xem lại trước",
            advice_en="send it again with the same `Idempotency-Key`, it is done once; without one, look first",
            code="outcome-unknown",
        )
