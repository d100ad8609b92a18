"""Who may manage a shop: the owner at the machine's own command line, and persons with the role `director`.

INVARIANT 14: a key's own role limits whoever holds it; a system's key speaks for the role of the person it names.
"""

from uuid import UUID

from camket.base.actor import Actor
from camket.shops.errors import NotAllowedError
from camket.shops.models import ApiKey, Staff, StaffRole
from camket.store import vouch

MANAGING = frozenset({"director"})
ASSIGNING = frozenset({"director", "operations"})


def require(*, shop_id: int, actor: Actor, roles: frozenset[str] = MANAGING) -> None:
    """Raise NotAllowedError unless the actor is the owner or a person of this shop with one of the roles."""
    if actor.kind == "owner":
        return
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    if person is None or not _holds(shop_id, UUID(person), roles):
        raise NotAllowedError
    if actor.kind == "system" and not _key_reaches(shop_id, UUID(actor.id), roles):
        raise NotAllowedError


def _holds(shop_id: int, staff_id: UUID, roles: frozenset[str]) -> bool:
    here = Staff.objects.filter(id=staff_id, shop_id=shop_id, left_at=None).exists()
    held = StaffRole.objects.filter(staff_id=staff_id, shop_id=shop_id, role__in=roles) if here else ()
    for role in held:
        vouch.require(role)
    return bool(held)


def _key_reaches(shop_id: int, key_id: UUID, roles: frozenset[str]) -> bool:
    found = ApiKey.objects.filter(id=key_id, shop_id=shop_id, revoked_at=None, role__in=["system", *sorted(roles)])
    return found.exists()
