"""The shop's blind indexes: what a value is looked up by. The key is the shop's own, so that shops never match."""

from camket.base.values import fold
from camket.crypto import blind
from camket.store.secrets import secret


def identifier(shop_id: int, kind: str, normalised: str) -> bytes:
    """Digest by which an exact value (phone, email, user name, order number) is found. 16 bytes."""
    return blind.exact(secret(shop_id, "index"), kind, normalised)


def name_tokens(shop_id: int, name: str) -> list[bytes]:
    """Make the truncated digests of a name, the same for storing and for searching (invariant 15)."""
    return blind.name_tokens(secret(shop_id, "index"), fold(name))
