from collections.abc import Mapping, Sequence
from uuid import UUID

from camket.base.errors import CamketError
from camket.policy.words import Word, suggest


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


class UnknownShopError(ShopError):
    """No shop of the installation has this name; `known` are the names there are, the nearest first in the advice."""

    def __init__(self, slug: str, known: Sequence[str]) -> None:
        named = ", ".join(f"`{name}`" for name in suggest(slug, dict.fromkeys(known, slug)) or known)
        super().__init__(
            "không có cửa hàng tên này",
            "there is no shop of this name",
            f"chọn một trong: {named or '(chưa có)'}; cửa hàng mới được nạp bằng `camket shop load`",
            f"choose one of: {named or '(none yet)'}; a new shop is loaded with `camket shop load`",
            "shop.unknown",
            field="shop",
        )


class UnknownWordError(ShopError):
    """A word that is not in the list it was taken from; the words of the lists are no personal data."""

    def __init__(self, word: str, known: Mapping[str, Word] | Mapping[str, object], field: str) -> None:
        near = ", ".join(f"`{name}`" for name in suggest(word, known) or known)
        super().__init__(
            f"`{word}` không có trong danh sách từ của `{field}`",
            f"`{word}` is not in the word list of `{field}`",
            f"chọn một trong: {near}",
            f"choose one of: {near}",
            "word.unknown",
            field=field,
        )


class NotAllowedError(ShopError):
    """The actor may not manage the shop. `entry_id` is the refusal's entry, where there is a shop to write it for."""

    def __init__(self, entry_id: UUID | None = None) -> None:
        super().__init__(
            "việc này cần giám đốc của cửa hàng",
            "this needs a director of the shop",
            "nhờ người giữ vai trò `director` làm việc này",
            "ask a person with the role `director` to do it",
            "not_allowed",
        )
        self.entry_id = entry_id


class PolicyRefusedError(ShopError):
    """A new version of the policy lacks what it needs; `clauses` name where, the message lists what."""

    def __init__(self, shop: str, missing: list[tuple[str, str]], clauses: tuple[str, ...]) -> None:
        super().__init__(
            f"bản chính sách mới của `{shop}` chưa đủ để áp dụng: {'; '.join(vi for vi, _ in missing)}",
            f"the new version of the policy of `{shop}` lacks what it needs: {'; '.join(en for _, en in missing)}",
            "bổ sung vào mục `completions` rồi nộp lại",
            "add what is missing under `completions` and hand it in again",
            "policy_refused",
            clauses=clauses,
        )
        self.missing = missing
