"""The kinds of promise: a closed list, one schema each.

The reference pages are generated from what stands here.

A field that takes words takes one word or a list of them. `all`, or leaving the field out, means every word of its
family; in Python that is the empty tuple (an empty list in a file is an error).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from camket.policy import period
from camket.policy.words import words

STAFF_ACTIONS: Final = ("read", "edit", "manage", "export", "publish", "store")
DATA_ACTIONS: Final = ("collect", *STAFF_ACTIONS, "disclose", "contact")
KEEP_FORMS: Final = "{for: P36M, after: last_order}; {until: erasure_request}; {forever: true}; {circulate: P12M}"
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """Marks a field whose values are words of this family."""

    name: str


def problem(code: str, *, vi: str, en: str, advice_vi: str, advice_en: str) -> PydanticCustomError:
    """Give an error of a field, in both languages, which the loader places at its line and column."""
    said: dict[str, Any] = {"vi": vi, "en": en, "advice_vi": advice_vi, "advice_en": advice_en}
    return PydanticCustomError(code, "{en}", said)


def _listed(value: object) -> object:
    if value in ("all", ["all"]):
        return ()
    if isinstance(value, str):
        return (value,)
    if value is None or value == []:
        raise problem(
            "empty_list",
            vi="danh sách rỗng",
            en="the list is empty",
            advice_vi="ghi ít nhất một từ, hoặc `all`, hoặc bỏ hẳn trường này",
            advice_en="write at least one word, or `all`, or leave the field out",
        )
    words_only = isinstance(value, list | tuple) and all(isinstance(word, str) for word in value)
    return tuple(dict.fromkeys(value)) if words_only else value  # type: ignore[call-overload]  # the check narrows it


def _known(family: str) -> Callable[[str], str]:
    def check(word: str) -> str:
        if word in words().family(family):
            return word
        raise PydanticCustomError("unknown_word", "unknown word", {"family": family, "word": word})

    return check


def _named(value: tuple[str, ...]) -> tuple[str, ...]:
    if value:
        return value
    raise problem(
        "not_named",
        vi="trường này phải nêu đích danh, không được ghi `all`",
        en="this field must name its words; `all` is not taken here",
        advice_vi="liệt kê từng từ mà câu này cho phép",
        advice_en="list each word that the sentence allows",
    )


def _some(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _spelled_out(value: object) -> object:
    """`all` as the list of every category: here, leaving the field out means that no data is named yet."""
    if value in ("all", ["all"]):
        return tuple(word.id for word in words().categories.values() if word.sensitivity != "forbidden")
    return value


def _period(text: str) -> str:
    if period.parse(text):
        return text
    raise problem(
        "bad_period",
        vi=f"`{text}` không phải là một thời hạn hữu hạn",
        en=f"`{text}` is not a finite period",
        advice_vi="ghi theo ISO 8601: P36M (36 tháng), P10Y (10 năm), P90D (90 ngày)",
        advice_en="write it as ISO 8601: P36M (36 months), P10Y (10 years), P90D (90 days)",
    )


_Many = BeforeValidator(_listed)
_Named = AfterValidator(_named)
Roles = Annotated[tuple[Annotated[str, AfterValidator(_known("roles"))], ...], Family("roles"), _Many]
Actions = Annotated[tuple[Annotated[str, AfterValidator(_known("actions"))], ...], Family("actions"), _Many]
Rights = Annotated[tuple[Annotated[str, AfterValidator(_known("rights"))], ...], Family("rights"), _Many, _Named]
Purposes = Annotated[tuple[Annotated[str, AfterValidator(_known("purposes"))], ...], Family("purposes"), _Many]
Categories = Annotated[tuple[Annotated[str, AfterValidator(_known("categories"))], ...], Family("categories"), _Many]
Sources = Annotated[tuple[Annotated[str, AfterValidator(_known("sources"))], ...], Family("sources"), _Many]
Channels = Annotated[tuple[Annotated[str, AfterValidator(_known("channels"))], ...], Family("channels"), _Many]
Recipients = Annotated[tuple[Annotated[str, AfterValidator(_known("recipients"))], ...], Family("recipients"), _Many]
Facts = Annotated[tuple[Annotated[str, AfterValidator(_known("facts"))], ...], Family("facts"), _Many, _Named]
Duties = Annotated[tuple[Annotated[str, AfterValidator(_known("duties"))], ...], Family("duties"), _Many, _Named]
Measures = Annotated[tuple[Annotated[str, AfterValidator(_known("measures"))], ...], Family("measures"), _Many, _Named]
CustomerDuties = Annotated[
    tuple[Annotated[str, AfterValidator(_known("customer_duties"))], ...], Family("customer_duties"), _Many, _Named
]
Event = Annotated[str, AfterValidator(_known("events")), Family("events")]
IsoPeriod = Annotated[str, AfterValidator(_period)]
Ids = Annotated[tuple[str, ...], BeforeValidator(_some)]
Channel = Literal["marketplace", "distributor", "dealer"]
Step = Literal[
    "detect",
    "stop",
    "record",
    "assess",
    "negotiate",
    "remedy",
    "compensate",
    "refer",
    "notify",
    "review",
    "link_complaint",
]
Notified = Literal["customer", "director", "authority", "court"]
Complaint = Literal["misuse", "leak", "incident", "policy", "service"]


class Promise(BaseModel):
    """What every kind shares: closed, frozen, written with the field names of the policy file."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    kind: ClassVar[str]
    label: ClassVar[Name]


