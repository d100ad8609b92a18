from collections.abc import Mapping
from uuid import UUID  # noqa: TC003 - the attribute's type is read at run time by the API's schema

from camket.base.errors import CamketError
from camket.policy import Answer, Verdict


class VaultError(CamketError):
    """The vault cannot do what was asked."""


class RefusedError(VaultError):
    """The gate said no. `clauses` are the citations, `lacking` what would have to be there, `answers` per category.

    `entry_id` is the ledger entry of the refusal: set, and committed, before anybody sees this error.
    """

    def __init__(
        self,
        *,
        vi: str,
        en: str,
        action: str,
        verdict: Verdict = Verdict.DENY,
        citations: tuple[str, ...] = (),
        lacking: tuple[str, ...] = (),
        answers: Mapping[str, Answer] | None = None,
        categories: tuple[str, ...] = (),
    ) -> None:
        gap = verdict is Verdict.GAP
        super().__init__(
            vi,
            en,
            "chủ cửa hàng có thể bổ sung chính sách cho trường hợp này" if gap else "xem điều khoản được nêu",
            "the owner may complete the policy for this case" if gap else "see the clause that is named",
            "gap" if gap else "denied",
            clauses=citations,
        )
        self.action = action
        self.verdict = verdict
        self.lacking = lacking
        self.answers = dict(answers or {})
        self.categories = categories
        self.entry_id: UUID | None = None


class UnknownItemError(VaultError):
    """No such value of this person in this shop."""

    def __init__(self) -> None:
        super().__init__(
            "không tìm thấy mục dữ liệu này",
            "there is no such item",
            "tải lại rồi thử lần nữa",
            "load it again and retry",
            "not_found",
            field="item_id",
        )


class ErasedError(VaultError):
    """The contact belongs to an erased person: imported or synchronised data does not bring them back."""

    def __init__(self) -> None:
        super().__init__(
            "khách hàng này đã được xóa theo yêu cầu nên không nhập lại",
            "this customer was erased and is not imported again",
            "bỏ dòng này khỏi tệp nhập",
            "leave this row out of the import",
            "erased",
        )


class AmbiguousContactError(VaultError):
    """Several people of the shop have the contact and none has proven it: nobody's values are opened by it."""

    def __init__(self) -> None:
        super().__init__(
            "nhiều khách hàng có liên hệ này mà chưa ai xác minh",
            "several customers have this contact and none has proven it",
            "tìm khách hàng rồi chọn đúng hồ sơ cần xem",
            "search for the customer and choose the record",
            "contact_ambiguous",
            field="value",
        )
