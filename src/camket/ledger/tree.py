"""The Merkle tree of RFC 6962 / RFC 9162, pure: roots, inclusion and consistency proofs, and their checks.

A node `(height, index)` is the hash over the `2**height` leaves from `index << height`. Proofs ask a `Nodes` for
complete nodes only, so that a log of n entries reads O(log n) of them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32
_PAIR = 2 * HASH_BYTES
EMPTY = hashlib.sha256(b"").digest()

Nodes = Callable[[int, int], bytes]


def leaf(record: bytes) -> bytes:
    """Hash a record as a leaf."""
    return hashlib.sha256(b"\x00" + record).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash two nodes to the one above them."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes given in order, in O(log n) memory."""
    stack: list[bytes] = []
    for index, hashed in enumerate(leaves):
        push(stack, index, hashed)
    return fold(stack)


def root_of_tile(hashes: bytes) -> bytes:
    """Root over leaf hashes that stand one after another; their number is a power of two."""
    made = hashlib.sha256
    while len(hashes) > HASH_BYTES:
        hashes = b"".join([made(b"\x01" + hashes[at : at + _PAIR]).digest() for at in range(0, len(hashes), _PAIR)])
    return hashes


def push(stack: list[bytes], index: int, hashed: bytes) -> None:
    """Add leaf number `index` to the complete subtrees of a growing tree, the largest first."""
    while index & 1:
        hashed = node(stack.pop(), hashed)
        index >>= 1
    stack.append(hashed)


def fold(stack: Sequence[bytes]) -> bytes:
    """Root of the tree made of those complete subtrees."""
    if not stack:
        return EMPTY
    found = stack[-1]
    for left in reversed(stack[:-1]):
        found = node(left, found)
    return found


def root(size: int, nodes: Nodes) -> bytes:
    """Root of the first `size` leaves."""
    return fold([nodes(height, index) for height, index in peaks(0, size)])


def peaks(start: int, stop: int) -> list[tuple[int, int]]:
    """Largest complete nodes that cover the leaves from `start` to `stop`, in order."""
    found = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        found.append((height, start >> height))
        start += 1 << height
    return found


def _span(start: int, stop: int, nodes: Nodes) -> bytes:
    return fold([nodes(height, index) for height, index in peaks(start, stop)])


def _split(count: int) -> int:
    """Largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """PATH(index, D[0:size]): sibling hashes from the leaf upward."""
    if not 0 <= index < size:
        raise ValueError("a leaf lies inside its tree")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_span(middle, stop, nodes))
            stop = middle
        else:
            path.append(_span(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency(old: int, size: int, nodes: Nodes) -> list[bytes]:
    """PROOF(old, D[0:size]): that the first `old` leaves are the same in both trees."""
    if not 0 < old <= size:
        raise ValueError("an older tree is not empty and not larger")
    path: list[bytes] = []
    start, stop, whole = 0, size, True
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(_span(middle, stop, nodes))
            stop = middle
        else:
            path.append(_span(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        path.append(_span(start, stop, nodes))
    return path[::-1]


def includes(index: int, size: int, hashed: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, hashed
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def extends(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Check a consistency proof (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_root == root
    nodes = list(path)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node(sibling, first), node(sibling, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node(second, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == root
