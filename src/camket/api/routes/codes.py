from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from camket.api.answers import BODY, GATED, answers
from camket.api.fields import In, OnBehalf, Out, Value
from camket.api.keys import acting, holder
from camket.api.once import repeatable
from camket.base.clock import utc_now
from camket.intake import actions as intake
from camket.subjects.queries import subject
from camket.vault import actions as vault

router = Router(tags=["codes"])


class CodeIn(In):
    """A contact that a one-time code shall go to."""

    kind: Literal["phone", "email"]
    value: Value


class AcceptedOut(Out):
    """The same answer whether the shop knows the contact or not."""

    accepted: Literal[True] = True


@router.post(
    "contact-codes",
    response=answers(AcceptedOut, *BODY, 429, status=202),
    summary="Gửi mã một lần · Send a one-time code",
    operation_id="send_code",
)
@repeatable
def send(request: HttpRequest, data: CodeIn, on_behalf: OnBehalf = None) -> Status[AcceptedOut]:
    """Send a code to a contact that the shop knows; the answer never tells whether it does."""
    key = holder(request)
    vault.request_code(
        shop_id=key.shop_id, kind=data.kind, text=data.value, actor=acting(request, on_behalf), now=utc_now()
    )
    return Status(202, AcceptedOut())


class VerifyIn(In):
    """The six digits that were sent."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class VerifiedOut(Out):
    """The contact is proven."""

    verified: Literal[True] = True


@router.post(
    "subjects/{uuid:subject_id}/items/{uuid:item_id}/verify",
    response=answers(VerifiedOut, *BODY, *GATED, 409),
    summary="Xác minh liên hệ bằng mã · Verify a contact by its code",
    operation_id="verify_contact",
)
@repeatable
def verify(
    request: HttpRequest, subject_id: UUID, item_id: UUID, data: VerifyIn, on_behalf: OnBehalf = None
) -> VerifiedOut:
    """Mark a contact as proven. Every fault of a code has the same answer, and a wrong try counts."""
    key = holder(request)
    subject(shop_id=key.shop_id, subject_id=subject_id)
    vault.verify_contact(
        shop_id=key.shop_id,
        subject_id=subject_id,
        item_id=item_id,
        code=data.code,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return VerifiedOut()


class ConfirmedOut(Out):
    """The sign-up is confirmed: the answer is recorded and the contact kept."""

    confirmed: Literal[True] = True
    entry: UUID


@router.post(
    "subjects/{uuid:subject_id}/sign-up/confirm",
    response=answers(ConfirmedOut, *BODY, *GATED, 409),
    summary="Xác nhận đăng ký nhận tin bằng mã · Confirm a sign-up by its code",
    operation_id="confirm_sign_up",
)
@repeatable
def confirm(request: HttpRequest, subject_id: UUID, data: VerifyIn, on_behalf: OnBehalf = None) -> ConfirmedOut:
    """Confirm a pending sign-up by the code that went to its contact. Every fault of a code has the same answer."""
    key = holder(request)
    subject(shop_id=key.shop_id, subject_id=subject_id)
    done = intake.confirm_sign_up(
        shop_id=key.shop_id,
        subject_id=subject_id,
        code=data.code,
        actor=acting(request, on_behalf),
        now=utc_now(),
    )
    return ConfirmedOut(entry=done.entry_id)
