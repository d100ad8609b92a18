"""The shop's blind indexes: what a value is looked up by. The key is the shop's own, so that shops never match.

While the index key is being rotated a value has two digests. Here alone it is said which of them a row is written
under, which a reader looks for, and which a tombstone may have been made with.
"""

from camket.base.values import fold
from camket.crypto import blind
from camket.store.secrets import index_keys, secret


def identifier(shop_id: int, kind: str, normalised: str) -> bytes:
    """Digest under which every row of an exact value (phone, email, user name, order number) stands. 16 bytes."""
    return blind.exact(index_keys(shop_id).written[0], kind, normalised)


def identifiers(shop_id: int, kind: str, normalised: str) -> tuple[bytes, ...]:
    """Digests by which a value may be found, newest first: one, or two during a rotation."""
    return tuple(blind.exact(key, kind, normalised) for key in index_keys(shop_id).looked)


def written(shop_id: int, kind: str, normalised: str) -> tuple[bytes, ...]:
    """Digests that a row is to be written under, that of `identifier` first.

    INVARIANT 13: during a rotation every proven contact stands under both, so that the unique index refuses a second
    owner whichever of them a process writes.
    """
    return tuple(blind.exact(key, kind, normalised) for key in index_keys(shop_id).written)


def ever(shop_id: int, kind: str, normalised: str) -> tuple[bytes, ...]:
    """Every digest that the value may have had, that of `identifier` first: for tombstones and order numbers."""
    return tuple(blind.exact(key, kind, normalised) for key in index_keys(shop_id).held)


def marks(shop_id: int, text: str, kind: str = "import") -> tuple[bytes, ...]:
    """Every digest that the mark of an imported row, value or person may have; the first is to be written.

    What a mark was made of is gone, so it could never be made anew: marks are under the tombstones' secret, which is
    not rotated, and there is one.
    """
    return (blind.exact(secret(shop_id, "tombstone"), kind, text),)


def name_tokens(shop_id: int, name: str) -> list[bytes]:
    """Make the truncated digests under which every row of a name stands (invariant 15), to compare names by."""
    return blind.name_tokens(index_keys(shop_id).written[0], fold(name))


def name_tokens_written(shop_id: int, name: str) -> list[bytes]:
    """Make the truncated digests that a name is to be written under: more than `name_tokens` during a rotation."""
    folded = fold(name)
    return sorted({token for key in index_keys(shop_id).written for token in blind.name_tokens(key, folded)})


def name_searches(shop_id: int, name: str) -> list[list[bytes]]:
    """Give the tokens to search a name by, newest first: somebody is a candidate by one of these lists."""
    folded = fold(name)
    return [blind.name_tokens(key, folded) for key in index_keys(shop_id).looked]