class Opener(Promise):
    """A promise that opens something. It opens only where its `needs` are met; `despite` lifts the bans it names."""

    needs: Facts = ()
    despite: Ids = ()


class Listing(Opener):
    """An opener that may be a closed list: `only: true` also denies every other value of its main field."""

    only: bool = False


class IdentityPromise(Promise):
    """Who the controller is: name, address, email, phone, website, tax code.

    Shown on the page, in the portal and on each receipt; a policy without a name and an address is not complete.
    """

    kind = "identity"
    label = ("danh tính bên kiểm soát", "identity of the controller")
    name: str | None = None
    address: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    tax_code: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.model_fields_set:
            return self
        raise problem(
            "empty_promise",
            vi="danh tính không nêu gì cả",
            en="the identity says nothing",
            advice_vi="ghi ít nhất một trong: name, address, email, phone, website, tax_code",
            advice_en="write at least one of: name, address, email, phone, website, tax_code",
        )


class PurposePromise(Listing):
    """Why data may be processed.

    Opens its purposes for its categories to every deed that a purpose is asked for: collect, read, edit, manage,
    export, publish, store, disclose, contact (each of which needs its own promise too). `basis` says on what ground;
    with `consent` the purpose's own consent is needed. `only: true` denies every other purpose.
    """

    kind = "purpose"
    label = ("mục đích", "purpose")
    purposes: Annotated[Purposes, _Named] = Field(alias="for")
    categories: Categories = ()
    basis: Literal["contract", "consent", "law", "request"] | None = None


class CollectPromise(Listing):
    """Where data comes from.

    Opens collecting its categories from its sources, for its purposes. Without `categories` it opens the source only:
    which data that source brings has to be named by another promise. `only: true` denies every other source.
    """

    kind = "collect"
    label = ("nguồn thu thập", "source")
    sources: Annotated[Sources, _Named] = Field(alias="from")
    categories: Annotated[Categories, BeforeValidator(_spelled_out)] = ()
    purposes: Purposes = Field(default=(), alias="for")


class ContactPromise(Listing):
    """How customers may be contacted.

    Opens its channels or forms of message for its purposes. A form that no promise names is not opened by the channel
    it travels by. `only: true` denies every other channel for these purposes.
    """

    kind = "contact"
    label = ("liên hệ với khách hàng", "contact")
    channels: Annotated[Channels, _Named] = Field(alias="by")
    purposes: Purposes = Field(default=(), alias="for")


class DisclosePromise(Listing):
    """Who may receive data.

    Opens giving its categories to its recipients for its purposes. `only: true` denies every other recipient.
    """

    kind = "disclose"
    label = ("cung cấp cho bên nhận", "disclosure")
    recipients: Annotated[Recipients, _Named] = Field(alias="to")
    categories: Categories = ()
    purposes: Purposes = Field(default=(), alias="for")


class NeverPromise(Promise):
    """A ban.

    Denies whatever matches all of its fields; a field left out matches everything. It yields only to a promise that
    matches and names this clause in its `despite`. At least one field must be given.
    """

    kind = "never"
    label = ("điều cấm", "ban")
    actions: Actions = Field(default=(), alias="do")
    categories: Categories = ()
    purposes: Purposes = Field(default=(), alias="for")
    sources: Sources = Field(default=(), alias="from")
    channels: Channels = Field(default=(), alias="by")
    recipients: Recipients = Field(default=(), alias="to")
    roles: Roles = ()

    @model_validator(mode="after")
    def _bans_something(self) -> Self:
        if any(getattr(self, name) for name in type(self).model_fields):
            return self
        raise problem(
            "empty_promise",
            vi="điều cấm không nêu gì cả: nó sẽ cấm mọi việc",
            en="the ban names nothing: it would forbid everything",
            advice_vi="ghi ít nhất một trong: do, categories, for, from, by, to, roles",
            advice_en="write at least one of: do, categories, for, from, by, to, roles",
        )


class AccessPromise(Listing):
    """Who in the shop may open data.

    Opens reading, editing, managing, exporting, publishing or storing (`do`; left out: all six) of its categories for
    its purposes to its roles. `duties` come with every such look. `only: true` denies every other role of the staff.
    """

    kind = "access"
    label = ("người được tiếp cận", "access")
    roles: Roles
    actions: Actions = Field(default=(), alias="do")
    categories: Categories = ()
    purposes: Purposes = Field(default=(), alias="for")
    duties: Duties = ()

    @model_validator(mode="after")
    def _deeds_of_staff(self) -> Self:
        wrong = [action for action in self.actions if action not in STAFF_ACTIONS]
        if not wrong:
            return self
        raise problem(
            "wrong_action",
            vi=f"`{wrong[0]}` không phải là việc của người tiếp cận dữ liệu",
            en=f"`{wrong[0]}` is not a deed of access",
            advice_vi="chọn trong: " + ", ".join(STAFF_ACTIONS),
            advice_en="choose among: " + ", ".join(STAFF_ACTIONS),
        )


