"""Joins what the ranges of a log were found to be: the tree above blocks of 256, tiles, notes inside and outside."""

from collections.abc import Iterator
from uuid import UUID

from camket.ledger import notes, outside, places, tree
from camket.ledger.models import Checkpoint, Log, Tile
from camket.ledger.notes import Statement
from camket.ledger.problems import Kind, Problem
from camket.ledger.ranges import Fault, Found, Range, Shop
from camket.ledger.tiles import WIDTH, WIDTH_BITS, first_leaf_tile

PIECE = 16_384
_TABLES: dict[Kind, str] = {
    "position": "camket_position",
    "tile": "camket_tile",
    "checkpoint": "camket_checkpoint",
    "outside": "",
}


class TreeAudit:
    """Asks for ranges of a log in order (`ranges`), takes what they are in the same order (`take`).

    Compares what is stored with what the tree becomes. What it finds waits until `drain` takes it.
    """

    def __init__(self, log: Log, shop: Shop) -> None:
        self._log = log
        self._shop = shop
        self._problems: list[Problem] = []
        self.size = places.size_of(log.shop_id)
        self._blocks = 0
        self._peaks: list[bytes] = []
        self._tiles: list[bytearray] = []
        self._full_tiles = 0
        self._tail: list[bytes] = []
        self._last_roots: list[bytes] = []  # of the blocks whose leaf hashes are kept
        stored = Checkpoint.objects.filter(shop_id=log.shop_id).order_by("size").values_list("note", flat=True)
        self._inside = _Notes(log, stored.iterator(chunk_size=500))
        self._outside = _Notes(log, outside.notes(log.name))
        self._due: list[tuple[int, Statement | None, Statement | None]] = []
        last = outside.last(log.name)
        found = notes.read(last, log.public_key) if last else None
        self._kept = found.size if found else 0

    def ranges(self) -> Iterator[Range]:
        """Part the log into ranges, each with the sizes at which a note was signed."""
        for start in range(0, self.size, PIECE):
            stop = min(self.size, start + PIECE)
            inside = {note.size: note for note in self._inside.until(stop)}
            outer = {note.size: note for note in self._outside.until(stop)}
            sizes = sorted(inside | outer)
            self._due += [(size, inside.get(size), outer.get(size)) for size in sizes]
            yield Range(self._shop, start, stop, tuple(sizes))

    def take(self, asked: Range, found: Found) -> None:
        """Take what a range is; ranges come in order."""
        for fault, seq, name in found.faults:
            self._problems.append(told(fault, seq, name, self._log.name))
        due = [one for one in self._due if one[0] <= asked.stop]
        self._due = self._due[len(due) :]
        sizes = iter(due)
        upcoming = next(sizes, None)
        for number in range(len(found.roots) + 1):
            # Notes in the middle of a block come before the block is full, those at its end after it.
            while upcoming and upcoming[0] < (self._blocks + 1) * WIDTH:
                self._compare_notes(upcoming, found.peaks[upcoming[0]])
                upcoming = next(sizes, None)
            if number < len(found.roots):
                self._grow(found.roots[number])
        self._tail = found.tail

    def finish(self) -> None:
        """Check what only shows at the end: growing tiles, left-over rows, notes beyond the log."""
        growing = [level for level, tile in enumerate(self._tiles, start=1) if tile]
        for level in growing:
            self._compare_tile(level, self.size >> (WIDTH_BITS * (level + 1)), bytes(self._tiles[level - 1]))
        leaf_tiles = -(-self.size // WIDTH) - first_leaf_tile(self.size)
        expected = self._full_tiles + len(growing) + leaf_tiles
        if Tile.objects.filter(shop_id=self._log.shop_id).count() != expected:
            self._say("tile", "", "có ô băm thừa hoặc thiếu", "there are more tiles than the log needs, or fewer")
        self._compare_leaf_tiles()
        self._end_notes("checkpoint", self._inside)
        self._end_notes("outside", self._outside)
        if not self._kept and Checkpoint.objects.filter(shop_id=self._log.shop_id).exists():
            self._say("outside", "", "tệp mốc bên ngoài đã mất", "the file of checkpoints outside is gone")

    def drain(self) -> list[Problem]:
        found, self._problems = self._problems, []
        return found

    def _compare_notes(self, due: tuple[int, Statement | None, Statement | None], begun: list[bytes]) -> None:
        size, inside, outer = due
        root = tree.fold([*self._peaks, *begun])
        self._hold("checkpoint", inside, root)
        self._hold("outside", outer, root)
        if outer and not inside:
            self._say("checkpoint", str(size), "một mốc đã ký đã mất", "a signed checkpoint is gone")
        if inside and not outer and size < self._kept:
            self._say("outside", str(size), "tệp bên ngoài thiếu một mốc", "the file outside lacks a note")

    def _grow(self, root: bytes) -> None:
        """Add the root of a full block of 256 places."""
        tree.push(self._peaks, self._blocks, root)
        self._blocks += 1
        self._last_roots = [*self._last_roots[-1:], root]
        self._add(1, root)

    def _add(self, level: int, hashed: bytes) -> None:
        if level > len(self._tiles):
            self._tiles.append(bytearray())
        tile = self._tiles[level - 1]
        tile += hashed
        if len(tile) == WIDTH * tree.HASH_BYTES:
            held = bytes(tile)
            self._compare_tile(level, (self._blocks - 1) >> (WIDTH_BITS * level), held)
            self._full_tiles += 1
            tile.clear()
            self._add(level + 1, tree.root_of_tile(held))

    def _compare_tile(self, level: int, number: int, wanted: bytes) -> None:
        if self._stored(level, number) != wanted:
            self._say_tile(level, number)

    def _compare_leaf_tiles(self) -> None:
        """Compare the leaf hashes that are kept: full tiles by their root, the begun one by its hashes."""
        first, full = first_leaf_tile(self.size), self.size >> WIDTH_BITS
        for number in range(first, full):
            held = self._stored(0, number)
            if len(held) != WIDTH * tree.HASH_BYTES or tree.root_of_tile(held) != self._last_roots[number - full]:
                self._say_tile(0, number)
        if self._tail and self._stored(0, full) != b"".join(self._tail):
            self._say_tile(0, full)

    def _stored(self, level: int, number: int) -> bytes:
        found = Tile.objects.filter(shop_id=self._log.shop_id, level=level, number=number).first()
        return found.hashes if found else b""

    def _say_tile(self, level: int, number: int) -> None:
        self._say("tile", f"{level}/{number}", "ô băm không khớp các dòng sổ", "a tile does not match the entries")

    def _hold(self, kind: Kind, statement: Statement | None, root: bytes) -> None:
        if statement is not None and statement.root != root:
            self._say(
                kind, str(statement.size), "mốc đã ký không khớp các dòng sổ", "a note does not match the entries"
            )

    def _end_notes(self, kind: Kind, found: "_Notes") -> None:
        for statement in found.rest():
            vi = f"sổ bị cắt đuôi: mốc đã ký có {statement.size} dòng, sổ chỉ còn {self.size}"
            en = f"the tail is cut: a note was signed at {statement.size} entries, the log has {self.size}"
            self._say(kind, str(statement.size), vi, en)
        if found.broken:
            self._say(kind, "", "có mốc sai chữ ký hoặc sai thứ tự", "a note's signature or order is wrong")

    def _say(self, kind: Kind, key: str, vi: str, en: str) -> None:
        place = f" (`{self._log.name}`)"
        self._problems.append(Problem(kind, _TABLES[kind], key, vi + place, en + place))


def told(fault: Fault, seq: int | None, name: bytes, log: str) -> Problem:
    """Put what is wrong with one place or entry into words."""
    if fault == "position":
        vi, en = f"chỗ trong sổ thiếu, thừa hoặc chép đôi (`{log}`)", f"a place is missing or doubled (`{log}`)"
        return Problem("position", "camket_position", str(seq), vi, en)
    entry = str(UUID(bytes=name))
    match fault:
        case "removed":
            vi, en = "dòng sổ đã mất, chỉ còn chỗ của nó", "the entry is gone, only its place is left"
            return Problem("removed", "camket_entry", entry, vi, en, seq, entry)
        case "doubled":
            vi, en = "có hai dòng sổ cùng một mã", "there are two entries of one id"
            return Problem("added", "camket_entry", entry, vi, en, None, entry)
    vi, en = "dòng sổ không do chương trình này ghi, hoặc đã bị đổi", "the entry was changed or not written by us"
    return Problem("mac", "camket_entry", entry, vi, en, seq, entry)


class _Notes:
    """Signed notes in the order of their sizes; those that are not signed or not in order only count as broken."""

    def __init__(self, log: Log, texts: Iterator[str]) -> None:
        self.broken = 0
        self._log = log
        self._texts = texts
        self._last = 0
        self._next = self._advance()

    def until(self, size: int) -> Iterator[Statement]:
        """Give the notes of sizes up to that one."""
        while self._next is not None and self._next.size <= size:
            yield self._next
            self._next = self._advance()

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
