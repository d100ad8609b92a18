"""Mail over SMTP, with TLS wherever the server offers it."""

import smtplib
import ssl
import stat
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from camket.outbox.errors import SendError, SenderSettingError
from camket.outbox.message import Message

_SECONDS = 20
_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `login` is a file (0600) of two lines, name and password; None for none."""

    host: str
    port: int
    tls: bool
    login: Path | None = None

    @classmethod
    def parse(cls, url: str, login: Path | None = None) -> Self:
        """Read `smtp://host:port` (TLS when offered) or `smtps://host:port` (TLS from the start)."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.username:
            raise SenderSettingError(
                vi="`CAMKET_SMTP` không phải địa chỉ máy chủ thư",
                en="`CAMKET_SMTP` is not the address of a mail server",
                advice_vi="viết `smtp://máy:587` hoặc `smtps://máy:465`; tên và mật khẩu để ở `CAMKET_SMTP_LOGIN`",
                advice_en="write `smtp://host:587` or `smtps://host:465`; name and password go in `CAMKET_SMTP_LOGIN`",
                code="smtp-address",
            )
        tls = parts.scheme == "smtps"
        return cls(parts.hostname, parts.port or (465 if tls else 587), tls, login)


class Smtp:
    """Carries the channel `email`."""

    keeps = False

    def __init__(self, server: Server, *, sender: str) -> None:
        self._server = server
        self._sender = sender

    def send(self, message: Message, *, reference: str) -> None:
        mail = self._mail(message, reference)
        try:
            with self._connect() as connection:
                connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise SendError(permanent=all(code >= _PERMANENT for code in codes)) from None
        except smtplib.SMTPResponseException as error:
            raise SendError(permanent=error.smtp_code >= _PERMANENT) from None
        except (smtplib.SMTPException, OSError):
            raise SendError(permanent=False, code="send-unreachable") from None

    def _mail(self, message: Message, reference: str) -> EmailMessage:
        to, title, text = message.reveal()
        mail = EmailMessage()
        try:
            mail["From"], mail["To"], mail["Subject"] = self._sender, to, title
        except ValueError:  # a line break in an address or a title
            raise SendError(permanent=True, code="send-malformed") from None
        mail["Message-ID"] = f"<{reference}@camket>"
        mail.set_content(text)
        return mail

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        login = _login(server.login) if server.login else None
        if server.tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
        try:
            connection.ehlo()
            if not server.tls and connection.has_extn("starttls"):
                connection.starttls(context=context)
            if login:
                connection.login(*login)
        except BaseException:
            connection.close()
            raise
        return connection


def _login(path: Path) -> tuple[str, str]:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SenderSettingError(
            vi=f"người khác trên máy đọc được tệp `{path}`",
            en=f"others on this machine can read `{path}`",
            advice_vi=f"chạy `chmod 600 {path}`",
            advice_en=f"run `chmod 600 {path}`",
            code="smtp-login-open",
        )
    name, password = path.read_text("utf-8").split("\n")[:2]
    return name, password
