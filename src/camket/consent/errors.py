from camket.base.errors import CamketError


class ConsentError(CamketError):
    """A consent, withdrawal, restriction or objection cannot be recorded as asked."""


class OnePurposeError(ConsentError):
    """One consent is for one purpose (PDPL-9.4a)."""

    def __init__(self) -> None:
        super().__init__(
            "mỗi sự đồng ý chỉ dành cho một mục đích",
            "one consent is for one purpose",
            "hỏi và ghi riêng từng mục đích",
            "ask and record each purpose by itself",
            "one_purpose",
            field="purpose",
            clauses=("PDPL-9.4a",),
        )
