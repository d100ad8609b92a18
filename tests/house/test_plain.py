"""An opened value never prints (design, invariant 1): every usual way out shows the mask."""

import ast
import copy
import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from pprint import pformat

import pytest

from camket.base.plain import Plain, Token
from tests.house import source

CANARY = "0912345678"
MASKED = "•••678"

WAYS_OUT: dict[str, Callable[[Plain], str]] = {
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "format": lambda plain: f"{plain:>40}",
    "f-string": lambda plain: f"{plain}{plain!r}{plain!s}{plain!a}",
    "percent": lambda plain: "%s %r" % (plain, plain),  # noqa: UP031 (the old way is a way too)
    "str.format": lambda plain: "{} {!r}".format(plain, plain),  # noqa: UP032 (this way is a way too)
    "join": lambda plain: " ".join(map(str, [plain])),
    "list": lambda plain: str([plain]),
    "dict": lambda plain: repr({"value": plain}),
    "pformat": lambda plain: pformat({"value": [plain]}),
    "json with default": lambda plain: json.dumps({"value": plain}, default=str),
    "json with repr": lambda plain: json.dumps({"value": plain}, default=repr),
    "copy": lambda plain: str(copy.copy(plain)),
    "deepcopy": lambda plain: str(copy.deepcopy({"value": plain})),
    "dir": lambda plain: " ".join(dir(plain)),
    "exception": lambda plain: str(ValueError(plain)) + repr(ValueError(plain)),
}


def _plain() -> Plain:
    return Plain(CANARY, token=Token(), masked=MASKED)


@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_shows_no_text(way: str) -> None:
    assert CANARY not in WAYS_OUT[way](_plain())


def test_what_is_shown_is_the_mask() -> None:
    assert (str(_plain()), f"{_plain()}", repr(_plain())) == (MASKED, MASKED, f"<Plain {MASKED}>")


@pytest.mark.parametrize("take", [pickle.dumps, json.dumps, lambda plain: json.dumps({"v": [plain]})])
def test_what_cannot_mask_refuses(take: Callable[[Plain], object]) -> None:
    with pytest.raises(TypeError):
        take(_plain())


def test_it_is_no_text() -> None:
    plain = _plain()
    with pytest.raises(TypeError):
        "prefix " + plain  # type: ignore[operator]  # the refusal is the point
    with pytest.raises(TypeError):
        list(plain)  # type: ignore[call-overload]  # the refusal is the point
    assert not isinstance(plain, str | bytes)
    assert not hasattr(plain, "__dict__")


def test_logs_and_tracebacks_show_the_mask() -> None:
    stream = io.StringIO()
    logger = logging.getLogger("canary")
    logger.addHandler(logging.StreamHandler(stream))
    plain = _plain()
    try:
        {}[plain]
    except LookupError as error:
        logger.exception("value %(v)s %(v)r", {"v": plain})
        logger.exception("value %s", plain)
        stack = traceback.TracebackException.from_exception(error, capture_locals=True)
        stream.write("".join(stack.format()))
    assert CANARY not in stream.getvalue()
    assert MASKED in stream.getvalue()


def test_only_the_token_it_was_made_with_reveals() -> None:
    token = Token()
    plain = Plain(CANARY, token=token, masked=MASKED)
    assert plain.reveal(token) == CANARY
    with pytest.raises(PermissionError):
        plain.reveal(Token())


# Where a value becomes text, and why there.
REVEALED = {
    "src/camket/base/plain.py": "defines it",
    "src/camket/vault/opening.py": "the vault holds the token",
    "src/camket/vault/joining.py": "a message is moved to the key of another subject",
    "src/camket/outbox/message.py": "a message is opened by its carrier",
    "src/camket/outbox/providers/local.py": "a carrier, at the wire",
    "src/camket/outbox/providers/smtp.py": "a carrier, at the wire",
    "src/camket/outbox/providers/sms.py": "a carrier, at the wire",
    "src/camket/site/messages.py": "the page of this machine that stands for a carrier",
    "src/camket/api/routes/look.py": "the door answers the person it was opened for",
}


def test_a_value_becomes_text_in_a_few_named_places_only() -> None:
    opening = {
        source.name(path)
        for path in source.python_files("src")
        for call in source.calls(source.tree(path))
        if call.split(".")[-1] == "reveal" or call in {"vault.show", "show"}
    }
    assert opening <= set(REVEALED)


def test_tokens_of_the_vault_are_named_in_their_own_files_only() -> None:
    named = {
        source.name(path)
        for path in source.python_files("src")
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.ImportFrom) and {name.name for name in node.names} & {"_VAULT", "_GATE"}
    }
    assert named == set()
