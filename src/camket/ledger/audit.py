"""Checks one log's own tables while it is read in order: places, tree, tiles, notes inside and outside."""

from collections.abc import Iterator

from camket.ledger import notes, outside, places, tree
from camket.ledger.models import Checkpoint, Log, Tile
from camket.ledger.notes import Statement
from camket.ledger.problems import Kind, Problem
from camket.ledger.tiles import WIDTH, WIDTH_BITS, first_leaf_tile

_TABLES: dict[Kind, str] = {
    "position": "camket_position",
    "tile": "camket_tile",
    "checkpoint": "camket_checkpoint",
    "outside": "",
}


class TreeAudit:
    """Grows the tree again, entry by entry, and compares what is stored with what it becomes.

    What it finds waits until `drain` takes it.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._problems: list[Problem] = []
        self._size = 0
        self._peaks: list[bytes] = []
        self._tiles: list[bytearray] = []
        self._full_tiles = 0
        self._first_kept = first_leaf_tile(places.size_of(log.shop_id))
        stored = Checkpoint.objects.filter(shop_id=log.shop_id).order_by("size").values_list("note", flat=True)
        self._inside = _Notes(log, stored.iterator(chunk_size=500))
        self._outside = _Notes(log, outside.notes(log.name))
        last = outside.last(log.name)
        found = notes.read(last, log.public_key) if last else None
        self._kept = found.size if found else 0

    def add(self, seq: int, hashed: bytes) -> None:
        """Take the next place of the log and the leaf hash of its entry."""
        if seq != self._size:
            self._say("position", str(self._size), "thiếu hoặc thừa một chỗ", "a place is missing or doubled")
        tree.push(self._peaks, self._size, hashed)
        self._grow(0, hashed)
        self._size += 1
        inside, outer = self._inside.reach(self._size), self._outside.reach(self._size)
        self._hold("checkpoint", inside)
        self._hold("outside", outer)
        if outer and not inside:
            self._say("checkpoint", str(self._size), "một mốc đã ký đã mất", "a signed checkpoint is gone")
        if inside and not outer and self._size < self._kept:
            self._say("outside", str(self._size), "tệp bên ngoài thiếu một mốc", "the file outside lacks a note")

    def finish(self) -> None:
        """Check what only shows at the end: growing tiles, left-over rows, notes beyond the log."""
        growing = [level for level, tile in enumerate(self._tiles) if tile]
        for level in growing:
            self._compare_tile(level, self._size >> (WIDTH_BITS * (level + 1)))
        dropped = min(first_leaf_tile(self._size), self._size >> WIDTH_BITS)
        if Tile.objects.filter(shop_id=self._log.shop_id).count() > self._full_tiles - dropped + len(growing):
            self._say("tile", "", "có ô băm thừa", "there are more tiles than the log needs")
        self._end_notes("checkpoint", self._inside)
        self._end_notes("outside", self._outside)
        if not self._kept and Checkpoint.objects.filter(shop_id=self._log.shop_id).exists():
            self._say("outside", "", "tệp mốc bên ngoài đã mất", "the file of checkpoints outside is gone")

    def drain(self) -> list[Problem]:
        found, self._problems = self._problems, []
        return found

    def _grow(self, level: int, hashed: bytes) -> None:
        if level == len(self._tiles):
            self._tiles.append(bytearray())
        tile = self._tiles[level]
        tile += hashed
        if len(tile) == WIDTH * tree.HASH_BYTES:
            self._compare_tile(level, self._size >> (WIDTH_BITS * (level + 1)))
            self._full_tiles += 1
            step = tree.HASH_BYTES
            above = tree.root_of(bytes(tile[at : at + step]) for at in range(0, len(tile), step))
            tile.clear()
            self._grow(level + 1, above)

    def _compare_tile(self, level: int, number: int) -> None:
        found = Tile.objects.filter(shop_id=self._log.shop_id, level=level, number=number).first()
        if found is None and level == 0 and number < self._first_kept:
            return
        if found is None or found.hashes != bytes(self._tiles[level]):
            place = f"{level}/{number}"
            self._say("tile", place, "ô băm không khớp các dòng sổ", "a tile does not match the entries")

    def _hold(self, kind: Kind, statement: Statement | None) -> None:
        if statement is not None and statement.root != tree.fold(self._peaks):
            self._say(
                kind, str(statement.size), "mốc đã ký không khớp các dòng sổ", "a note does not match the entries"
            )

    def _end_notes(self, kind: Kind, found: "_Notes") -> None:
        for statement in found.rest():
            vi = f"sổ bị cắt đuôi: mốc đã ký có {statement.size} dòng, sổ chỉ còn {self._size}"
            en = f"the tail is cut: a note was signed at {statement.size} entries, the log has {self._size}"
            self._say(kind, str(statement.size), vi, en)
        if found.broken:
            self._say(kind, "", "có mốc sai chữ ký hoặc sai thứ tự", "a note's signature or order is wrong")

    def _say(self, kind: Kind, key: str, vi: str, en: str) -> None:
        place = f" (`{self._log.name}`)"
        self._problems.append(Problem(kind, _TABLES[kind], key, vi + place, en + place))


class _Notes:
    """Signed notes in the order of their sizes; those that are not signed or not in order only count as broken."""

    def __init__(self, log: Log, texts: Iterator[str]) -> None:
        self.broken = 0
        self._log = log
        self._texts = texts
        self._last = 0
        self._next = self._advance()

    def reach(self, size: int) -> Statement | None:
        """Give the note of that size, if there is one."""
        found = self._next
        if found is None or found.size != size:
            return None
        self._next = self._advance()
        return found

    def rest(self) -> Iterator[Statement]:
        """Give notes of sizes that the log did not reach."""
        while self._next is not None:
            yield self._next
            self._next = self._advance()

    def _advance(self) -> Statement | None:
        for text in self._texts:
            found = notes.read(text, self._log.public_key)
            if found and found.origin == notes.origin(self._log.name) and found.size > self._last:
                self._last = found.size
                return found
            self.broken += 1
        return None
