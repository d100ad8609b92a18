"""Taking in what a source sends: one person's fields, order lines and answers, in one deed.

INVARIANT 13: public input always makes a new person. Where a contact is known already, that is a proposal for the
staff to decide; nothing of the known person is opened, joined or given a new contact.
INVARIANT 12: what cannot be read is refused at the door with its field named, before anything is stored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms, vietnam_day
from camket.base.errors import BadValueError
from camket.base.ids import uuid7
from camket.base.text import fold
from camket.base.values import ForbiddenValueError, accept
from camket.consent import actions as consent
from camket.consent.queries import Answer as ConsentAnswer
from camket.intake.admission import Admission, admit, not_stated, seller_rules
from camket.intake.errors import BadInputError, IntakeError
from camket.intake.lines import Line
from camket.intake.models import SALES_CHANNELS, STATUSES, Order
from camket.intake.parcels import Consent, Received, Sale
from camket.intake.sources import Shape, shape
from camket.ledger.actions import Deed, deed, refuse
from camket.policy import Rulebook, words
from camket.shops import queries as shops
from camket.shops.actions import assign_work
from camket.subjects import actions as subjects
from camket.subjects import blind
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.queries import by_identifiers
from camket.vault import facts as fact_room
from camket.vault import signups
from camket.vault.actions import Value, put, watched
from camket.vault.errors import RefusedError
from camket.vault.facts import Facts, Reading

Fields = Mapping[str, str | Sequence[str]]
_RECEIVER = {"receiver_name": "name", "receiver_phone": "phone", "receiver_address": "postal_address"}
_MATCHED_BY = ("phone", "email", "user_name")
MOST_PROPOSALS = 5
_MOST_LINES = 200


@dataclass(slots=True)
class _Task:
    shop_id: int
    source: str
    shape: Shape
    actor: Actor
    now: datetime
    values: dict[str, list[str]] = field(repr=False)
    lines: list[Line] = field(repr=False)
    sale: Sale
    consents: Sequence[Consent]
    declared: frozenset[str]
    subject_id: UUID | None
    child: bool
    representative: bool
    read: Reading = field(default_factory=Reading)

    @property
    def facts(self) -> Facts:
        """What was read, and the answers of this intake beside it."""
        return self.read.facts

    @property
    def is_order(self) -> bool:
        return self.shape.order and (bool(self.lines) or "order" in self.values or "order_number" in self.values)

    @property
    def is_sign_up(self) -> bool:
        """Whether a stranger signs up by a form: it waits for the contact's own confirmation (double opt-in)."""
        by_staff = self.actor.kind in {"staff", "owner"} or self.actor.on_behalf is not None
        return self.source == "newsletter" and self.subject_id is None and not by_staff

    @property
    def event(self) -> str:
        if self.is_sign_up:
            return "sign_up.begun"
        return self.shape.event if self.is_order or not self.shape.order else "intake.received"


def receive(
    *,
    shop_id: int,
    source: str,
    fields: Fields,
    actor: Actor,
    now: datetime,
    lines: Sequence[Mapping[str, str]] = (),
    sale: Sale | None = None,
    consents: Sequence[Consent] = (),
    declared: Collection[str] = (),
    subject_id: UUID | None = None,
    child: bool = False,
    representative: bool = False,
) -> Received:
    """Take in what one person sent by one source: `fields` by category, order lines by the keys of `lines.KEYS`.

    The shop's rulebook decides each category under each purpose. What it refuses is dropped, counted in the entry with
    its clause, and never stored; where it refuses what the source cannot do without, all is refused. `declared` are the
    customer's statements (`truthful_data`, `third_party_consent`): data about somebody else needs the second.
    `subject_id` adds to a known person and is for that person or for staff.

    Errors: BadInputError (every wrong field named), RefusedError (its entry is committed), IntakeError.
    """
    _known_source(source)
    _may_add(actor, subject_id)
    task = _Task(
        shop_id=shop_id,
        source=source,
        shape=shape(source),
        actor=actor,
        now=now,
        values={},
        lines=[],
        sale=sale or Sale(),
        consents=consents,
        declared=frozenset(declared),
        subject_id=subject_id,
        child=child,
        representative=representative,
    )
    _read(task, fields, lines)
    with watched(shop_id=shop_id, actor=actor, subject_id=subject_id, now=now, purpose=None, work=None):
        admission = _admitted(task)
    with (
        watched(shop_id=shop_id, actor=actor, subject_id=subject_id, now=now, purpose=None, work=None),
        deed(
            shop_id=shop_id,
            event=task.event,
            actor=actor,
            now=now,
            subject_id=subject_id or uuid7(to_ms(now)),
            single=not task.is_sign_up,
        ) as made,
    ):
        return _take(task, admission, made)


