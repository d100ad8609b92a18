"""Members of a bulk deed: which subjects it concerned and which rows it wrote for each.

The entry holds their count and a Merkle root over `subject id || rows`, sorted by subject id; the rows stand in one
small membership row per subject, so that a person's history is found by their id alone. Many members of whom no row
was written are kept together instead, in groups (groups.py).
"""

from collections.abc import Iterable, Iterator

import cbor2

from camket.ledger import packing, tree
from camket.ledger.packing import Row

Members = dict[bytes, tuple[list[Row], list[Row]]]
Line = tuple[bytes, bytes]
_VERSION = 2


def lines(members: Members, entry_id: bytes | None = None) -> Iterator[Line]:
    """Subject id and encoded rows, sorted; no rows are no bytes. With `entry_id`, `read` needs it too."""
    for subject in sorted(members):
        written, removed = members[subject]
        yield subject, _packed(written, removed, entry_id) if written or removed else b""


def _packed(written: list[Row], removed: list[Row], entry_id: bytes | None) -> bytes:
    found = [_VERSION, packing.flat(written, entry_id)]
    return cbor2.dumps([*found, packing.flat(removed, entry_id)] if removed else found)


def root(members: Members, entry_id: bytes | None = None) -> bytes:
    """Compute the root that the entry of a bulk deed commits to."""
    return root_of_lines(lines(members, entry_id))


def root_of_lines(sorted_lines: Iterable[Line]) -> bytes:
    """Compute the root of lines that are sorted by subject."""
    return tree.root_of(leaf(line) for line in sorted_lines)


def leaf(line: Line) -> bytes:
    """Hash one line as a leaf of the members' tree."""
    subject, rows = line
    return tree.leaf(subject + rows)


def read(rows: bytes | None, entry_id: bytes | None = None) -> tuple[list[Row], list[Row]]:
    """Decode a membership row: rows written, rows removed. Version 1 was an array of two lists."""
    if not rows:
        return [], []
    found = cbor2.loads(rows)
    if found[0] != _VERSION:
        written, removed = found
        return written, removed
    return packing.rows_of(found[1], entry_id), packing.rows_of(found[2] if found[2:] else None, entry_id)
