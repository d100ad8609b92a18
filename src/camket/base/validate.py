"""Validators: a normalised value that may not stand in its field raises BadValueError.

Every validator refuses what may never be stored, whatever the field (card numbers, passwords, one-time codes), and
fillers: `name@gmail.com` and `0900000000` are made up, and may be somebody's.
"""

import re
from collections.abc import Callable, Mapping

from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from camket.base import names, phone, scan
from camket.base.errors import BadValueError
from camket.base.normalise import bad

_LONGEST_TEXT = 20_000
_LONGEST_LINE = 300
_LONGEST_CODE = 64
_LONGEST_USER_NAME = 150

_FILLER_MAILBOXES = frozenset({
    "123", "1234", "12345", "123456", "a", "aa", "aaa", "abc", "abc123", "email", "example", "khach", "khachhang",
    "khongco", "khongcoemail", "mail", "name", "no-email", "noemail", "none", "null", "ten", "test", "test123", "user",
    "xxx", "your.email", "your.name", "youremail", "yourname",
})  # fmt: skip
_PUBLIC_MAIL = frozenset({
    "gmail.com", "yahoo.com", "yahoo.com.vn", "hotmail.com", "outlook.com", "outlook.com.vn", "icloud.com", "live.com",
    "gmail.com.vn", "email.com", "mail.com", "msn.com",
})  # fmt: skip
_FORBIDDEN = {
    "card_number": ("số thẻ thanh toán", "a payment card number"),
    "bank_login": ("mã hoặc thông tin đăng nhập ngân hàng", "a bank log-in or one-time code"),
    "password": ("mật khẩu", "a password"),
}


class ForbiddenValueError(BadValueError):
    """A value that is never stored, for any shop; `kind` is the forbidden category of the packs."""

    def __init__(self, kind: scan.Kind, *, field: str | None = None) -> None:
        vi, en = _FORBIDDEN[kind]
        super().__init__(
            f"trường này chứa {vi}, không được lưu",
            f"this field holds {en}, which is never stored",
            "xóa phần đó rồi gửi lại; không gửi thông tin này cho cửa hàng",
            "take it out and send again; do not give it to the shop",
            f"value.forbidden.{kind}",
            field=field,
        )
        self.kind = kind

    def at(self, field: str) -> "ForbiddenValueError":
        return ForbiddenValueError(self.kind, field=field)


def filler(code: str) -> BadValueError:
    """Make the error for a made-up value."""
    return bad(
        f"{code}.filler",
        "đây là giá trị điền cho có, có thể là của người khác",
        "this value is a filler and may be somebody else's",
        "để trống nếu không biết, đừng điền giá trị mẫu",
        "leave the field empty where the value is not known; do not fill in a sample",
    )


def nothing_forbidden(value: str) -> None:
    """Refuse card numbers, bank log-ins and passwords, alone or inside a text."""
    for one in scan.find(value):
        raise ForbiddenValueError(one.kind)


def _limit(value: str, longest: int) -> None:
    if not value or len(value) > longest:
        raise bad(
            "length",
            f"nội dung trống hoặc dài quá {longest} ký tự",
            f"this is empty or longer than {longest} characters",
            "rút gọn nội dung",
            "make it shorter",
        )
    nothing_forbidden(value)


def text(value: str) -> None:
    """Accept a text of up to 20,000 characters."""
    _limit(value, _LONGEST_TEXT)


def short_text(value: str) -> None:
    """Accept up to 300 characters."""
    _limit(value, _LONGEST_LINE)


def code(value: str) -> None:
    """Accept a number or code of up to 64 characters."""
    _limit(value, _LONGEST_CODE)


def name(value: str) -> None:
    """Accept a name, but not what a till writes when nobody was named."""
    _limit(value, _LONGEST_LINE)
    if names.is_filler(value):
        raise filler("name")


def phone_number(value: str) -> None:
    """Accept a number that is not made up."""
    _limit(value, _LONGEST_CODE)
    if phone.is_filler(value):
        raise filler("phone")


def email(value: str) -> None:
    """Accept an address that is not made up."""
    _limit(value, _LONGEST_LINE)
    mailbox, _, domain = value.partition("@")
    if mailbox in _FILLER_MAILBOXES and domain in _PUBLIC_MAIL:
        raise filler("email")


def birth_date(value: str) -> None:
    """Accept years from 1900; whether a day lies ahead is the caller's to ask, who has the time."""
    if not "1900" <= value[:4] <= "2100":
        raise bad(
            "date",
            "năm sinh này không thể có",
            "this year of birth cannot be",
            "viết đủ ngày sinh, ví dụ 22/11/1990",
            "write the date of birth, such as 22/11/1990",
        )


def user_name(value: str) -> None:
    """Accept up to 150 characters."""
    _limit(value, _LONGEST_USER_NAME)


_PERSON_NUMBER = re.compile(r"0(?:0[1-9]|[1-8]\d|9[0-6])\d{9}|\d{9}", re.ASCII)


def national_id(value: str) -> None:
    """Accept the 12 digits of a CCCD (place code 001 to 096; it has no check digit) and the 9 of an old CMND."""
    if not _PERSON_NUMBER.fullmatch(value):
        raise bad(
            "national_id",
            "số định danh này không đúng",
            "this national id number is not right",
            "CCCD có 12 chữ số (giữ số 0 ở đầu), CMND cũ có 9 chữ số",
            "a CCCD has 12 digits (keep the leading 0), an old CMND 9",
        )


def tax_code(value: str) -> None:
    """Accept an enterprise's code with its check digit, and the 12 digits that are a person's since July 2025."""
    try:
        mst.validate(value)
    except ValidationError as error:
        if re.fullmatch(r"\d{12}", value, re.ASCII) and _PERSON_NUMBER.fullmatch(value):
            return
        raise bad(
            "tax_code",
            "mã số thuế này không đúng",
            "this tax code is not right",
            "mã số thuế có 10 chữ số, 13 chữ số cho chi nhánh, hoặc 12 chữ số định danh cho cá nhân",
            "a tax code has 10 digits, 13 for a branch, or the 12 of a person's own number",
        ) from error


def bank_account(value: str) -> None:
    """Accept 6 to 19 letters and digits (there is no national shape), but never a card's number."""
    nothing_forbidden(value)
    if not re.fullmatch(r"[0-9A-Z]{6,19}", value):
        raise bad(
            "bank_account",
            "số tài khoản này không đúng",
            "this bank account number is not right",
            "số tài khoản có 6 đến 19 chữ số hoặc chữ cái",
            "an account number has 6 to 19 digits or letters",
        )


def never(_value: str) -> None:
    """Refuse every value: the field itself may not be stored."""
    raise bad(
        "forbidden",
        "trường này không bao giờ được lưu",
        "this field is never stored",
        "bỏ cột hoặc ô này",
        "leave this field out",
    )


def given(value: str) -> None:
    """Accept what its normaliser made (gender, money, dates)."""
    _limit(value, _LONGEST_LINE)


VALIDATORS: Mapping[str, Callable[[str], None]] = {
    "address": text,
    "bank_account": bank_account,
    "birth_date": birth_date,
    "code": code,
    "date": given,
    "email": email,
    "gender": given,
    "money": given,
    "name": name,
    "national_id": national_id,
    "never": never,
    "phone": phone_number,
    "short_text": short_text,
    "tax_code": tax_code,
    "text": text,
    "user_name": user_name,
}
