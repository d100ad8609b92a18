"""The tree's hashes in the database, 256 to a row, so that appending and proving read O(log n) rows.

Level 0 holds leaf hashes, level 1 the roots of full level-0 tiles, and so on: the hash at (level, index) is the node
of height 8 * level. Nodes between are computed from at most 256 hashes of one tile.
"""

from collections.abc import Sequence

from django.db import connection

from camket.ledger import tree
from camket.ledger.models import Tile

WIDTH_BITS = 8
WIDTH = 1 << WIDTH_BITS
SAVE_TILE = (
    "INSERT INTO camket_tile (shop_id, level, number, hashes) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (shop_id, level, number) DO UPDATE SET hashes = excluded.hashes"
)


class Tiles:
    """Tiles of one log, read once each. For one transaction: it does not see what others write."""

    def __init__(self, shop_id: int) -> None:
        self._shop_id = shop_id
        self._held: dict[tuple[int, int], bytes] = {}

    def node(self, height: int, index: int) -> bytes:
        """Hash of a complete node. LookupError when its tile is missing or short."""
        level, inner = divmod(height, WIDTH_BITS)
        first = index << inner
        number, place = divmod(first, WIDTH)
        hashes = self._tile(level, number)
        wanted = [_hash(hashes, place + step) for step in range(1 << inner)]
        if len(wanted[-1]) != tree.HASH_BYTES:
            raise LookupError(f"tile {level}/{number} is short")
        return tree.root_of(wanted)

    def append(self, size: int, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes after the first `size` ones and save the tiles that grew."""
        grown: set[tuple[int, int]] = set()
        for offset, hashed in enumerate(leaves):
            self._push(size + offset, hashed, grown)
        with connection.cursor() as cursor:
            for level, number in sorted(grown):
                cursor.execute(SAVE_TILE, [self._shop_id, level, number, self._held[level, number]])

    def _push(self, index: int, hashed: bytes, grown: set[tuple[int, int]]) -> None:
        level = 0
        while True:
            number, place = divmod(index, WIDTH)
            before = self._tile(level, number) if place else b""
            if len(before) != place * tree.HASH_BYTES:
                raise LookupError(f"tile {level}/{number} is not {place} hashes long")
            self._held[level, number] = before + hashed
            grown.add((level, number))
            if place != WIDTH - 1:
                return
            tile = self._held[level, number]
            hashed = tree.root_of(_hash(tile, step) for step in range(WIDTH))
            level, index = level + 1, number

    def _tile(self, level: int, number: int) -> bytes:
        found = self._held.get((level, number))
        if found is None:
            row = Tile.objects.filter(shop_id=self._shop_id, level=level, number=number).first()
            found = row.hashes if row else b""
            self._held[level, number] = found
        return found


def _hash(tile: bytes, place: int) -> bytes:
    return tile[place * tree.HASH_BYTES : (place + 1) * tree.HASH_BYTES]
