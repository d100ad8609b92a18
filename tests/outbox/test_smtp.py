"""Mail goes out over SMTP; what the server answers decides whether it is tried again."""

import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from django.conf import settings

from camket.outbox.configured import providers
from camket.outbox.errors import SendError, SenderSettingError
from camket.outbox.message import Message
from camket.outbox.providers.local import LocalPage
from camket.outbox.providers.smtp import Server, Smtp

MAIL = Message(to="lan@example.com", title="Mã xác nhận", text="Mã của bạn là 482913.\n")


class Postman(threading.Thread):
    """A mail server of a few lines; answers `replies` to the commands named there."""

    def __init__(self, **replies: str) -> None:
        super().__init__(daemon=True)
        self.replies = replies
        self.mail = ""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def run(self) -> None:
        with (
            self._socket,
            self._socket.accept()[0] as link,
            link.makefile("rw", newline="\r\n", encoding="utf-8") as file,
        ):
            self._say(file, "220 here")
            for line in file:
                word = line.split()[0].upper().removesuffix(":")
                self._say(
                    file, self.replies.get(word, "250 fine") if word != "DATA" else self.replies.get(word, "354 go")
                )
                if word == "QUIT":
                    return
                if word == "DATA" and "DATA" not in self.replies:
                    self.mail = "".join(iter(file.readline, ".\r\n"))
                    self._say(file, "250 taken")

    @staticmethod
    def _say(file, text: str) -> None:
        file.write(text + "\n")
        file.flush()


@pytest.fixture
def postman() -> Iterator[Postman]:
    found = Postman(QUIT="221 bye")
    found.start()
    yield found
    found.join(5)


def _smtp(port: int) -> Smtp:
    return Smtp(Server("127.0.0.1", port, tls=False), sender="cs@shop.vn")


def test_a_mail_arrives_as_it_was_written(postman: Postman) -> None:
    _smtp(postman.port).send(MAIL, reference="019f")
    postman.join(5)
    mail = message_from_bytes(postman.mail.encode(), policy=policy.default)
    assert (mail["From"], mail["To"], mail["Subject"]) == ("cs@shop.vn", "lan@example.com", "Mã xác nhận")
    assert mail["Message-ID"] == "<019f@camket>"
    assert mail.get_content().split("\r\n") == ["Mã của bạn là 482913.", ""]


@pytest.mark.parametrize(
    ("replies", "permanent"),
    [
        ({"RCPT": "550 no such person"}, True),
        ({"RCPT": "450 later"}, False),
        ({"MAIL": "552 full"}, True),
        ({"DATA": "451 later"}, False),
    ],
)
def test_the_answer_decides_whether_it_is_tried_again(replies: dict[str, str], permanent: bool) -> None:
    refusing = Postman(**replies, QUIT="221 bye")
    refusing.start()
    with pytest.raises(SendError) as error:
        _smtp(refusing.port).send(MAIL, reference="019f")
    assert error.value.permanent is permanent
    assert "lan@" not in str(error.value)
    refusing.join(5)


def test_a_server_that_is_away_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SendError) as error:
        _smtp(port).send(MAIL, reference="019f")
    assert (error.value.permanent, error.value.code) == (False, "send-unreachable")


def test_a_line_break_in_an_address_goes_nowhere() -> None:
    with pytest.raises(SendError) as error:
        _smtp(1).send(Message(to="a@b.vn\nBcc: all@b.vn", text="x"), reference="019f")
    assert error.value.permanent


@pytest.mark.parametrize("url", ["", "http://host", "smtp://", "smtp://name:secret@host"])
def test_a_wrong_server_address_is_told(url: str) -> None:
    with pytest.raises(SenderSettingError) as error:
        Server.parse(url)
    assert "secret" not in str(error.value)


def test_a_login_file_that_others_can_read_is_refused(tmp_path) -> None:
    path = tmp_path / "login"
    path.write_text("cs\nsecret\n")
    path.chmod(0o644)
    with pytest.raises(SenderSettingError):
        Smtp(Server.parse("smtp://127.0.0.1:1", path), sender="cs@shop.vn").send(MAIL, reference="019f")


def test_the_settings_choose_the_carriers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CAMKET_LOCAL_MESSAGES", True)
    assert {channel: type(found) for channel, found in providers().items()} == {"email": LocalPage, "sms": LocalPage}
    monkeypatch.setattr(settings, "CAMKET_LOCAL_MESSAGES", False)
    assert providers() == {}
    monkeypatch.setattr(settings, "CAMKET_SMTP", "smtps://mail.shop.vn")
    found = providers()["email"]
    assert isinstance(found, Smtp)
    assert Server.parse("smtps://mail.shop.vn") == Server("mail.shop.vn", 465, tls=True)
