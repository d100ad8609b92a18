"""Pasted chat (Zalo): propose name, phone, address and order lines; everything else is dropped.

Nothing is stored here: staff see the proposal and confirm it. Card numbers, codes and passwords are covered before
any other reading, so that a proposal cannot hold one; what was dropped is counted, never kept.
"""

import re
from dataclasses import dataclass, field, replace

from camket.base import names, phone, postal, scan
from camket.base.errors import BadValueError
from camket.base.text import clean, flat, fold
from camket.intake import quantity

_LONGEST = 20_000
# `[10:15, 22/11/2026] Lan Trần: …`, `Lan Trần, 10:15 22/11/2026`, `10:15 Lan:`; who wrote and when is not the order's.
_STAMP = re.compile(
    r"^\s*(?:\[[^\]\n]{3,40}\]\s*(?:[^:\n]{1,40}:\s*)?|\d{1,2}:\d{2}(?:\s+\d{1,2}/\d{1,2}(?:/\d{2,4})?)?\s*(?:[^:\n]{1,40}:\s+)?)"
)
_PHONE = re.compile(r"(?<![\w/])(?:\+?84|0|1[89]00)(?:[\s.\-()]{0,2}\d){6,10}(?![\w/])", re.ASCII)
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("name", re.compile(
        r"(?:ho (?:va )?ten|ten (?:nguoi nhan|khach(?: hang)?|em|minh|toi|chi|anh)|nguoi nhan|ten|name)"
        r"\s*(?:la|[:=\-])\s*"
    )),
    ("name", re.compile(r"^(?:em|minh|toi|chi|anh) (?:ten )?la\s+")),
    ("phone", re.compile(
        r"(?:so )?(?:sdt|so dien thoai|dien thoai|dt|phone|tel|lien he)\s*"
        r"(?:nhan hang)?\s*(?:la\b|[:=\-]|(?=[+(\d]))\s*"
    )),
    ("address", re.compile(
        r"(?:dia chi(?: giao hang| nhan hang| nhan)?|d/c|dc|address)\s*"
        r"(?:(?:cua )?(?:em|minh|toi) )?(?:la|o|[:=\-]|\s)\s*"
    )),
    ("address", re.compile(r"(?:giao|ship|gui)(?: hang)? (?:den|toi|ve|qua)\s*:?\s*(?:dia chi\s*:?\s*)?")),
)  # fmt: skip
_GREETING = re.compile(
    r"^(?:(?:shop|ad|admin|em|anh|chi|oi|cho|minh|toi|hoi|da|a|alo|hello|hi|lay|dat|mua|order|them|chot|can|muon|xin"
    r"|nhe|voi|va|don)\b[\s,:]*)+"
)
_TAIL = re.compile(r"(?:[\s,]+(?:nhe|nha|nhe shop|nha shop|a|ạ|oi|shop|giup em|giup minh|di))+\s*[.!]*$")
_JOIN = re.compile(r"\s*(?:,|;|\+|\bva\b|\bvoi\b|\bcung\b|\n)\s*")
_NAME = re.compile(r"[^\W\d_]+(?:[ '][^\W\d_]+){1,5}")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing ordered: how it was called, and how much."""

    description: str
    quantity: quantity.Quantity


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a chat seems to say; None where it does not. `dropped` counts lines of which nothing was taken."""

    name: str | None = None
    phone: str | None = None
    address: str | None = None
    lines: tuple[Line, ...] = ()
    other_phones: int = 0
    dropped: int = 0
    forbidden: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Draft:
    found: dict[str, str] = field(default_factory=dict)
    phones: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    dropped: int = 0


def propose(text: str) -> Proposal:
    """Read a pasted conversation of up to 20,000 characters; whatever cannot be told stays None."""
    written = clean(text[:_LONGEST])
    forbidden = scan.kinds(written)
    draft = _Draft()
    for row in scan.mask(written).split("\n"):
        line = _without_stamp(row)
        if line and not _take(line, draft):
            draft.dropped += 1
    phones = list(dict.fromkeys(draft.phones))
    return Proposal(
        name=draft.found.get("name"),
        phone=phones[0] if phones else None,
        # Cutting a text may lay bare what no word of it was before: `vềmk: …`.
        address=scan.mask(draft.found["address"]) if "address" in draft.found else None,
        lines=tuple(replace(line, description=scan.mask(line.description)) for line in draft.lines),
        other_phones=max(0, len(phones) - 1),
        dropped=draft.dropped,
        forbidden=frozenset(forbidden),
    )


def _without_stamp(row: str) -> str:
    return _STAMP.sub("", row, count=1).strip()


def _take(line: str, draft: _Draft) -> bool:
    """Take what a line says; False where it says nothing that an order needs."""
    line, told = _take_labelled(line, draft)
    rest, found = _take_phones(line, draft)
    ordered = _take_lines(rest, draft)
    if found:
        # `Trần Thị Lan 0901234567 12 Nguyễn Trãi, P. Bến Thành, Q1`: the phone parts name and address.
        before, after = (_without_goods(part) for part in rest.split("\0", 1))
        _take_name(before, draft)
        _take_address(after, draft) or _take_address(before, draft)
    return ordered or found or told or _take_address(rest, draft) or _take_bare_name(rest, draft)


