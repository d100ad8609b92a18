"""One row of a shop's file becomes a draft: values by category, an order line, answers; or a list of what is wrong.

Nothing is decided or stored here. A problem names row, column and reason, never the value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from camket.base.errors import BadValueError
from camket.base.normalise import day, money
from camket.base.text import fold, key
from camket.base.validate import nothing_forbidden
from camket.base.values import accept
from camket.intake.headers import NOTHING
from camket.intake.lines import Line
from camket.intake.mapping import Answer, ColumnMap
from camket.intake.models import SALES_CHANNELS
from camket.intake.table import Row
from camket.policy import words

IDENTIFYING = ("phone", "email", "customer_code", "user_name", "social_account", "order_number", "receiver_phone")
_STATUSES = {
    "completed": ("hoanthanh", "completed", "complete", "delivered", "dagiao", "giaothanhcong", "fulfilled", "done"),
    "cancelled": ("dahuy", "huy", "cancelled", "canceled", "voided"),
    "returned": ("trahang", "hoantra", "refunded", "returned"),
    "shipped": ("danggiao", "shipped", "shipping"),
    "confirmed": ("daxacnhan", "confirmed", "processing", "dangxuly"),
    "placed": ("moi", "dondat", "choxuly", "pending", "new", "open", "unfulfilled"),
}  # fmt: skip
_CHANNEL_WORDS = {
    "marketplace": ("shopee", "lazada", "tiki", "tiktok", "tiktokshop", "sendo", "santhuongmaidientu"),
    "website": ("web", "website", "online", "haravan", "sapo", "woocommerce", "shopify"),
    "phone": ("dienthoai", "hotline", "phone", "call"),
    "mailbox": ("email", "mail"),
    "chat": ("facebook", "fb", "zalo", "messenger", "chat", "instagram"),
    "counter": ("taicuahang", "cuahang", "pos", "bantructiep", "offline", "store"),
    "dealer": ("daily", "dealer"),
    "distributor": ("nhaphanphoi", "distributor"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not taken: where, and the reason in both languages. `column` is the header as the file has it."""

    sheet: str
    row: int
    column: str
    code: str
    vi: str
    en: str


@dataclass(slots=True)
class Draft:
    """What one good row says."""

    row: int
    values: dict[str, list[str]] = field(default_factory=dict, repr=False)
    line: Line | None = field(default=None, repr=False)
    placed_on: date | None = None
    channel: str = "unknown"
    outlet: str = ""
    status: str = "unknown"
    total: int | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    stated: bool = False

    @property
    def is_order(self) -> bool:
        """Whether the row tells of an order and not of a person alone."""
        return self.line is not None or "order_number" in self.values or "order" in self.values

    def canonical(self) -> str:
        """Write everything the row says, in one order whatever the columns' order: what its mark is made of."""
        parts = [f"{name}={value}" for name, values in sorted(self.values.items()) for value in values]
        parts += [self.line.goods(), self.line.requirements() or ""] if self.line else []
        parts += [str(self.placed_on), self.channel, self.outlet, self.status, str(self.total)]
        parts += [f"{purpose}={answer}" for purpose, answer in sorted(self.answers.items())]
        return "\x1f".join(parts)


def read(row: Row, mapped: ColumnMap, *, sheet: str = "", today: date) -> Draft | list[Problem]:
    """Read one row; every wrong cell gives a problem."""
    if row.broken:
        vi, en = "hàng bị hỏng: dấu nháy kép chưa đóng", "the row is broken: a quotation mark is not closed"
        return [Problem(sheet, row.number, "-", "table.row", vi, en)]
    reading = _Reading(row, mapped, today)
    draft = reading.draft()
    problems = [Problem(sheet, row.number, column, error.code, error.vi, error.en) for column, error in reading.errors]
    return problems or draft


