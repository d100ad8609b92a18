"""Members of a bulk deed: which subjects it concerned and which rows it wrote for each.

The entry holds their count and a Merkle root over `subject id || rows`, sorted by subject id; the rows stand in one
small membership row per subject, so that a person's history is found by their id alone.
"""

from collections.abc import Iterable, Iterator

import cbor2

from camket.ledger import tree
from camket.ledger.entry import Row
from camket.store import canonical

Members = dict[bytes, tuple[list[Row], list[Row]]]
Line = tuple[bytes, bytes]


def lines(members: Members) -> Iterator[Line]:
    """Subject id and encoded rows, sorted; no rows are no bytes."""
    for subject in sorted(members):
        written, removed = members[subject]
        yield subject, canonical.dumps([written, removed]) if written or removed else b""


def root(members: Members) -> bytes:
    """Compute the root that the entry of a bulk deed commits to."""
    return root_of_lines(lines(members))


def root_of_lines(sorted_lines: Iterable[Line]) -> bytes:
    """Compute the root of lines that are sorted by subject."""
    return tree.root_of(tree.leaf(subject + rows) for subject, rows in sorted_lines)


def read(rows: bytes) -> tuple[list[Row], list[Row]]:
    """Decode a membership row: rows written, rows removed."""
    if not rows:
        return [], []
    written, removed = cbor2.loads(rows)
    return written, removed