def _known_source(source: str) -> None:
    if source not in words().sources:
        near = ", ".join(words().suggest("sources", source))
        raise IntakeError(
            "nguồn này không có trong danh sách",
            "this source is not in the word list",
            f"chọn một nguồn của `camket policy words`{f', ví dụ {near}' if near else ''}",
            f"choose a source of `camket policy words`{f', such as {near}' if near else ''}",
            "unknown_source",
            field="source",
        )


def _may_add(actor: Actor, subject_id: UUID | None) -> None:
    itself = actor.kind == "customer" and actor.id == str(subject_id)
    staff = actor.kind in {"staff", "owner"} or (actor.kind == "system" and actor.on_behalf is not None)
    if subject_id is not None and not (itself or staff):
        raise IntakeError(
            "dữ liệu gửi từ bên ngoài không được ghép vào khách hàng đã có",
            "what comes from outside is never added to a known customer",
            "gửi không kèm mã khách hàng; nhân viên sẽ xét việc ghép",
            "send it without the customer's id; staff decide on joining",
            "public_join",
            field="subject_id",
        )


def _read(task: _Task, fields: Fields, lines: Sequence[Mapping[str, str]]) -> None:
    """Normalise and check everything; BadInputError names every field at once."""
    errors: list[BadValueError] = []
    for category, given in fields.items():
        texts = [given] if isinstance(given, str) else list(given)
        try:
            read = [value for text in texts if text.strip() and (value := _value(category, text, task.now))]
        except BadValueError as error:
            errors.append(error.at(category))
            continue
        if read:
            task.values[category] = list(dict.fromkeys(read))
    for line in lines[:_MOST_LINES]:
        try:
            task.lines.append(Line.read(line))
        except BadValueError as error:
            errors.append(error)
    errors += _sale_errors(task.sale, more_lines=len(lines) > _MOST_LINES)
    if not errors:
        errors += _missing(task)
    if errors:
        _refuse_forbidden(task, errors)
        raise BadInputError(errors)


def _value(category: str, text: str, now: datetime) -> str:
    pack = words().categories.get(category)
    if pack is None:
        near = ", ".join(words().suggest("categories", category))
        raise BadValueError(
            "trường này không có trong danh sách",
            "this field is not in the word list",
            f"xem `camket policy words`{f', ví dụ {near}' if near else ''}",
            f"see `camket policy words`{f', such as {near}' if near else ''}",
            "unknown_field",
        )
    value = accept(text, normalise=pack.normalise, validate=pack.validate)
    if category == "birth_date" and value > vietnam_day(now).isoformat():
        raise BadValueError(
            "ngày sinh này ở tương lai",
            "this date of birth lies ahead",
            "kiểm tra lại năm sinh",
            "check the year",
            "value.date",
        )
    return value


