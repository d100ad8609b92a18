from camket.base.errors import CamketError


class ShopError(CamketError):
    """A deed on a shop, its staff, its policy or its keys cannot be done as asked."""


class UnknownError(ShopError):
    """There is no such thing in this shop; another shop's things are unknown too (invariant 8)."""

    def __init__(self, vi: str, en: str, field: str) -> None:
        super().__init__(
            f"không tìm thấy {vi} này trong cửa hàng",
            f"there is no such {en} in this shop",
            "kiểm tra lại mã",
            "check the id",
            "not_found",
            field=field,
        )


class NotAllowedError(ShopError):
    """The actor may not manage the shop."""

    def __init__(self) -> None:
        super().__init__(
            "việc này cần giám đốc của cửa hàng",
            "this needs a director of the shop",
            "nhờ người giữ vai trò `director` làm việc này",
            "ask a person with the role `director` to do it",
            "not_allowed",
        )


class PolicyRefusedError(ShopError):
    """A new version of the policy lacks what it needs; `clauses` name where, the message lists what."""

    def __init__(self, missing: list[tuple[str, str]], clauses: tuple[str, ...]) -> None:
        super().__init__(
            f"bản chính sách mới chưa đủ để áp dụng: {'; '.join(vi for vi, _ in missing)}",
            f"the new version of the policy lacks what it needs: {'; '.join(en for _, en in missing)}",
            "bổ sung vào mục `completions` rồi nộp lại",
            "add what is missing under `completions` and hand it in again",
            "policy_refused",
            clauses=clauses,
        )
        self.missing = missing
