"""A peer's cells, taken elsewhere: Databunker open source 0.8.36 (a vault service in Go), PostgreSQL on a VM disk.

100,000 people, audit on, shipped configuration, 2 cores of an AMD EPYC VM shared with its load; per cell requests per
second, p99 in milliseconds, and CPU seconds per 1,000 requests of server and database together.
"""

from typing import Final, NamedTuple


class PeerCell(NamedTuple):
    """What the peer did in one cell."""

    per_second: float
    p99: float
    cpu: float


# Operation → connections → cell. Its `read by e-mail` is our look; its `delete` was measured in memory only.
ON_DISK: Final[dict[str, dict[int, PeerCell]]] = {
    "create": {1: PeerCell(176, 113, 5.16), 8: PeerCell(379, 102, 4.83), 32: PeerCell(287, 403, 6.32)},
    "look": {1: PeerCell(640, 89, 1.38), 8: PeerCell(641, 181, 2.30), 32: PeerCell(778, 275, 2.41)},
    "update": {1: PeerCell(246, 112, 3.38), 8: PeerCell(488, 91, 3.52), 32: PeerCell(298, 344, 6.26)},
    "consent": {1: PeerCell(223, 79, 3.98), 8: PeerCell(474, 109, 3.62), 32: PeerCell(340, 328, 5.28)},
}
# With its data directory in memory, 100,000 people: no wait for a disk, so above what it does on one.
IN_MEMORY: Final[dict[str, dict[int, PeerCell]]] = {
    "create": {1: PeerCell(177, 16, 5.46), 8: PeerCell(537, 366, 3.52), 32: PeerCell(291, 303, 6.49)},
    "look": {1: PeerCell(922, 2.4, 1.15), 8: PeerCell(1482, 172, 1.28), 32: PeerCell(1352, 474, 1.40)},
    "update": {1: PeerCell(492, 3.6, 2.13), 8: PeerCell(828, 154, 2.22), 32: PeerCell(654, 704, 2.90)},
    "consent": {1: PeerCell(277, 11, 3.55), 8: PeerCell(680, 296, 2.78), 32: PeerCell(394, 361, 4.91)},
    "erase": {1: PeerCell(278, 10, 3.60), 8: PeerCell(592, 374, 3.19), 32: PeerCell(367, 609, 5.28)},
}
