"""JSON as the standard has it, and not deeper than anybody needs."""

import json
import re
from typing import Any, Final

from django.http import HttpRequest
from ninja.parser import Parser

# The deepest body of the document is four levels deep.
DEEPEST: Final = 32
_PLAIN_STRING: Final = re.compile(rb'"[^"]*"')
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_BRACKET: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


class StrictParser(Parser):
    """JSON as the standard has it: UTF-8, no NaN, no key twice (the second would win silently), at most 32 levels."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body = request.body
        if too_deep(body):
            raise ValueError("nested too deep")
        found = json.loads(body.decode(), parse_constant=_refuse, object_pairs_hook=_once)
        if not isinstance(found, dict):
            raise TypeError("not an object")
        return found


def too_deep(body: bytes) -> bool:
    """Tell whether brackets are nested beyond the limit, before anything is parsed."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    strings = _STRING if b"\\" in body else _PLAIN_STRING
    depth = 0
    for bracket in strings.sub(b"", body).translate(None, _NO_BRACKET):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return True
    return False


def _refuse(_constant: str) -> None:
    raise ValueError("not a JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
