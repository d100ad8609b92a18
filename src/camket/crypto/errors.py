from camket.base.errors import CamketError


class SealError(CamketError):
    """A sealed value did not open. One blank error: it never tells which of key, place or bytes was wrong."""

    def __init__(self) -> None:
        super().__init__(
            vi="không mở được giá trị đã niêm phong",
            en="the sealed value did not open",
            advice_vi="chạy `camket ledger verify --database` để tìm dòng đã bị đổi",
            advice_en="run `camket ledger verify --database` to find the row that was changed",
            code="seal",
        )


class KeyFileError(CamketError):
    """The wrapping key file cannot be used; what to do is in `advice`."""


class KeyServiceError(KeyFileError):
    """The key service did not close or open a wrapping key; nothing was started or changed."""
