"""How far this database has answered for a list that stands outside it."""

from camket.vault.backup.models import Replayed


def place_of(name: str) -> int:
    """Give the place (bytes) up to which the list was replayed into this database; an older copy knows less."""
    found = Replayed.objects.filter(name=name).values_list("place", flat=True).first()
    return found or 0


def move_to(name: str, place: int) -> None:
    """Write the place down, unless it stands there already."""
    if place_of(name) != place:
        Replayed.objects.update_or_create(name=name, defaults={"place": place})
