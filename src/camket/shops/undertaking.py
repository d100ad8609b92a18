"""The secrecy undertaking that everybody signs before reading anything. A new wording is a new version."""

import hashlib
from typing import Final

VERSION: Final = 1
TEXT: Final = {
    "vi": (
        "Tôi cam kết giữ bí mật thông tin cá nhân của khách hàng mà tôi được biết khi làm việc, chỉ xem và dùng đúng "
        "mục đích và phần việc được giao, không sao chép ra ngoài, không tiết lộ cho người khác, kể cả sau khi thôi "
        "việc; tôi chịu trách nhiệm trước pháp luật nếu làm lộ."
    ),
    "en": (
        "I undertake to keep secret the personal information of customers that I learn at work, to look at it and use "
        "it only for the purpose and the work given to me, not to copy it elsewhere, not to disclose it to others, "
        "also after I have left; I am liable under the law if I leak it."
    ),
}


def digest() -> bytes:
    """SHA-256 of the Vietnamese wording, which prevails."""
    return hashlib.sha256(TEXT["vi"].encode()).digest()