def _sale_errors(sale: Sale, *, more_lines: bool) -> Iterable[BadValueError]:
    known = {"sale.channel": (sale.channel, SALES_CHANNELS), "sale.status": (sale.status, STATUSES)}
    for name, (value, allowed) in known.items():
        if value not in allowed:
            yield BadValueError(
                "giá trị này không có trong danh sách",
                "this value is not in the list",
                f"chọn: {', '.join(allowed)}",
                f"choose: {', '.join(allowed)}",
                "unknown_word",
                field=name,
            )
    if more_lines:
        yield BadValueError(
            "đơn hàng có quá nhiều dòng",
            "the order has too many lines",
            f"chia thành các đơn không quá {_MOST_LINES} dòng",
            f"split it into orders of at most {_MOST_LINES} lines",
            "too_many_lines",
            field="lines",
        )


def _missing(task: _Task) -> Iterable[BadValueError]:
    if not task.values and not task.lines:
        yield BadValueError(
            "không có gì để tiếp nhận",
            "there is nothing to take in",
            "gửi ít nhất một trường có giá trị",
            "send at least one field with a value",
            "missing_field",
            field="fields",
        )
        return
    for group in task.shape.required:
        if not group & task.values.keys():
            names = sorted(group)
            yield BadValueError(
                "thiếu trường bắt buộc",
                "a required field is missing",
                f"gửi ít nhất một trong: {', '.join(names)}",
                f"send at least one of: {', '.join(names)}",
                "missing_field",
                field=names[0] if len(names) == 1 else "|".join(names),
            )
    contacts = [value for kind in ("phone", "email") for value in task.values.get(kind, ())]
    if task.is_sign_up and len(contacts) > 1:
        yield BadValueError(
            "mỗi lần đăng ký chỉ xác nhận một liên hệ",
            "a sign-up confirms one contact",
            "đăng ký riêng từng điện thoại hoặc email",
            "sign up each phone or email by itself",
            "one_contact",
            field="phone|email",
        )


def _refuse_forbidden(task: _Task, errors: Iterable[BadValueError]) -> None:
    """Record that card numbers, log-ins or passwords were sent and turned away: field and kind, never the value."""
    found = {error.field or "": error.kind for error in errors if isinstance(error, ForbiddenValueError)}
    if found:
        refuse(
            shop_id=task.shop_id,
            event="intake.refused",
            actor=task.actor,
            subject_id=task.subject_id,
            now=task.now,
            detail={"source": task.source, "forbidden": found},
        )


def _categories(task: _Task) -> list[str]:
    own = list(task.values)
    if task.lines:
        own += [name for name in ("order",) if name not in own]
        if any(line.wishes for line in task.lines):
            own += [name for name in ("product_requirement",) if name not in own]
    return own


def _third_persons(task: _Task) -> frozenset[str]:
    """Tell which categories are about somebody else: a receiver who is not the sender by name or phone."""
    third = set()
    for receiver, own in _RECEIVER.items():
        given = {fold(value) for value in task.values.get(receiver, ())}
        if given and not given <= {fold(value) for value in task.values.get(own, ())}:
            third.add(receiver)
    # An address of one's own that differs (work, a holiday home) is still the sender's own.
    if third == {"receiver_address"}:
        third.clear()
    return frozenset(third | ({"receiver_address"} if third and "receiver_address" in task.values else set()))


