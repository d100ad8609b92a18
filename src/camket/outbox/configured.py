"""The providers that the settings name, by channel."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from camket.outbox.provider import Provider
from camket.outbox.providers.local import LocalPage
from camket.outbox.providers.smtp import Server, Smtp


def providers() -> Mapping[str, Provider]:
    """Carriers by channel. A channel without one keeps its messages queued until they expire.

    `CAMKET_LOCAL_MESSAGES=1` puts the local page in place of every carrier, so nothing leaves the machine.
    """
    if settings.CAMKET_LOCAL_MESSAGES:
        page = LocalPage()
        return {"email": page, "sms": page}
    if not settings.CAMKET_SMTP:
        return {}
    login = Path(settings.CAMKET_SMTP_LOGIN) if settings.CAMKET_SMTP_LOGIN else None
    return {"email": Smtp(Server.parse(settings.CAMKET_SMTP, login), sender=settings.CAMKET_MAIL_FROM)}
