"""Sign-ups of strangers, sealed until their own contact confirms them by its code (double opt-in).

INVARIANT 7, 13: until then nothing is recorded as agreed, nothing can be looked at or found, and nobody known gets a
new contact. The answer is the same whether the shop knows the contact or not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import cbor2

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.crypto import aad, seal, unseal
from camket.ledger.actions import Deed, deed
from camket.shops.queries import shop
from camket.store import canonical
from camket.subjects import blind, codes
from camket.subjects.models import Identifier
from camket.vault.changing import try_code
from camket.vault.erasure import shred
from camket.vault.keys import Keys, lock
from camket.vault.messages import queue
from camket.vault.models import Item, ItemKey, SignUp
from camket.vault.putting import put
from camket.vault.sealing import open_key
from camket.vault.values import Value

LIFE: Final = timedelta(hours=1)
SIGN_UP_CLASS: Final = "sign_up"
_PLACE: Final = "sign-up-1"
_TITLE = "Xác nhận đăng ký nhận tin · Confirm your sign-up"
_TEXT = (
    "{code} là mã xác nhận bạn muốn nhận tin của {shop}, có hiệu lực 10 phút. "
    "Nếu bạn không đăng ký, hãy bỏ qua tin này.\n"
    "{code} confirms that you want news from {shop}, valid for 10 minutes. If you did not sign up, ignore this message."
)


@dataclass(frozen=True, slots=True)
class Held:
    """What a confirmed sign-up answered and was told when it was made; its values went into the vault."""

    answers: tuple[Mapping[str, str], ...]
    told: Mapping[str, Any]
    items: tuple[UUID, ...]
    known: tuple[tuple[UUID, str], ...]


def hold(
    *,
    shop_id: int,
    subject_id: UUID,
    kind: str,
    contact: str,
    values: Sequence[Value],
    answers: Sequence[Mapping[str, str]],
    told: Mapping[str, Any],
    now: datetime,
    within: Deed,
) -> None:
    """Seal a new person's sign-up and send a code to its contact (`kind` is phone or email), in the caller's deed.

    Errors: TooManyCodesError, counted for every contact alike.
    """
    digest = blind.identifier(shop_id, kind, contact)
    row = SignUp(subject_id=subject_id, shop_id=shop_id, digest=digest, ends_at=to_ms(now + LIFE))
    keys = Keys(shop_id=shop_id, subject_id=subject_id, now=now, within=within)
    _, key = keys.take([SIGN_UP_CLASS])[SIGN_UP_CLASS]
    held = {"values": [asdict(value) for value in values], "answers": list(answers), "told": dict(told)}
    row.sealed = seal(key, canonical.dumps(held), _place(row))
    within.insert(row)
    code = codes.make(
        shop_id=shop_id,
        digest=digest,
        also=blind.identifiers(shop_id, kind, contact),
        subject_id=subject_id,
        item_id=None,
        now=now,
        within=within,
    )
    queue(
        subject_id=subject_id,
        kind="one_time_code",
        channel="email" if kind == "email" else "sms",
        to=contact,
        title=_TITLE,
        text=_TEXT.format(shop=shop(shop_id=shop_id).name, code=code),
        now=now,
        within=within,
    )


def prove(*, shop_id: int, subject_id: UUID, code: str, actor: Actor, now: datetime) -> None:
    """Spend the code of a sign-up, in a deed of its own; CodeError for every fault, after a wrong try was counted."""
    row = SignUp.objects.filter(subject_id=subject_id, shop_id=shop_id, ends_at__gt=to_ms(now)).first()
    digest = row.digest if row is not None else b""
    if not try_code(shop_id=shop_id, subject_id=subject_id, digests=[digest], code=code, actor=actor, now=now):
        raise codes.refuse()


def release(
    *,
    shop_id: int,
    subject_id: UUID,
    source: str,
    actor: Actor,
    answered: Callable[[Mapping[str, str]], None],
    now: datetime,
    within: Deed,
) -> Held:
    """Keep what a proven sign-up holds, in the caller's deed; `answered` records each answer before the gate is asked.

    A contact that is verified for a known customer stays unverified here: `known` names them, for a proposal.
    Errors: CodeError when it was released or has ended meanwhile, RefusedError when the policy no longer opens it.
    """
    lock(shop_id=shop_id, subject_id=subject_id)
    row = SignUp.objects.filter(subject_id=subject_id, shop_id=shop_id).first()
    if row is None:
        raise codes.refuse()
    held = _opened(row)
    for answer in held["answers"]:
        answered(answer)
    free = not Identifier.objects.filter(digest__in=_digests(row, held), shop_id=shop_id, verified=True).exists()
    items = put(
        shop_id=shop_id,
        subject_id=subject_id,
        values=[_value(value, verified=free) for value in held["values"]],
        source=source,
        actor=actor,
        now=now,
        anchors={"last_contact": now},
        prepared=True,
        within=within,
    )
    within.remove(row)
    within.remove(ItemKey.objects.get(subject_id=subject_id, shop_id=shop_id, retention=SIGN_UP_CLASS))
    return Held(tuple(held["answers"]), held["told"], tuple(items), _known(shop_id, subject_id))


def ended(*, shop_id: int, now: datetime) -> list[UUID]:
    """Name the people whose sign-up nobody confirmed in time."""
    rows = SignUp.objects.filter(shop_id=shop_id, ends_at__lte=to_ms(now)).order_by("ends_at")
    return list(rows.values_list("subject_id", flat=True))


def end(*, shop_id: int, subject_id: UUID, actor: Actor, now: datetime) -> None:
    """End a sign-up that nobody confirmed: its person is shredded, who was made for it and is nothing else.

    Where the staff have kept something for the same person meanwhile, only the sign-up goes.
    """
    if not Item.objects.filter(subject_id=subject_id, shop_id=shop_id).exists():
        shred(shop_id=shop_id, subject_id=subject_id, actor=actor, now=now, reason="not_confirmed")
        return
    with deed(shop_id=shop_id, event="sign_up.ended", actor=actor, subject_id=subject_id, now=now) as made:
        lock(shop_id=shop_id, subject_id=subject_id)
        made.remove_all(SignUp.objects.filter(subject_id=subject_id, shop_id=shop_id))
        made.remove_all(ItemKey.objects.filter(subject_id=subject_id, shop_id=shop_id, retention=SIGN_UP_CLASS))


def _value(held: Mapping[str, Any], *, verified: bool) -> Value:
    proven = verified and held["category"] in {"email", "phone"}
    return Value(**{**held, "purposes": tuple(held["purposes"]), "verified": proven})


def _digests(row: SignUp, held: Mapping[str, Any]) -> set[bytes]:
    """Give every digest of the contact that confirmed: the index key may have been rotated since."""
    found = {bytes(row.digest)}
    for value in held["values"]:
        same = set(blind.ever(row.shop_id, value["category"], value["text"]))
        found |= same if same & found else set()
    return found


def _known(shop_id: int, subject_id: UUID) -> tuple[tuple[UUID, str], ...]:
    own = Identifier.objects.filter(subject_id=subject_id, shop_id=shop_id).values_list("digest", flat=True)
    others = Identifier.objects.filter(digest__in=[bytes(one) for one in own], shop_id=shop_id)
    found = others.exclude(subject_id=subject_id).order_by("-verified", "subject_id")
    return tuple({row.subject_id: row.kind for row in found}.items())


def _opened(row: SignUp) -> dict[str, Any]:
    held = ItemKey.objects.get(subject_id=row.subject_id, shop_id=row.shop_id, retention=SIGN_UP_CLASS)
    key = open_key(
        shop_id=row.shop_id,
        subject_id=row.subject_id,
        key_id=held.id,
        retention=SIGN_UP_CLASS,
        wrapped=held.wrapped,
    )
    found: dict[str, Any] = cbor2.loads(unseal(key, row.sealed, _place(row)))
    return found


def _place(row: SignUp) -> bytes:
    return aad(_PLACE, row.shop_id, row.subject_id, row.digest, row.ends_at)
