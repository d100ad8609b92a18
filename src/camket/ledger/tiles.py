"""The tree's hashes in the database, 256 to a row, so that appending and proving read O(log n) rows.

Level 0 holds leaf hashes, level 1 the roots of full level-0 tiles, and so on: the hash at (level, index) is the node
of height 8 * level. Nodes between are computed from at most 256 hashes of one tile. Of level 0 only the growing tile
and the one before it are kept, for they would be a quarter of the log; the others are computed from their entries.
"""

from collections.abc import Sequence

from django.db import connection

from camket.ledger import entry, places, tree
from camket.ledger.models import Tile
from camket.ledger.sql import id_bytes

WIDTH_BITS = 8
WIDTH = 1 << WIDTH_BITS
# The note outside is a minute old at most, so that it mostly ends in one of these.
LEAF_TILES_KEPT = 2
SAVE_TILE = (
    "INSERT INTO camket_tile (shop_id, level, number, hashes) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (shop_id, level, number) DO UPDATE SET hashes = excluded.hashes"
)
DROP_LEAF_TILES = "DELETE FROM camket_tile WHERE shop_id = %s AND level = 0 AND number < %s"


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
        if not hashes and level == 0:
            hashes = self._held[0, number] = self._again(number)
        wanted = [_hash(hashes, place + step) for step in range(1 << inner)]
        if len(wanted[-1]) != tree.HASH_BYTES:
            raise LookupError(f"tile {level}/{number} is short")
        return tree.root_of(wanted)

    def append(self, size: int, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes after the first `size` ones and save the tiles that grew."""
        grown: set[tuple[int, int]] = set()
        self._extend(0, size, leaves, grown)
        oldest = first_leaf_tile(size + len(leaves))
        with connection.cursor() as cursor:
            for level, number in sorted(grown):
                if level or number >= oldest:
                    cursor.execute(SAVE_TILE, [self._shop_id, level, number, self._held[level, number]])
            cursor.execute(DROP_LEAF_TILES, [self._shop_id, oldest])

    def _extend(self, level: int, size: int, hashes: Sequence[bytes], grown: set[tuple[int, int]]) -> None:
        above: list[bytes] = []
        start = 0
        while start < len(hashes):
            number, place = divmod(size + start, WIDTH)
            before = self._tile(level, number) if place else b""
            if len(before) != place * tree.HASH_BYTES:
                raise LookupError(f"tile {level}/{number} is not {place} hashes long")
            stop = min(len(hashes), start + WIDTH - place)
            held = self._held[level, number] = before + b"".join(hashes[start:stop])
            grown.add((level, number))
            if len(held) == WIDTH * tree.HASH_BYTES:
                above.append(tree.root_of_tile(held))
            start = stop
        if above:
            self._extend(level + 1, size >> WIDTH_BITS, above, grown)

    def _tile(self, level: int, number: int) -> bytes:
        found = self._held.get((level, number))
        if found is None:
            row = Tile.objects.filter(shop_id=self._shop_id, level=level, number=number).first()
            found = row.hashes if row else b""
            self._held[level, number] = found
        return found

    def _again(self, number: int) -> bytes:
        """Compute the leaf hashes of a full tile from the entries."""
        names = [name for _, name in places.between(self._shop_id, number * WIDTH, (number + 1) * WIDTH)]
        found = places.entries(self._shop_id, names)
        if len(names) != WIDTH or len(found) != WIDTH:
            raise LookupError(f"the entries of tile 0/{number} are not all there")
        return b"".join(
            tree.leaf(entry.record(self._shop_id, id_bytes(found[name][1]), name, bytes(found[name][2])))
            for name in names
        )


def first_leaf_tile(size: int) -> int:
    """Give the number of the first tile of level 0 that is kept for a log of that size."""
    return max(0, (size - 1 >> WIDTH_BITS) - LEAF_TILES_KEPT + 1)


def _hash(tile: bytes, place: int) -> bytes:
    return tile[place * tree.HASH_BYTES : (place + 1) * tree.HASH_BYTES]
