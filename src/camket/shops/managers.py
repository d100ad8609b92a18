"""Who may manage a shop: the owner at the machine's own command line, and persons with the role `director`."""

from uuid import UUID

from camket.base.actor import Actor
from camket.shops.errors import NotAllowedError
from camket.shops.models import Staff, StaffRole

MANAGING = frozenset({"director"})
ASSIGNING = frozenset({"director", "operations"})


def require(*, shop_id: int, actor: Actor, roles: frozenset[str] = MANAGING) -> None:
    """Raise NotAllowedError unless the actor is the owner or a person of this shop with one of the roles."""
    if actor.kind == "owner":
        return
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    if person is None or not _holds(shop_id, UUID(person), roles):
        raise NotAllowedError


def _holds(shop_id: int, staff_id: UUID, roles: frozenset[str]) -> bool:
    here = Staff.objects.filter(id=staff_id, shop_id=shop_id, left_at=None).exists()
    return here and StaffRole.objects.filter(staff_id=staff_id, shop_id=shop_id, role__in=roles).exists()
