"""Phone numbers: one spelling (E.164) for all the ways a Vietnamese number is written.

`0168…` of before September 2018 and `038…` are one person (FMT-old). Landlines of before 2017 (`08…` for Hồ Chí Minh
City, `04…` for Hà Nội) are not mapped: their shapes are mobile prefixes today, so a guess could name another person.
"""

import re
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from camket.base.errors import BadValueError
from camket.base.text import clean, flat

_OLD_MOBILE = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "186": "56", "188": "58",
    "199": "59",
}  # fmt: skip
_SHAPE = re.compile(r"[+(]?[\d(][\d\s().\-–/+]*(?:\s*(?:;?ext|x|may le|#)[=.:\s]*\d{1,6})?", re.ASCII)
_EXTENSION = re.compile(r"(?:;?ext|x|may le|#)[=.:\s]*(\d{1,6})$")
_OLD = re.compile(r"(?:\+?84|0084)?0?(1\d{2})(\d{7})")
_HOTLINE = re.compile(r"(?:\+?84)?(1[89]00\d{4,6})")
_EXCEL = re.compile(r"(\d{9,11})\.0")
_FILLER = re.compile(r"\+84\d{2}(\d)\1{6}")
_MAX_LENGTH = 40


def normalise(text: str) -> str:
    """Turn a written number into E.164 (`+84…`), an extension kept as `;ext=`; raise BadValueError if it is none."""
    written = flat(clean(text)).strip(" .,;:")
    if found := _EXCEL.fullmatch(written):
        written = found[1]
    if not written or len(written) > _MAX_LENGTH or not _SHAPE.fullmatch(written):
        raise _unreadable()
    extension = _EXTENSION.search(written)
    main = written[: extension.start()] if extension else written
    digits = re.sub(r"[^\d+]", "", main.replace("(0)", ""))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if (old := _OLD.fullmatch(digits)) and old[1] in _OLD_MOBILE:
        digits = f"+84{_OLD_MOBILE[old[1]]}{old[2]}"
    elif hotline := _HOTLINE.fullmatch(digits):
        digits = f"+84{hotline[1]}"
    return _e164(digits) + (f";ext={extension[1]}" if extension else "")


def _e164(digits: str) -> str:
    if mobile := _plain_mobile(digits):
        return mobile
    # 84901234567 without a plus is how Zalo and many exports write it; a national number of that length has a 0 first.
    candidates = [f"+{digits}"] if re.fullmatch(r"84\d{9,10}", digits) else []
    for candidate in [*candidates, digits]:
        try:
            number = phonenumbers.parse(candidate, "VN")
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise _unreadable()


def _plain_mobile(digits: str) -> str:
    """Read the commonest case, a mobile number of this country, by the library's own pattern but without its care."""
    if len(digits) == 10 and digits[0] == "0":  # noqa: PLR2004 - 0 and nine digits
        national = digits[1:]
    elif digits.startswith(("+84", "84")):
        national = digits.removeprefix("+").removeprefix("84")
    else:
        return ""
    return f"+84{national}" if _mobiles().fullmatch(national) else ""


@cache
def _mobiles() -> re.Pattern[str]:
    found = PhoneMetadata.metadata_for_region("VN")
    if found is None or found.mobile is None or found.general_desc is None:
        raise LookupError("the library knows no numbers of this country")
    general, mobile = found.general_desc.national_number_pattern, found.mobile.national_number_pattern
    return re.compile(rf"(?=\d{{9}}\Z)(?=(?:{general})\Z)(?:{mobile})", re.ASCII)


def _unreadable() -> BadValueError:
    return BadValueError(
        "đây không phải là một số điện thoại đọc được",
        "this is not a phone number that can be read",
        "viết một số duy nhất, ví dụ 0901 234 567 hoặc 028 3822 1234",
        "write one number only, such as 0901 234 567 or 028 3822 1234",
        "value.phone",
    )


def is_filler(e164: str) -> bool:
    """Tell numbers that people type to get past a form (`0900000000`): they are somebody else's, or nobody's."""
    return _FILLER.fullmatch(e164.partition(";")[0]) is not None


def is_mobile(e164: str) -> bool:
    """Tell whether a text message can reach the number."""
    number = phonenumbers.parse(e164.partition(";")[0])
    return phonenumbers.number_type(number) in {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def is_hotline(e164: str) -> bool:
    """Tell 1800 and 1900 numbers: they belong to firms and receive no text messages."""
    return _HOTLINE.fullmatch(e164) is not None


def national(e164: str) -> str:
    """Write a number as it is dialled at home: `0901 234 567`, `028 3822 1234`, `1800 6292`."""
    main, _, extension = e164.partition(";ext=")
    number = phonenumbers.parse(main)
    style = PhoneNumberFormat.NATIONAL if number.country_code == 84 else PhoneNumberFormat.INTERNATIONAL  # noqa: PLR2004 - Vietnam's country code
    written = phonenumbers.format_number(number, style)
    return f"{written} ext {extension}" if extension else written