def _admitted(task: _Task) -> Admission:
    task.read = fact_room.read(
        shop_id=task.shop_id,
        actor=task.actor,
        subject_id=task.subject_id,
        now_ms=to_ms(task.now),
        keys=task.subject_id is not None,
    )
    facts = task.facts
    if task.subject_id is not None and not facts.known:
        raise UnknownSubjectError  # INVARIANT 8: another shop's people are as unknown as nobody
    rulebook = shops.rulebook(task.shop_id, facts.policy_version)
    unstated = not_stated(rulebook=rulebook, source=task.source, actor=task.actor, declared=task.declared)
    if unstated is not None:
        _refuse(task, Admission({}, ()), unstated)
    last = len(facts.consents)
    for number, one in enumerate(task.consents, last + 1):
        # A sign-up is asked about as it will stand once it is confirmed; the gate is asked again then.
        double = one.how == "double_opt_in" or task.is_sign_up
        answer = ConsentAnswer(10**9 + number, one.value, one.channel, one.category, double=double)
        facts.consents.append((one.purpose, answer))
        if one.value == "given" and one.purpose not in rulebook.purposes_open():
            raise _closed_purpose(one.purpose)
    if task.child:
        facts.child, facts.representative = True, task.representative
    third = _third_persons(task)
    admission = admit(
        rulebook=rulebook,
        facts=facts,
        actor=task.actor,
        source=task.source,
        categories=_categories(task),
        unstated=() if "third_party_consent" in task.declared else third,
        proven=frozenset({"order"}) if task.is_order else frozenset(),
    )
    refused_group = next((group for group in task.shape.required if not group & admission.purposes.keys()), None)
    if refused_group is not None or not admission.purposes:
        _refuse(task, admission, admission.refusal(refused_group or ()))
    return admission


def _closed_purpose(purpose: str) -> IntakeError:
    return IntakeError(
        f"cửa hàng không có mục đích `{purpose}`",
        f"the shop has no purpose `{purpose}`",
        "chỉ hỏi ý kiến cho mục đích mà chính sách nêu",
        "ask only for purposes that the policy names",
        "closed_purpose",
        field="consents",
    )


def _refuse(task: _Task, admission: Admission, error: RefusedError) -> None:
    """Commit the entry of the refusal, then raise it."""
    error.entry_id = refuse(
        shop_id=task.shop_id,
        event="intake.refused",
        actor=task.actor,
        subject_id=task.subject_id,
        now=task.now,
        detail={
            "source": task.source,
            "verdict": error.verdict.value,
            "citations": error.clauses,
            "dropped": {one.category: one.as_detail() for one in admission.dropped},
        },
    )
    raise error


def _take(task: _Task, admission: Admission, made: Deed) -> Received:
    subject_id = task.subject_id
    if subject_id is None:
        subject_id = made.subject_id
        subjects.create(
            shop_id=task.shop_id,
            subject_id=subject_id,
            origin=task.source,
            actor=task.actor,
            now=task.now,
            child=task.child,
            representative=task.representative,
            within=made,
        )
    group = uuid7(to_ms(task.now))
    made.detail.update(
        source=task.source,
        categories=sorted(admission.purposes),
        dropped={one.category: one.as_detail() for one in admission.dropped},
        declared=sorted(task.declared),
        policy=task.facts.policy_version,
    )
    if task.is_sign_up:
        return _hold(task, admission, group, made)
    new = task.subject_id is None
    for number, one in enumerate(task.consents, 1):
        _record(task, subject_id, one, made, number=number if new else None)
    items = put(
        shop_id=task.shop_id,
        subject_id=subject_id,
        values=_values(task, admission, group),
        source=task.source,
        actor=task.actor,
        now=task.now,
        anchors={"last_contact": task.now, **({"last_order": task.now} if task.is_order else {})},
        proven=frozenset({"order"}) if task.is_order else frozenset(),
        prepared=True,
        within=made,
        read=task.read,
    )
    if task.is_order:
        made.insert(_order(task, subject_id, group))
    work = f"{task.shape.work}:{group}"
    _assign(task, subject_id, work, made)
    proposals = _propose(task, subject_id, made)
    if task.is_order and (elsewhere := seller_rules(_rulebook(task), task.sale.channel)):
        made.detail["seller_rules"] = list(elsewhere)
    return Received(
        subject_id=subject_id,
        items=tuple(items),
        dropped=admission.dropped,
        proposals=tuple(proposals),
        order_id=group if task.is_order else None,
        work=work,
        entry_id=made.entry_id,
    )


