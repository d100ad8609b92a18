from camket.base.errors import CamketError


class OutboxError(CamketError):
    """A message cannot be queued or sent."""


class SendError(OutboxError):
    """A provider did not take a message. `permanent`: trying again will not help."""

    def __init__(self, *, permanent: bool, code: str = "send-refused") -> None:
        again = "không" if permanent else "có"
        super().__init__(
            vi=f"nhà cung cấp không nhận tin; thử lại {again} ích gì",
            en=f"the provider did not take the message; trying again {'does not help' if permanent else 'may help'}",
            advice_vi="xem cấu hình gửi tin và liên hệ của khách hàng",
            advice_en="look at the sending configuration and at the customer's contact",
            code=code,
        )
        self.permanent = permanent


class SenderSettingError(OutboxError):
    """The settings for sending cannot be used."""


class HookError(OutboxError):
    """A webhook cannot be registered as asked."""
