"""Which shop a token says it is of: its first part is the shop's name.

A door stands behind that shop's wall before it looks the key up, so that a key is only ever looked for among its own
shop's. A token that names another shop is therefore as unknown as one that was made up.
"""

import threading

from camket.shops.models import Shop
from camket.store.wall import NOWHERE

_RANDOM = 44  # the line between name and secret, and 256 bits in base64
_MOST = 4096
_known: dict[str, int] = {}
_lock = threading.Lock()


def shop_claimed(token: str) -> int:
    """Give the id of the shop that the token names, NOWHERE when there is none. Nothing is proven by it."""
    slug = token[:-_RANDOM]
    found = _known.get(slug)
    return found if found is not None else _look_up(slug)


def forget() -> None:
    """Drop the names learnt (tests empty the database between them); a shop's id never changes otherwise."""
    with _lock:
        _known.clear()


def _look_up(slug: str) -> int:
    found = Shop.objects.filter(slug=slug).values_list("id", flat=True).first() if slug else None
    if found is None:
        return NOWHERE
    with _lock:
        if len(_known) >= _MOST:
            _known.clear()
        _known[slug] = found
    return found
