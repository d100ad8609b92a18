"""The printed recovery key: every wrapping key as groups of letters that a person can type back.

Crockford's base32 (no I, L, O, U; case and spaces do not matter; O reads as 0, I and L as 1). Each group of six ends
in a check letter, so that a slip is named by its group, and the whole ends in four bytes of SHA-256.
"""

import hashlib
from collections.abc import Mapping

from camket.crypto.errors import KeyFileError
from camket.crypto.seal import KEY_BYTES

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_FORMAT = 1
_DATA = 5
_GROUP = _DATA + 1
_PER_LINE = 4
_SUM_BYTES = 4
_ROW = 2 + KEY_BYTES
_HEAD = 4


def encode(keys: Mapping[int, bytes], active: int) -> str:
    """Lines of four groups. The same keys always give the same text."""
    payload = bytes([_FORMAT, len(keys)]) + active.to_bytes(2, "big")
    payload += b"".join(version.to_bytes(2, "big") + key for version, key in sorted(keys.items()))
    letters = _to_letters(payload + hashlib.sha256(payload).digest()[:_SUM_BYTES])
    data = [letters[start : start + _DATA] for start in range(0, len(letters), _DATA)]
    groups = [group + _check(number, group) for number, group in enumerate(data)]
    lines = [groups[start : start + _PER_LINE] for start in range(0, len(groups), _PER_LINE)]
    return "\n".join(" ".join(line) for line in lines)


def decode(text: str) -> tuple[dict[int, bytes], int]:
    """Keys by version, and the active version. `KeyFileError` names the group that was mistyped."""
    letters = "".join(text.replace("-", "").split()).upper().translate(_READ_AS)
    groups = [letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP)]
    for number, group in enumerate(groups):
        if not set(group) <= set(_ALPHABET) or len(group) == 1 or _check(number, group[:-1]) != group[-1]:
            raise _mistyped(number + 1)
    payload = _from_letters("".join(group[:-1] for group in groups))
    body, check = payload[:-_SUM_BYTES], payload[-_SUM_BYTES:]
    if len(body) < _HEAD + _ROW or hashlib.sha256(body).digest()[:_SUM_BYTES] != check or body[0] != _FORMAT:
        raise _incomplete()
    rows = [body[start : start + _ROW] for start in range(_HEAD, len(body), _ROW)]
    keys = {int.from_bytes(row[:2], "big"): row[2:] for row in rows}
    return keys, int.from_bytes(body[2:_HEAD], "big")


def _check(number: int, group: str) -> str:
    """Weigh and sum modulo 31 (a prime): finds nearly every wrong letter, swapped pair and moved group."""
    total = number + sum((place + 2) * _ALPHABET.index(letter) for place, letter in enumerate(group))
    return _ALPHABET[total % 31]


def _to_letters(payload: bytes) -> str:
    count = -(-len(payload) * 8 // 5)
    number = int.from_bytes(payload, "big") << (count * 5 - len(payload) * 8)
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(count)))


def _from_letters(letters: str) -> bytes:
    number = 0
    for letter in letters:
        number = number << 5 | _ALPHABET.index(letter)
    size = len(letters) * 5 // 8
    return (number >> (len(letters) * 5 - size * 8)).to_bytes(size, "big")


def _mistyped(group: int) -> KeyFileError:
    return KeyFileError(
        vi=f"nhóm thứ {group} của khóa khôi phục gõ sai",
        en=f"group {group} of the recovery key is mistyped",
        advice_vi="so lại nhóm đó với bản in; không phân biệt chữ hoa, chữ thường và dấu cách",
        advice_en="compare that group with the print; case and spaces do not matter",
        code="recovery-key-mistyped",
    )


def _incomplete() -> KeyFileError:
    return KeyFileError(
        vi="khóa khôi phục không đầy đủ",
        en="the recovery key is incomplete",
        advice_vi="gõ lại mọi nhóm theo đúng thứ tự trên bản in",
        advice_en="type every group again, in the order of the print",
        code="recovery-key-incomplete",
    )
