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
