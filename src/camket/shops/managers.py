"""Who may manage a shop: the owner at the machine's own command line, and persons with the role `director`.

INVARIANT 14: a key's own role limits whoever holds it; a system's key speaks for the role of the person it names.
"""

from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.ledger.actions import deed_is_open, refuse
from camket.shops import sql
from camket.shops.errors import NotAllowedError
from camket.shops.models import StaffRole
from camket.store import shapes, statements, vouch
from camket.store.db import raw_id

MANAGING = frozenset({"director"})
ASSIGNING = frozenset({"director", "operations"})


def require(
    *,
    shop_id: int,
    actor: Actor,
    now: datetime,
    roles: frozenset[str] = MANAGING,
    subject_id: UUID | None = None,
) -> None:
    """Raise NotAllowedError unless the actor is the owner or a person of this shop with one of the roles.

    The refusal's entry is committed before the error is seen (INVARIANT 4), so this is asked before a deed is begun.
    """
    if actor.kind == "owner":
        return
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    held = person is not None and _holds(shop_id, UUID(person), roles)
    if held and (actor.kind != "system" or _key_reaches(shop_id, UUID(actor.id), roles)):
        return
    if deed_is_open():
        raise ValueError("who may manage is asked before the deed")
    detail = {"action": "manage", "verdict": "deny", "lacking": ("role",)}
    raise NotAllowedError(refuse(shop_id=shop_id, actor=actor, now=now, subject_id=subject_id, detail=detail))


def _holds(shop_id: int, staff_id: UUID, roles: frozenset[str]) -> bool:
    text = sql.ROLES.replace("{columns}", shapes.columns(StaffRole, "r"))
    every = (
        shapes.make(StaffRole, shapes.values(StaffRole, row))
        for row in statements.fetch(text, [raw_id(staff_id), shop_id])
    )
    held = [role for role in every if role.role in roles]
    for role in held:
        vouch.require(role)
    return bool(held)


def _key_reaches(shop_id: int, key_id: UUID, roles: frozenset[str]) -> bool:
    found = statements.fetch(sql.KEY_ROLE, [raw_id(key_id), shop_id])
    return any(role == "system" or role in roles for (role,) in found)
