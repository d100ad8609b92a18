from camket.base.errors import CamketError


class LedgerError(CamketError):
    """The ledger cannot do what was asked; what it holds is untouched."""


class DeedOpenError(LedgerError):
    """A deed or a refusal was begun inside a deed: each is one transaction and one entry of its own."""

    def __init__(self) -> None:
        super().__init__(
            vi="một việc đang ghi sổ chưa xong thì không mở việc khác",
            en="a deed is open already; another cannot begin inside it",
            advice_vi="kết thúc việc đang làm trước; đây là lỗi của chương trình, hãy báo lại",
            advice_en="end the open deed first; this is a fault of the program, please report it",
            code="deed-open",
        )


class LogCutError(LedgerError):
    """The log in the database is shorter than, or differs from, what was signed and kept outside it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            vi=f"sổ cái `{name}` trong cơ sở dữ liệu không khớp với mốc đã ký lưu bên ngoài",
            en=f"the log `{name}` in the database does not match the checkpoints kept outside it",
            advice_vi="đừng ghi tiếp; chạy `camket ledger verify --database` rồi phục hồi từ bản sao lưu",
            advice_en="write nothing more; run `camket ledger verify --database`, then restore from a backup",
            code="log-cut",
        )


class NoSuchEntryError(LedgerError):
    def __init__(self) -> None:
        super().__init__(
            vi="không có dòng sổ nào như vậy, hoặc nó chưa được ký",
            en="there is no such entry, or it is not signed yet",
            advice_vi="chạy `camket ledger sequence` rồi thử lại với đúng mã dòng sổ",
            advice_en="run `camket ledger sequence`, then try again with the right entry id",
            code="no-such-entry",
        )


class NoSuchLogError(LedgerError):
    def __init__(self) -> None:
        super().__init__(
            vi="cửa hàng này không có sổ cái",
            en="this shop has no log",
            advice_vi="xem tên các cửa hàng đã tạo; tạo cửa hàng cũng tạo sổ cái của nó",
            advice_en="look up which shops exist; creating a shop creates its log",
            code="no-such-log",
        )