class KeepPromise(Promise):
    """How long data is kept.

    A finite rule has `for` and `after` (`for: P36M, after: last_order`); `until` alone (an erasure request) and
    `forever` are what a text may say, but they are not finite and need a completion. `circulate` is how long after
    collection the data may still be used; after that it is stored and no longer opened.
    """

    kind = "keep"
    label = ("thời gian lưu trữ", "retention")
    categories: Categories = ()
    period: IsoPeriod | None = Field(default=None, alias="for")
    after: Event | None = None
    until: Event | None = None
    forever: bool = False
    circulate: IsoPeriod | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.forever and (self.period or self.until):
            raise _keep_problem("`forever` không đi cùng thời hạn", "`forever` contradicts a period or an end")
        if bool(self.period) != bool(self.after):
            raise _keep_problem("`for` và `after` phải đi cùng nhau", "`for` and `after` go together")
        if not (self.period or self.until or self.forever or self.circulate):
            raise _keep_problem("không nêu thời hạn", "no period is given")
        return self

    @property
    def finite(self) -> bool:
        """Whether this rule alone ends the keeping on a date that will come."""
        return self.period is not None


def _keep_problem(vi: str, en: str) -> PydanticCustomError:
    return problem(
        "bad_keep",
        vi=vi,
        en=en,
        advice_vi=f"ghi một trong: {KEEP_FORMS}",
        advice_en=f"write one of: {KEEP_FORMS}",
    )


class RightPromise(Opener):
    """What customers may ask or do with their own data, and through which channels (left out: every channel)."""

    kind = "right"
    label = ("quyền của khách hàng", "right")
    rights: Rights = Field(alias="to")
    channels: Channels = Field(default=(), alias="through")
    categories: Categories = ()


class LockedPromise(Promise):
    """Fields that customers may not change themselves in the portal. Correcting them goes to staff as a request."""

    kind = "locked"
    label = ("thông tin không tự sửa được", "locked fields")
    categories: Annotated[Categories, _Named] = Field(alias="fields")


class ModeratePromise(Promise):
    """What is published only after moderation: publishing these categories needs the fact `moderated`."""

    kind = "moderate"
    label = ("kiểm duyệt", "moderation")
    categories: Annotated[Categories, _Named] = Field(alias="what")


class ComplainPromise(Promise):
    """Where complaints and questions are taken, and about what. Opens `complain` through these channels."""

    kind = "complain"
    label = ("khiếu nại", "complaint")
    channels: Channels = Field(default=(), alias="through")
    about: Annotated[tuple[Complaint, ...], BeforeValidator(_some)] = ()


class IncidentPromise(Promise):
    """What the shop does when information leaks: the steps in order, and who is told."""

    kind = "incident"
    label = ("sự cố", "incident")
    steps: Annotated[tuple[Step, ...], BeforeValidator(_some), _Named]
    notify: Annotated[tuple[Notified, ...], BeforeValidator(_some)] = ()


class SafeguardPromise(Promise):
    """How information is protected.

    `undertaking` and `assignment` bind every look of the staff: it needs that fact; `own_server` binds storing;
    `closed_purposes` is named by every refusal of a purpose that no promise opens. The other measures are shown by the
    running system (proof page).
    """

    kind = "safeguard"
    label = ("biện pháp bảo vệ", "safeguard")
    measures: Measures


class DutyPromise(Promise):
    """What the customer has to do. `third_party_consent` binds collecting: another person's data needs that fact."""

    kind = "duty"
    label = ("nghĩa vụ của khách hàng", "customer's duty")
    of: Literal["customer"] = "customer"
    customer_duties: CustomerDuties = Field(alias="to")


class ChannelPromise(Promise):
    """Sales channels where another controller's policy applies. The shop's own duties for what it receives remain."""

    kind = "channel"
    label = ("kênh bán hàng của bên khác", "another controller's channel")
    sales: Annotated[tuple[Channel, ...], BeforeValidator(_some), _Named]
    controller: Literal["theirs"] = "theirs"


class StatementPromise(Promise):
    """A sentence with nothing to enforce; its value is the reason, one short sentence in English."""

    kind = "statement"
    label = ("câu không có gì để thực thi", "statement")
    why: str


KINDS: Final[Mapping[str, type[Promise]]] = MappingProxyType(
    {
        kind.kind: kind
        for kind in (
            IdentityPromise,
            PurposePromise,
            CollectPromise,
            ContactPromise,
            DisclosePromise,
            NeverPromise,
            AccessPromise,
            KeepPromise,
            RightPromise,
            LockedPromise,
            ModeratePromise,
            ComplainPromise,
            IncidentPromise,
            SafeguardPromise,
            DutyPromise,
            ChannelPromise,
            StatementPromise,
        )
    }
)
