from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import deed
from camket.policy import words
from camket.shops import managers, queries, undertaking
from camket.shops.errors import UnknownWordError
from camket.shops.models import Staff, StaffRole, Undertaking


def add_staff(*, shop_id: int, name: str, email: str = "", actor: Actor, now: datetime) -> Staff:
    """Enter a named person of the staff; nobody has a role or may read anything yet."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    queries.shop(shop_id=shop_id)
    person = Staff(id=uuid7(to_ms(now)), shop_id=shop_id, name=name.strip(), email=email.strip(), joined_at=to_ms(now))
    with deed(shop_id=shop_id, event="staff.added", actor=actor, now=now) as made:
        made.detail["staff"] = person.id.bytes
        made.insert(person)
    return person


def remove_staff(*, shop_id: int, staff_id: UUID, actor: Actor, now: datetime) -> None:
    """End every power of a person who leaves: from this moment no role of theirs counts."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    person = queries.staff(shop_id=shop_id, staff_id=staff_id)
    with deed(shop_id=shop_id, event="staff.left", actor=actor, now=now) as made:
        made.detail["staff"] = staff_id.bytes
        made.update(person, left_at=to_ms(now))


def grant_role(*, shop_id: int, staff_id: UUID, role: str, actor: Actor, now: datetime) -> None:
    """Give a role of the word list; a role already held changes nothing."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    known = {name: word for name, word in words().roles.items() if word.kind == "staff"}
    if role not in known:
        raise UnknownWordError(role, known, "role")
    queries.staff(shop_id=shop_id, staff_id=staff_id)
    if StaffRole.objects.filter(staff_id=staff_id, role=role).exists():
        return
    with deed(shop_id=shop_id, event="role.granted", actor=actor, now=now) as made:
        made.detail.update(staff=staff_id.bytes, role=role)
        made.insert(StaffRole(staff_id=staff_id, role=role, shop_id=shop_id, granted_at=to_ms(now)))


def revoke_role(*, shop_id: int, staff_id: UUID, role: str, actor: Actor, now: datetime) -> None:
    """Take a role away; the ledger keeps that it was held."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    held = StaffRole.objects.filter(staff_id=staff_id, shop_id=shop_id, role=role).first()
    if held is None:
        return
    with deed(shop_id=shop_id, event="role.revoked", actor=actor, now=now) as made:
        made.detail.update(staff=staff_id.bytes, role=role)
        made.remove(held)


def sign_undertaking(*, shop_id: int, staff_id: UUID, actor: Actor, now: datetime) -> Undertaking:
    """Record that the person signed the present wording; only they themselves or the owner (on paper) may say so."""
    if actor.kind != "owner" and actor.id != str(staff_id):
        managers.require(shop_id=shop_id, actor=actor, now=now)
    queries.staff(shop_id=shop_id, staff_id=staff_id)
    signed = Undertaking.objects.filter(staff_id=staff_id, shop_id=shop_id, version=undertaking.VERSION).first()
    if signed is not None:
        return signed
    signed = Undertaking(
        staff_id=staff_id,
        version=undertaking.VERSION,
        shop_id=shop_id,
        text_digest=undertaking.digest(),
        signed_at=to_ms(now),
    )
    with deed(shop_id=shop_id, event="undertaking.signed", actor=actor, now=now) as made:
        made.detail.update(staff=staff_id.bytes, version=undertaking.VERSION)
        made.insert(signed)
    return signed
