from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from camket.api import paging, status
from camket.api.answers import BODY, GATED, answers
from camket.api.errors import Verdict
from camket.api.fields import Category, Count, In, OnBehalf, Out, Purpose, Value, Work
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.api.paging import Cursor, Limit
from camket.base.clock import from_ms, utc_now
from camket.base.errors import CamketError
from camket.vault import actions as vault

router = Router(tags=["look"])


class LookIn(In):
    """Which values, why, and for which piece of work."""

    categories: Annotated[list[Category], Field(min_length=1, max_length=40)]
    purpose: Purpose
    work: Work
    group: UUID | None = None


class ItemOut(Out):
    """One opened value. `value` is the mask where the policy says so (`masked`)."""

    item_id: UUID
    category: str
    value: str
    masked: bool
    verified: bool
    third_party: bool
    source: str
    basis: str
    purposes: list[str]
    collected_at: str
    expires_at: str | None
    legacy: str
    group: UUID | None
    version: int


class LookOut(Out):
    """What the look gave, the ledger's entry of it, and on which clauses it rests."""

    items: list[ItemOut]
    withheld: int
    duties: list[str]
    citations: list[str]
    entry: UUID


@router.post(
    "subjects/{uuid:subject_id}/look",
    response=answers(LookOut, *BODY, *GATED),
    summary="Xem dữ liệu của một khách hàng · Look at a customer's values",
    operation_id="look",
)
def look(request: HttpRequest, subject_id: UUID, data: LookIn, on_behalf: OnBehalf = None) -> LookOut:
    """Open values of one person if the policy lets this person of the staff see them for this purpose and work."""
    key = holder(request)
    seen = vault.look(
        shop_id=key.shop_id,
        subject_id=subject_id,
        categories=data.categories,
        purpose=data.purpose,
        work=data.work,
        group=data.group,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return _looked(seen)


class LookByIn(In):
    """Whose values, by a contact; which, why, and for which piece of work."""

    category: Literal["phone", "email"]
    value: Value
    categories: Annotated[list[Category], Field(min_length=1, max_length=40)]
    purpose: Purpose
    work: Work


class LookByOut(LookOut):
    """What the look gave, and of whom."""

    subject_id: UUID


@router.post(
    "subjects/look",
    response=answers(LookByOut, *BODY, *GATED, 409),
    summary="Xem dữ liệu theo điện thoại hoặc email · Look by a contact",
    operation_id="look_by",
)
def look_by(request: HttpRequest, data: LookByIn, on_behalf: OnBehalf = None) -> LookByOut:
    """Find whose contact this is and open their values: the proven holder, or the only one who gave it.

    Nobody is 404. Several who gave it, none of them proven, are 409: `find` tells who they are.
    """
    subject_id, seen = vault.look_by(
        shop_id=holder(request).shop_id,
        kind=data.category,
        text=data.value,
        categories=data.categories,
        purpose=data.purpose,
        work=data.work,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return LookByOut(subject_id=subject_id, **dict(_looked(seen)))


class LookManyIn(In):
    """Whose values, which, why, and for which piece of work; the same for everybody."""

    subject_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    categories: Annotated[list[Category], Field(min_length=1, max_length=40)]
    purpose: Purpose
    work: Work


class OpenedOut(Out):
    """What was opened of one person."""

    subject_id: UUID
    items: list[ItemOut]
    withheld: int


class RefusedOut(Out):
    """Somebody of whom nothing was opened, and why; `verdict` and `clauses` where the policy says so."""

    subject_id: UUID
    code: str
    verdict: Verdict | None
    clauses: list[str]


class LookManyOut(Out):
    """Everybody who was opened and everybody who was refused, in one entry of the ledger."""

    opened: list[OpenedOut]
    refused: list[RefusedOut]
    duties: list[str]
    entry: UUID


@router.post(
    "subjects/look-many",
    response=answers(LookManyOut, *BODY, *GATED),
    summary="Xem dữ liệu của nhiều khách hàng · Look at many customers",
    operation_id="look_many",
)
def look_many(request: HttpRequest, data: LookManyIn, on_behalf: OnBehalf = None) -> LookManyOut:
    """Open values of up to 1,000 people; each is decided by their own facts and finds it in their own history."""
    done = vault.open_many(
        shop_id=holder(request).shop_id,
        subject_ids=data.subject_ids,
        categories=data.categories,
        purpose=data.purpose,
        work=data.work,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return LookManyOut(
        opened=[
            OpenedOut(subject_id=one, items=[_item(value) for value in found.values], withheld=found.withheld)
            for one, found in done.opened.items()
        ],
        refused=[_refused(one, error) for one, error in done.refused.items()],
        duties=sorted(done.duties),
        entry=done.entry_id,
    )


def _refused(subject_id: UUID, error: CamketError) -> RefusedOut:
    verdict, _ = status.verdict_and_entry(error)
    return RefusedOut(subject_id=subject_id, code=error.code, verdict=verdict, clauses=list(error.clauses))


def _looked(seen: vault.Look) -> LookOut:
    cited = dict.fromkeys(citation for answer in seen.answers.values() for citation in answer.citations)
    return LookOut(
        items=[_item(value) for value in seen.values],
        withheld=seen.withheld,
        duties=sorted(seen.duties),
        citations=list(cited),
        entry=seen.entry_id,
    )


def _item(seen: vault.Seen) -> ItemOut:
    """Put an opened value into the answer; here, and not before, it becomes text."""
    return ItemOut(
        item_id=seen.item_id,
        category=seen.category,
        value=vault.show(seen),
        masked=seen.only_masked,
        verified=seen.verified,
        third_party=seen.third_party,
        source=seen.source,
        basis=seen.basis,
        purposes=list(seen.purposes),
        collected_at=from_ms(seen.collected_at).isoformat(),
        expires_at=from_ms(seen.expires_at).isoformat() if seen.expires_at is not None else None,
        legacy=seen.legacy,
        group=seen.group,
        version=seen.version,
    )


class FindIn(In):
    """What to look for. The value stands in the body, never in an address."""

    category: Category
    value: Value
    purpose: Purpose
    work: Work
    limit: Limit = 50
    after: Cursor | None = None


class FoundOut(Out):
    """A person found, by pseudonym. No value comes with it."""

    subject_id: UUID
    item_id: UUID
    verified: bool


class FindOut(Out):
    """Who fits, the proven first; none is an answer too. `next` asks for those after them, null when these are all."""

    found: list[FoundOut]
    next: str | None


@router.post(
    "subjects/find",
    response=answers(FindOut, *BODY, *GATED),
    summary="Tìm khách hàng · Find a customer",
    operation_id="find",
)
def find(request: HttpRequest, data: FindIn, on_behalf: OnBehalf = None) -> FindOut:
    """Find people of the shop by a contact, user name, number or name."""
    key = holder(request)
    found = vault.find(
        shop_id=key.shop_id,
        kind=data.category,
        text=data.value,
        purpose=data.purpose,
        work=data.work,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    last = paging.read(data.after) if data.after else None
    places = sorted(((_place(one), one) for one in found), key=lambda pair: pair[0])
    rest = [pair for pair in places if last is None or pair[0] > last]
    shown, following = paging.page(rest, data.limit, lambda pair: pair[0])
    return FindOut(
        found=[FoundOut(subject_id=one.subject_id, item_id=one.item_id, verified=one.verified) for _, one in shown],
        next=following,
    )


def _place(found: vault.Found) -> paging.Place:
    return paging.place(0 if found.verified else 1, found.subject_id, found.item_id)


class ChangeIn(In):
    """The corrected value, and the version that was read: another one answers 409."""

    value: Value
    version: Count
    purpose: Purpose
    work: Work


class ChangeOut(Out):
    """The version that the next correction names."""

    version: int


@router.post(
    "subjects/{uuid:subject_id}/items/{uuid:item_id}/change",
    response=answers(ChangeOut, *BODY, *GATED, 409),
    summary="Sửa một giá trị · Correct a value",
    operation_id="change",
)
@repeatable
def change(
    request: HttpRequest, subject_id: UUID, item_id: UUID, data: ChangeIn, on_behalf: OnBehalf = None
) -> ChangeOut:
    """Correct one value that was read before. A corrected contact is unverified again."""
    key = holder(request)
    version = vault.change(
        shop_id=key.shop_id,
        subject_id=subject_id,
        item_id=item_id,
        text=data.value,
        version=data.version,
        purpose=data.purpose,
        work=data.work,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return ChangeOut(version=version)
