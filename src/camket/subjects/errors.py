from camket.base.errors import CamketError


class SubjectError(CamketError):
    """A deed on a subject, an identifier or a one-time code cannot be done as asked."""


class UnknownSubjectError(SubjectError):
    """No such person in this shop; another shop's people are unknown too (invariant 8)."""

    def __init__(self) -> None:
        super().__init__(
            "không tìm thấy khách hàng này trong cửa hàng",
            "there is no such customer in this shop",
            "kiểm tra lại mã khách hàng",
            "check the customer's id",
            "not_found",
            field="subject_id",
        )


class TakenError(SubjectError):
    """The contact is already verified for another person of the shop (invariant 13; HTTP 409)."""

    def __init__(self) -> None:
        super().__init__(
            "liên hệ này đã được xác minh cho một khách hàng khác",
            "this contact is already verified for another customer",
            "nhờ nhân viên xem hai hồ sơ có phải của cùng một người không",
            "ask the staff whether both records are one person",
            "contact_taken",
        )


class CodeError(SubjectError):
    """The code is wrong, used, ended or tried too often: one answer for all, which tells nothing."""

    def __init__(self) -> None:
        super().__init__(
            "mã không đúng hoặc đã hết hạn",
            "the code is wrong or no longer valid",
            "xin mã mới rồi thử lại",
            "ask for a new code and try again",
            "code_refused",
            field="code",
        )


class TooManyCodesError(SubjectError):
    """Too many codes were asked for this contact; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "đã xin quá nhiều mã cho liên hệ này",
            "too many codes were asked for this contact",
            "đợi ít phút rồi thử lại",
            "wait some minutes and try again",
            "too_many_codes",
        )
        self.retry_after = retry_after
