"""Passwords, PINs, one-time codes and bank log-ins in a text that is already flat with ASCII digits.

A word for a secret alone passes (`quên mật khẩu`); what gives the secret away is a sign or `là` with a token after
it, or a token with digits. `pin` alone is a battery and `pass` alone is a resale, so neither counts by itself.
"""

import re
from collections.abc import Iterator

_WORDS = (
    r"(?:cua|tai khoan|dang nhap|ngan hang|toi|em|minh|anh|chi|la|is|bank|banking|code|so|the|moi|my|the nay"
    r"|vcb|bidv|acb|mb|wifi|zalo|facebook|gmail|email)"
)
_FILL = rf"\s*(?:{_WORDS}\s+){{0,5}}"
# The same words where the sign stands right behind the last: `mật khẩu ngân hàng: …`.
_OF = rf"(?:\s+{_WORDS}){{0,5}}"
_TOKEN = r"(?P<secret>[^\s,;]{3,64})"  # noqa: S105 - a pattern
_DIGITS = r"(?P<secret>(?=[^\s,;]{0,63}\d)[^\s,;]{4,64})"
_WORD = r"\b(?:mat khau|pass ?word|passwd|passcode|passphrase)\b"
_CODE = r"\b(?:(?:ma )?otp|ma xac (?:thuc|nhan)|ma pin|so pin|pin code|pin the|smart ?otp|ma bao mat|cvv2?|cvc2?|cvn)\b"
_ASKED = r"(?!(?:bao|sao|khong|chua|the nao|dung|sai|what|wrong|not|the same)\b)"
_PASSWORDS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_WORD}{_OF}\s*(?:[:=]|->|=>)\s*{_TOKEN}",
        rf"{_WORD}{_FILL}(?<=la )\s*{_ASKED}{_TOKEN}",
        rf"{_WORD}\s+(?:is|was)\s+{_ASKED}{_TOKEN}",
        rf"{_WORD}[\s\"'(\[]+{_FILL}{_DIGITS}",
        rf"\b(?:mk|pass|pw|pwd)\s*[:=]\s*{_TOKEN}",
    )
)
_BANK = (
    re.compile(rf"{_CODE}[\s\"'(\[]*{_FILL}[:=]?\s*(?P<secret>\d(?:[ -]?\d){{2,7}})(?!\d)", re.ASCII),
    re.compile(
        r"\b(?:internet|mobile|e-?|i-?)\s?banking\b[^.\n]{0,40}?(?:user(?:name)?|ten dang nhap|tai khoan|id|login)\s*"
        rf"(?:la|is|[:=])\s*{_TOKEN}"
    ),
)


# Whatever the patterns find holds one of these: most texts are done with by one look.
_HINT = re.compile(r"mat khau|pass|mk|pw|otp|ma xac|pin|ma bao mat|cv[vcn]|banking")


def may_stand_in(text: str) -> bool:
    """Tell whether the other two need to look at a text at all."""
    return _HINT.search(text) is not None


def passwords(text: str) -> Iterator[tuple[int, int]]:
    """Yield where passwords stand."""
    return _places(_PASSWORDS, text)


def bank_logins(text: str) -> Iterator[tuple[int, int]]:
    """Yield where one-time codes, PINs, card check codes and bank user names stand."""
    return _places(_BANK, text)


def _places(patterns: tuple[re.Pattern[str], ...], text: str) -> Iterator[tuple[int, int]]:
    for pattern in patterns:
        for found in pattern.finditer(text):
            yield found.span("secret")