class _Reading:
    def __init__(self, row: Row, mapped: ColumnMap, today: date) -> None:
        self._mapped = mapped
        self._today = today
        self._draft = Draft(row.number)
        self._cells: dict[str, list[tuple[str, str]]] = {}
        self.errors: list[tuple[str, BadValueError]] = []
        for column in mapped.columns:
            cell = row.cells[column.place] if column.place < len(row.cells) else ""
            if column.target != NOTHING and cell:
                self._cells.setdefault(column.target, []).append((column.header or f"#{column.place + 1}", cell))

    def draft(self) -> Draft:
        for target, cells in self._cells.items():
            for header, cell in cells:
                self._take(target, header, cell)
        self._compose("name", ("name.family", "name.given"), " ")
        self._compose("receiver_name", ("receiver_name.family", "receiver_name.given"), " ")
        for base in ("postal_address", "receiver_address"):
            self._compose(base, (f"{base}.ward", f"{base}.district", f"{base}.province"), ", ")
        self._line()
        if not self.errors and not any(name in self._draft.values for name in IDENTIFYING):
            self.errors.append(("-", _nobody()))
        return self._draft

    def _take(self, target: str, header: str, cell: str) -> None:
        pack = words().categories.get(target)
        try:
            if pack is not None:
                value = accept(cell, normalise=pack.normalise, validate=pack.validate)
                self._add(target, value)
            else:
                nothing_forbidden(cell)
                self._fact(target, cell)
        except BadValueError as error:
            self.errors.append((header, error))

    def _add(self, category: str, value: str) -> None:
        if category == "birth_date" and value > self._today.isoformat():
            raise _ahead()
        held = self._draft.values.setdefault(category, [])
        if value not in held:
            held.append(value)

    def _fact(self, target: str, cell: str) -> None:
        kind, _, name = target.partition(".")
        draft = self._draft
        if target == "order.placed_on":
            draft.placed_on = date.fromisoformat(day(cell))
        elif target == "order.total":
            draft.total = int(money(cell))
        elif target == "order.status":
            draft.status = _word(cell, _STATUSES)
        elif target == "order.channel":
            draft.channel = _word(cell, _CHANNEL_WORDS)
            draft.outlet = key(cell)[:40] if draft.channel in {"marketplace", "dealer", "distributor"} else ""
        elif target == "third_party":
            draft.stated = self._mapped.answer("consent.third_party", cell)[1] == "given"
        elif kind in {"consent", "refusal"}:
            purpose, answer = self._mapped.answer(target, cell)
            if draft.answers.get(purpose) != "refused":
                draft.answers[purpose] = answer
        elif name not in {"ward", "district", "province", "family", "given"} and kind not in {"line", "order"}:
            raise AssertionError(target)

    def _compose(self, category: str, parts: Sequence[str], joint: str) -> None:
        """Put a name or an address together that stands in several columns."""
        cells = [self._cells[part][0] for part in parts if part in self._cells]
        if not cells:
            return
        whole = list(self._draft.values.get(category, []))[:1] if joint == ", " else []
        if joint == " " and category in self._draft.values:
            return
        text = joint.join([*whole, *(cell for _, cell in cells if fold(cell) not in fold(" ".join(whole)))])
        pack = words().categories[category]
        try:
            self._draft.values[category] = [accept(text, normalise=pack.normalise, validate=pack.validate)]
        except BadValueError as error:
            self.errors.append((cells[0][0], error))

    def _line(self) -> None:
        given = {
            target.removeprefix("line."): cells[0][1]
            for target, cells in self._cells.items()
            if target.startswith("line.")
        }
        if "order.delivery_time" in self._cells:
            given["delivery_time"] = self._cells["order.delivery_time"][0][1]
        if not given:
            return
        try:
            self._draft.line = Line.read(given)
        except BadValueError as error:
            target = (error.field or "").replace("line.delivery_time", "order.delivery_time")
            self.errors.append((self._cells.get(target, [("-", "")])[0][0], error))


def _word(cell: str, table: Mapping[str, Sequence[str]]) -> str:
    folded = key(cell)
    if folded in table or folded in SALES_CHANNELS:
        return folded
    return next((word for word, spellings in table.items() if folded in spellings), "unknown")


def _nobody() -> BadValueError:
    return BadValueError(
        "hàng này không có thông tin nào để biết là của ai",
        "the row has nothing that tells whose it is",
        "thêm số điện thoại, email, mã khách hàng hoặc mã đơn",
        "add a phone, an email, a customer code or an order number",
        "row.nobody",
    )


def _ahead() -> BadValueError:
    return BadValueError(
        "ngày sinh này ở tương lai",
        "this date of birth lies ahead",
        "kiểm tra lại năm sinh",
        "check the year",
        "value.date",
    )