def _without_goods(text: str) -> str:
    """Cut a text where its first quantity stands."""
    first = quantity.PATTERN.search(flat(text).replace("²", "2"))
    return text[: first.start()] if first else text


def _take_labelled(line: str, draft: _Draft) -> tuple[str, bool]:
    """Cut a line at its labels; what stands after each is that field's."""
    flattened = flat(line)
    marks = sorted(
        (found.start(), found.end(), what)
        for what, pattern in _LABELS
        for found in pattern.finditer(flattened)
        if found.start() == 0 or not flattened[found.start() - 1].isalnum()
    )
    if not marks:
        return line, False
    rest, at = line[: marks[0][0]], 0
    for index, (start, end, what) in enumerate(marks):
        if start < at:
            continue
        after = next((begin for begin, _, _ in marks[index + 1 :] if begin >= end), len(line))
        rest += _take_field(what, line[end:after], draft)
        at = after
    return rest.strip(" ,;.-"), True


def _take_field(what: str, value: str, draft: _Draft) -> str:
    """Take one labelled value and give back what of it is something else's."""
    value = value.strip(" ,;.-")
    if what == "phone":
        return value
    without, _ = _take_phones(value, draft)
    before, _, after = without.partition("\0")
    if what == "address":
        _keep_address(before, draft)
        return after
    first, _, more = before.partition(",")
    if not _take_name(first, draft):
        return without
    return f"{more} {after}".strip()


def _take_phones(line: str, draft: _Draft) -> tuple[str, bool]:
    """Take every readable phone number; the first leaves a NUL where it stood."""
    taken = False
    pieces, at = [], 0
    for found in _PHONE.finditer(line):
        try:
            number = phone.normalise(found[0])
        except BadValueError:
            continue
        if not phone.is_filler(number):
            draft.phones.append(number)
        pieces += [line[at : found.start()].rstrip(" ,;:-"), " " if taken else "\0"]
        at, taken = found.end(), True
    return "".join([*pieces, line[at:].lstrip(" ,;:-") if taken else line[at:]]), taken


def _take_lines(text: str, draft: _Draft) -> bool:
    """Take order lines: each quantity with the words after it, or before it where none follow."""
    text = text.replace("\0", " ")
    flattened = flat(text).replace("²", "2")
    matches = list(quantity.PATTERN.finditer(flattened))
    if not matches:
        return False
    count = len(draft.lines)
    for index, found in enumerate(matches):
        end = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        after = _goods(_parts(text[found.end() : end])[0])
        begin = matches[index - 1].end() if index else 0
        described = after or _goods(_parts(text[begin : found.start()])[-1])
        try:
            if described:
                draft.lines.append(Line(described, quantity.of(found)))
        except BadValueError:
            continue
    return len(draft.lines) > count


def _parts(text: str) -> list[str]:
    cuts = [found.span() for found in _JOIN.finditer(flat(text))]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _goods(text: str) -> str:
    words = text.strip(" .,;:-–()")
    flattened = flat(words)
    start = found.end() if (found := _GREETING.match(flattened)) else 0
    tail = _TAIL.search(flattened, start)
    return words[start : tail.start() if tail else None].strip(" .,;:-–()")


def _take_name(text: str, draft: _Draft) -> bool:
    name = text.strip(" ,;.:-\0")
    flattened = flat(name)
    if found := re.match(r"(?:em|minh|toi|chi|anh|co|chu)? ?(?:ten )?la ", flattened):
        name = name[found.end() :]
    tail = _TAIL.search(flat(name))
    name = name[: tail.start()].strip() if tail else name
    if "name" in draft.found or not name or len(name.split()) > 6 or not _is_name(name):  # noqa: PLR2004 - longer is a sentence
        return False
    draft.found["name"] = name
    return True


def _is_name(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[^\W\d_]+(?:[ '.][^\W\d_]+)*", text)) and not names.is_filler(names.normalise(text))
    except BadValueError:
        return False


def _take_bare_name(text: str, draft: _Draft) -> bool:
    """Take a line of its own that is a full name: a frequent family name first, every word in capitals."""
    name = text.strip(" ,;.:-")
    words = name.split()
    capital = all(word[0].isupper() for word in words)
    if not _NAME.fullmatch(name) or not capital or fold(words[0]) not in names.FREQUENT_FAMILY_NAMES:
        return False
    return _take_name(name, draft)


def _take_address(text: str, draft: _Draft) -> bool:
    """Take a text that names a unit (ward, district, province) as the address."""
    text = text.strip(" ,;.:-\0")
    found = postal.parse(text)
    units = [unit for unit in (found.ward, found.district, found.province_now) if unit]
    if "address" in draft.found or not units or not found.street or len(units) + text.count(",") < 2:  # noqa: PLR2004 - one word alone may be a name
        return False
    return _keep_address(text, draft)


def _keep_address(text: str, draft: _Draft) -> bool:
    tail = _TAIL.search(flat(text))
    try:
        draft.found.setdefault("address", postal.normalise(text[: tail.start()] if tail else text))
    except BadValueError:
        return False
    return True
