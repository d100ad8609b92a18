"""An opened value shows its mask wherever text is expected, and opens only to the room that holds its token."""

import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass

import pytest

from camket.base.plain import MASK, Plain, Token

SECRET = "0912345678"


@pytest.fixture
def token() -> Token:
    return Token()


@pytest.fixture
def plain(token: Token) -> Plain:
    return Plain(SECRET, token=token, masked="•••678")


def test_every_way_to_print_it_meets_the_mask(plain: Plain, caplog: pytest.LogCaptureFixture) -> None:
    @dataclass
    class Holder:
        value: Plain

    logging.getLogger("test").warning("saw %s and %r", plain, plain)
    shown = [
        str(plain),
        repr(plain),
        f"{plain}",
        f"{plain:>20}",
        f"{plain!r}",
        "".join(map(str, [plain])),
        json.dumps({"value": plain}, default=str, ensure_ascii=False),
        str([plain]),
        str({"a": plain}),
        repr(Holder(plain)),
        str(asdict(Holder(plain))),
        str(vars(Holder(plain))),
        caplog.text,
        str(copy.deepcopy([plain])),
    ]
    assert [text for text in shown if SECRET in text] == []
    assert all("•••678" in text for text in shown)


def test_json_and_pickle_refuse_it(plain: Plain) -> None:
    with pytest.raises(TypeError):
        json.dumps(plain)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(plain, protocol)


def test_only_the_token_it_was_made_under_reveals_it(plain: Plain, token: Token) -> None:
    assert plain.reveal(token) == SECRET
    with pytest.raises(PermissionError) as caught:
        plain.reveal(Token())
    assert SECRET not in str(caught.value)
    assert plain.masked == "•••678"


def test_comparing_and_hashing_tell_nothing(token: Token) -> None:
    one, two = Plain(SECRET, token=token), Plain(SECRET, token=token)
    assert one != two
    assert one == copy.copy(one) == copy.deepcopy(one)
    assert hash(one) != hash(SECRET)
    assert str(one) == MASK


def test_it_cannot_be_changed(plain: Plain, token: Token) -> None:
    with pytest.raises(AttributeError):
        plain._Plain__text = "x"
    with pytest.raises(AttributeError):
        plain.note = "x"
    assert plain.reveal(token) == SECRET


def test_a_token_cannot_be_copied(token: Token) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(token)
    with pytest.raises(TypeError):
        copy.deepcopy(token)
