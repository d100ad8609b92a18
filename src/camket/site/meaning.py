"""A promise in plain words, for the completions on a policy page: what is opened or bound, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from camket.design.words import Lang
from camket.policy import words
from camket.policy.kinds import Family, Promise, StatementPromise
from camket.policy.period import parse

_FIELDS: Final = {
    "about": ("về", "about"),
    "actions": ("việc", "deeds"),
    "address": ("địa chỉ", "address"),
    "after": ("tính từ", "counted from"),
    "basis": ("căn cứ", "basis"),
    "categories": ("loại dữ liệu", "data"),
    "channels": ("qua", "through"),
    "circulate": ("được dùng trong", "in use for"),
    "customer_duties": ("nghĩa vụ", "duties"),
    "duties": ("kèm nghĩa vụ", "with the duties"),
    "email": ("thư điện tử", "email"),
    "measures": ("biện pháp", "measures"),
    "name": ("tên", "name"),
    "needs": ("điều kiện", "conditions"),
    "notify": ("báo cho", "told"),
    "period": ("trong", "for"),
    "phone": ("điện thoại", "phone"),
    "purposes": ("mục đích", "purposes"),
    "recipients": ("bên nhận", "recipients"),
    "rights": ("quyền", "rights"),
    "roles": ("vai trò", "roles"),
    "sales": ("kênh", "channels"),
    "sources": ("nguồn", "sources"),
    "steps": ("các bước", "steps"),
    "tax_code": ("mã số thuế", "tax code"),
    "until": ("cho đến", "until"),
    "website": ("trang mạng", "website"),
}
_VALUES: Final = {
    "contract": ("hợp đồng", "contract"),
    "consent": ("sự đồng ý", "consent"),
    "law": ("luật", "law"),
    "request": ("yêu cầu của khách hàng", "the customer's request"),
    "misuse": ("dùng sai mục đích", "misuse"),
    "leak": ("lộ thông tin", "a leak"),
    "incident": ("sự cố", "an incident"),
    "policy": ("chính sách này", "this policy"),
    "service": ("dịch vụ", "the service"),
    "marketplace": ("sàn thương mại điện tử", "marketplace"),
    "distributor": ("nhà phân phối", "distributor"),
    "dealer": ("đại lý", "dealer"),
    "customer": ("khách hàng", "the customer"),
    "director": ("giám đốc", "the director"),
    "authority": ("cơ quan có thẩm quyền", "the authority"),
    "court": ("tòa án", "the court"),
    "detect": ("phát hiện", "detect"),
    "stop": ("ngăn chặn", "stop"),
    "record": ("ghi nhận", "record"),
    "assess": ("đánh giá", "assess"),
    "negotiate": ("thương lượng", "negotiate"),
    "remedy": ("khắc phục", "remedy"),
    "compensate": ("bồi thường", "compensate"),
    "refer": ("chuyển cơ quan giải quyết", "refer"),
    "review": ("rút kinh nghiệm", "review"),
    "link_complaint": ("gắn với khiếu nại", "link to complaints"),
}
# Where leaving a field out means every word of it, a reader should be told so.
_EVERY: Final = {"categories": ("mọi loại", "every kind")}
_SILENT: Final = frozenset({"despite", "of", "controller", "only", "forever"})
# A promise's main field stands right after its label and needs no name of its own.
_MAIN: Final = frozenset(
    {"purposes", "sources", "channels", "rights", "measures", "categories", "customer_duties", "roles", "recipients"}
)
_EVENTS: Final = frozenset({"after", "until"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one promise opens or binds: the name of its kind, and the rest as one line of words."""

    label: str
    words: str


def meaning(promise: Promise, lang: Lang) -> Meaning:
    """Put a promise in words, such as `Thời gian lưu trữ` and `đơn hàng; trong: 36 tháng; tính từ: …`."""
    label = promise.label[_at(lang)]
    return Meaning(label[0].upper() + label[1:], "; ".join(_parts(promise, lang)) + ".")


def _parts(promise: Promise, lang: Lang) -> Iterator[str]:
    if isinstance(promise, StatementPromise):
        yield promise.why
        return
    # `needs` is inherited and so comes first in the model; conditions are read last.
    names = sorted(type(promise).model_fields, key=lambda name: name == "needs")
    main = next((name for name in names if name in _MAIN and getattr(promise, name)), "")
    for name in (main, *(other for other in names if other != main)):
        value = getattr(promise, name, None)
        if value and name not in _SILENT:
            said = _said(value, _family(promise, name), lang)
            yield said if name == main else f"{_FIELDS[name][_at(lang)]}: {said}"
        elif not value and name in _EVERY:
            yield f"{_FIELDS[name][_at(lang)]}: {_EVERY[name][_at(lang)]}"
    if getattr(promise, "forever", False):
        yield "không thời hạn" if lang == "vi" else "without a time limit"
    if getattr(promise, "only", False):
        yield "chỉ những điều nêu ở đây" if lang == "vi" else "only what is named here"


def _family(promise: Promise, name: str) -> str:
    if name in _EVENTS:
        return "events"
    marks = type(promise).model_fields[name].metadata
    return next((mark.name for mark in marks if isinstance(mark, Family)), "")


def _said(value: Any, family: str, lang: Lang) -> str:
    if isinstance(value, tuple):
        return ", ".join(_said(one, family, lang) for one in value)
    if family:
        return words().name(family, value, lang)
    if value in _VALUES:
        return _VALUES[value][_at(lang)]
    period = parse(value)
    return period.name(lang) if period else str(value)


def _at(lang: Lang) -> int:
    return 0 if lang == "vi" else 1