def _hold(task: _Task, admission: Admission, group: UUID, made: Deed) -> Received:
    """Seal a sign-up until it is confirmed: no consent is recorded, nothing is found by it, nobody is proposed."""
    work = f"{task.shape.work}:{group}"
    kind = "email" if "email" in task.values else "phone"
    policy = str(task.facts.policy_version)
    signups.hold(
        shop_id=task.shop_id,
        subject_id=made.subject_id,
        kind=kind,
        contact=task.values[kind][0],
        values=_values(task, admission, group),
        answers=[{**asdict(one), "policy": policy} for one in task.consents],
        told={"source": task.source, "work": work, "begun": made.entry_id},
        now=task.now,
        within=made,
    )
    return Received(
        subject_id=made.subject_id,
        items=(),
        dropped=admission.dropped,
        proposals=(),
        order_id=None,
        work=work,
        entry_id=made.entry_id,
        pending=True,
    )


def _rulebook(task: _Task) -> Rulebook:
    return shops.rulebook(task.shop_id, task.facts.policy_version)


def _record(task: _Task, subject_id: UUID, one: Consent, made: Deed, *, number: int | None) -> None:
    consent.record(
        shop_id=task.shop_id,
        subject_id=subject_id,
        purpose=one.purpose,
        value=one.value,
        how=one.how,
        text=one.text,
        language=one.language,
        policy_version=task.facts.policy_version,
        actor=task.actor,
        now=task.now,
        channel=one.channel,
        category=one.category,
        within=made,
        number=number,
    )


def _values(task: _Task, admission: Admission, group: UUID) -> list[Value]:
    third = _third_persons(task)
    stated = "third_party_consent" in task.declared
    texts = {category: list(values) for category, values in task.values.items()}
    if task.lines:
        texts.setdefault("order", []).extend(line.goods() for line in task.lines)
        wishes = [wish for line in task.lines if (wish := line.requirements())]
        if wishes:
            texts.setdefault("product_requirement", []).extend(wishes)
    return [
        Value(
            category=category,
            text=text,
            purposes=admission.purposes[category],
            group=group,
            third_party=category in third,
            stated=category in third and stated,
        )
        for category, values in texts.items()
        if category in admission.purposes
        for text in values
    ]


def _order(task: _Task, subject_id: UUID, group: UUID) -> Order:
    number = task.values.get("order_number", [None])[0]
    costs = [line.cost for line in task.lines]
    total = task.sale.total
    if total is None and costs and None not in costs:
        total = sum(cost for cost in costs if cost is not None)
    return Order(
        subject_id=subject_id,
        id=group,
        shop_id=task.shop_id,
        number=blind.identifier(task.shop_id, "order_number", number) if number else None,
        source=task.source,
        channel=task.sale.channel,
        outlet=task.sale.outlet,
        status=task.sale.status,
        placed_on=task.sale.placed_on or vietnam_day(task.now),
        lines=len(task.lines),
        total=total,
        made_at=to_ms(task.now),
    )


def _assign(task: _Task, subject_id: UUID, work: str, made: Deed) -> None:
    """Assign what staff took in themselves (the call, the message) to who took it (shop-001-12)."""
    person = task.actor.id if task.actor.kind == "staff" else task.actor.on_behalf
    if person:
        assign_work(
            shop_id=task.shop_id,
            subject_id=subject_id,
            staff_id=UUID(person),
            work=work,
            actor=task.actor,
            now=task.now,
            reason="taken",
            within=made,
        )


def _propose(task: _Task, subject_id: UUID, made: Deed) -> list[UUID]:
    known: dict[UUID, str] = {}
    contacts = [(kind, value) for kind in _MATCHED_BY for value in task.values.get(kind, ())]
    for kind, match in by_identifiers(shop_id=task.shop_id, contacts=contacts):
        if match.subject_id != subject_id:
            known.setdefault(match.subject_id, kind)
    return [
        subjects.propose(
            shop_id=task.shop_id,
            subject_id=subject_id,
            known_subject_id=known_id,
            kind=kind,
            now=task.now,
            within=made,
        )
        for known_id, kind in list(known.items())[:MOST_PROPOSALS]
    ]
