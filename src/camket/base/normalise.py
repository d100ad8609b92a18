"""Normalisers: what was written becomes the one spelling that is stored; what cannot be read raises BadValueError."""

import re
from collections.abc import Callable, Mapping
from datetime import date

import email_validator

from camket.base import names, phone, postal
from camket.base.errors import BadValueError
from camket.base.text import clean, flat, fold, one_line

_FLOAT = re.compile(r"\d+\.0", re.ASCII)


def bad(code: str, vi: str, en: str, advice_vi: str, advice_en: str) -> BadValueError:
    """Make the error of a value kind, its code under `value.`."""
    return BadValueError(vi, en, advice_vi, advice_en, f"value.{code}")


def text(written: str) -> str:
    """Keep a text as written, composed, without invisible characters."""
    return clean(written)


def code(written: str) -> str:
    """Keep a code as written, but for the `.0` that a spreadsheet adds to a number."""
    line = one_line(written)
    return line.removesuffix(".0") if _FLOAT.fullmatch(line) else line


# What nearly every address looks like; whatever else there is, the library judges.
_PLAIN_EMAIL = re.compile(
    r"(?=[^@]{1,64}@)(?=.{1,254}\Z)[a-z0-9]+(?:[._+-][a-z0-9]+)*"
    r"@(?:(?=[a-z0-9-]{1,63}\.)[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,63}",
    re.ASCII,
)
_NO_DOMAINS = tuple(f".{name}" for name in email_validator.SPECIAL_USE_DOMAIN_NAMES)


def email(written: str) -> str:
    """Return the address in lower case; mailboxes that differ by case alone are one in practice."""
    line = one_line(written).strip("<>;, ").removeprefix("mailto:")
    low = line.lower()
    if _PLAIN_EMAIL.fullmatch(low) and not low.endswith(_NO_DOMAINS):
        return low
    try:
        found = email_validator.validate_email(line, check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        raise bad(
            "email",
            "đây không phải là một địa chỉ email",
            "this is not an email address",
            "viết một địa chỉ duy nhất, ví dụ lan@cuahang.vn",
            "write one address only, such as lan@cuahang.vn",
        ) from error
    return found.normalized.lower()


_GENDERS = {
    "nam": "male", "male": "male", "m": "male", "trai": "male", "ong": "male", "anh": "male", "mr": "male",
    "nu": "female", "female": "female", "f": "female", "gai": "female", "ba": "female", "chi": "female",
    "mrs": "female", "ms": "female", "khac": "other", "other": "other", "x": "other", "khong muon noi": "other",
}  # fmt: skip


def gender(written: str) -> str:
    """Return `male`, `female` or `other`; a bare number or boolean is refused, since exports disagree on them."""
    found = _GENDERS.get(fold(written))
    if found is None:
        raise bad(
            "gender",
            "giới tính này không đọc được",
            "this gender cannot be read",
            "viết nam, nữ hoặc khác",
            "write male, female or other",
        )
    return found


_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]\d{1,2}:\d{2}\S*(?: [+-]\d{4}| utc)?)?", re.ASCII)
_DAY = re.compile(
    r"(?:ngay )?(\d{1,2})(?:[-/. ]| thang )(\d{1,2})(?:[-/. ]| nam )(\d{4})(?: \d{1,2}:\d{2}\S*)?", re.ASCII
)
_CLOCK_FIRST = re.compile(r"^\d{1,2}:\d{2}(?::\d{2})?\s+")


def day(written: str) -> str:
    """Return `2026-11-22` for `22/11/2026`, `22-11-2026`, `2026-11-22T08:00`, `ngày 22 tháng 11 năm 2026`."""
    line = _CLOCK_FIRST.sub("", flat(one_line(written)))
    if found := _ISO_DAY.fullmatch(line):
        year, month, number = map(int, found.groups())
    elif found := _DAY.fullmatch(line):
        number, month, year = map(int, found.groups())
    else:
        raise _no_day()
    try:
        return date(year, month, number).isoformat()
    except ValueError as error:
        raise _no_day() from error


def _no_day() -> BadValueError:
    return bad(
        "date",
        "ngày này không đọc được",
        "this date cannot be read",
        "viết ngày trước, tháng sau, năm đủ bốn chữ số: 22/11/2026",
        "write day, month and a year of four digits: 22/11/2026",
    )


def birth_date(written: str) -> str:
    """Return a day, or a year alone where only that is known."""
    line = one_line(written).removesuffix(".0")
    return line if re.fullmatch(r"(?:19|20)\d\d", line, re.ASCII) else day(line)


_MONEY = re.compile(
    r"(-?)(\d{1,3}(?:([., ])\d{3})(?:\3\d{3})*|\d+)(?:[.,]0{1,2})?"
    r" ?(k|nghin|ngan|tr|trieu|ty|ti)? ?(?:d|dong|vnd)?\.?",
    re.ASCII,
)
_UNITS = {"k": 1_000, "nghin": 1_000, "ngan": 1_000, "tr": 10**6, "trieu": 10**6, "ty": 10**9, "ti": 10**9}


def money(written: str) -> str:
    """Return whole đồng as digits for `1.250.000 ₫`, `1,250,000`, `1250000.00`, `125k`, `2 triệu`."""
    line = flat(one_line(written)).replace("₫", " d").strip()
    found = _MONEY.fullmatch(re.sub(r"\s+", " ", line))
    if not found:
        raise bad(
            "money",
            "số tiền này không đọc được",
            "this amount cannot be read",
            "viết số đồng nguyên, ví dụ 1.250.000 ₫",
            "write whole đồng, such as 1.250.000 ₫",
        )
    amount = int(re.sub(r"\D", "", found[2])) * _UNITS.get(found[4], 1)
    return f"{found[1]}{amount}"


def digits_only(written: str) -> str:
    """Drop what separates groups of a number; nothing else is taken away."""
    return re.sub(r"[\s.\-_]", "", flat(one_line(written).removeprefix("'")))


def tax_code(written: str) -> str:
    """Return 10 digits, 10-3 for a branch, or the 12 digits of a person's own number."""
    line = digits_only(written)
    return f"{line[:10]}-{line[10:]}" if re.fullmatch(r"\d{13}", line, re.ASCII) else line


def bank_account(written: str) -> str:
    """Return the number without separators, letters in capitals."""
    return digits_only(written).upper()


NORMALISERS: Mapping[str, Callable[[str], str]] = {
    "address": postal.normalise,
    "bank_account": bank_account,
    "birth_date": birth_date,
    "code": code,
    "date": day,
    "email": email,
    "gender": gender,
    "money": money,
    "name": names.normalise,
    "national_id": digits_only,
    "phone": phone.normalise,
    "tax_code": tax_code,
    "text": text,
    "user_name": code,
}
