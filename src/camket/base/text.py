"""Vietnamese text: one spelling for storing, one for comparing.

`clean` keeps what was written (NFC, visible characters, single spaces). `flat` and `fold` are for comparing only and
are never stored in clear: they drop tone and vowel marks and đ, so that `Đặng Thị Hằng` and `DANG THI HANG` meet.
"""

import re
import unicodedata

# Zero-width and direction marks: invisible, so two texts that look alike would differ.
_INVISIBLE = dict.fromkeys([0x00AD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?")
_APART = re.compile(r"[^a-z0-9]+")


def nfc(text: str) -> str:
    """Compose: text typed on a Mac or copied from a PDF arrives decomposed."""
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """Compose, drop invisible and control characters, squeeze spaces; lines stay lines."""
    if text.isprintable():
        # Nothing invisible, no control character and no space but the plain one.
        composed = nfc(text)
        return (_SPACE.sub(" ", composed) if "  " in composed else composed).strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    # Composed after what is invisible has gone: it may have stood between a letter and its mark.
    return _LINES.sub("\n", _SPACE.sub(" ", nfc(_CONTROL.sub("", text)))).strip()


def one_line(text: str) -> str:
    """Clean, and join lines by a space; a blank line between them is none."""
    cleaned = clean(text)
    return " ".join(filter(None, cleaned.split("\n"))) if "\n" in cleaned else cleaned


def _flat_char(char: str) -> str:
    if char in "đĐð":
        return "d"
    base = unicodedata.normalize("NFKD", char)[0] if unicodedata.category(char)[0] in "LN" else char
    low = base.lower()
    return low if len(low) == 1 else char


class _Flat(dict[int, str]):
    """What each character folds to, worked out when it is first met; as many as Vietnamese and its neighbours need."""

    def __missing__(self, code: int) -> str:
        found = _flat_char(chr(code))
        if len(self) < _MOST_REMEMBERED:
            self[code] = found
        return found


_MOST_REMEMBERED = 4096
_FLAT = _Flat()


def flat(text: str) -> str:
    """Fold character by character: as long as `nfc(text)`, so that positions found here hold there.

    Letters lose their marks, digits of any script become ASCII; letters that have no ASCII base stay as they are.
    """
    composed = nfc(text)
    if composed.isascii():
        return composed.lower()
    return composed.translate(_FLAT)


def fold(text: str) -> str:
    """Fold for comparing: flat letters and digits, everything else one space (`Nguyễn-Văn  Đức` → `nguyen van duc`).

    Letters without an ASCII base (other scripts) are kept, so that such a name does not fold to nothing.
    """
    letters = flat(clean(text))
    if letters.isascii():
        return _APART.sub(" ", letters).strip()
    return " ".join("".join(char if char.isalnum() else " " for char in letters).split())


def key(text: str) -> str:
    """Fold and join: for headers and words (`Số điện thoại` → `sodienthoai`)."""
    return fold(text).replace(" ", "")
