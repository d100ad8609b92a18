"""Asking for a one-time code: same answer whether the shop knows the contact or not."""

from datetime import datetime

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.values import accept
from camket.ledger.actions import deed
from camket.policy import words
from camket.shops.queries import shop
from camket.subjects import blind, codes
from camket.subjects.queries import Match, by_identifier
from camket.vault import opening
from camket.vault.errors import VaultError
from camket.vault.messages import queue

_TITLE = "Mã xác minh · Verification code"
_TEXT = (
    "{code} là mã xác minh của bạn tại {shop}, có hiệu lực 10 phút. Đừng đưa mã này cho ai.\n"
    "{code} is your verification code at {shop}, valid for 10 minutes. Give it to nobody."
)


def request_code(*, shop_id: int, kind: str, text: str, actor: Actor, now: datetime) -> None:
    """Send a one-time code to a contact if the shop knows it. The answer never tells whether it does.

    Errors: BadValueError, TooManyCodesError (counted for unknown contacts alike), VaultError for another category.
    """
    if kind not in {"phone", "email"}:
        raise VaultError(
            "chỉ gửi mã tới điện thoại hoặc email",
            "codes go to a phone or an email address only",
            "chọn `phone` hoặc `email`",
            "choose `phone` or `email`",
            "code_kind",
            field="kind",
        )
    pack = words().categories[kind]
    contact = accept(text, normalise=pack.normalise, validate=pack.validate)
    digest = blind.identifier(shop_id, kind, contact)
    target = _target(shop_id, kind, contact, now)
    subject_id = target.subject_id if target else None
    with deed(shop_id=shop_id, event="code.issued", actor=actor, now=now) as made:
        code = codes.make(
            shop_id=shop_id,
            digest=digest,
            also=blind.identifiers(shop_id, kind, contact),
            subject_id=subject_id,
            item_id=target.item_id if target else None,
            now=now,
            within=made,
        )
        if subject_id is not None:
            queue(
                subject_id=subject_id,
                kind="one_time_code",
                channel="email" if kind == "email" else "sms",
                to=contact,
                title=_TITLE,
                text=_TEXT.format(shop=shop(shop_id=shop_id).name, code=code),
                now=now,
                within=made,
            )


def _target(shop_id: int, kind: str, contact: str, now: datetime) -> Match | None:
    """Find whose contact this is: the proven one first. A look-up row counts only if the sealed value says the same.

    A row planted by SQL, or a verified mark set by it, therefore sends no code and signs nobody in.
    """
    for match in by_identifier(shop_id=shop_id, kind=kind, normalised=contact):
        if opening.says(match, shop_id=shop_id, kind=kind, text=contact, now_ms=to_ms(now)):
            return match
    return None
