"""Many people and their look-up rows in one bulk deed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.bulk import BulkRows, Shape
from camket.store import among
from camket.subjects.actions import says_taken
from camket.subjects.errors import TakenError
from camket.subjects.models import Identifier, NameToken, Proposal, Subject

_PROVEN: Final = (
    "SELECT i.digest FROM camket_identifier i WHERE i.digest {among} AND i.shop_id = %(shop)s AND i.verified"
)


class PeopleRows:
    """Adds people, identifiers and names to the rows of a bulk deed. Ids are 16 bytes.

    INVARIANT 13 is the unique index on verified digests: it refuses the whole deed (TakenError), so ask before
    (`verified_among`).
    """

    def __init__(self, rows: BulkRows, *, shop_id: int, origin: str, legacy: str, now: datetime) -> None:
        self._rows = rows
        self._shop_id = shop_id
        rows.deed.on_conflict(says_taken, TakenError)
        self._person = rows.shape_like(
            Subject(shop_id=shop_id, origin=origin, legacy=legacy, made_at=to_ms(now)), ("subject_id",)
        )
        self._name = rows.shape_like(NameToken(shop_id=shop_id), ("item_id", "subject_id", "token"))
        self._kinds: dict[tuple[str, bool], Shape] = {}

    def person(self, subject_id: bytes) -> None:
        """Add a new person under a pseudonym."""
        self._rows.add(self._person, subject_id, (subject_id,))

    def identifier(self, subject_id: bytes, item_id: bytes, kind: str, digest: bytes, *, verified: bool) -> None:
        """Add what one item is found by: its exact digest."""
        shape = self._kinds.get((kind, verified))
        if shape is None:
            row = Identifier(shop_id=self._shop_id, kind=kind, verified=verified)
            shape = self._kinds[kind, verified] = self._rows.shape_like(row, ("digest", "item_id", "subject_id"))
        self._rows.add(shape, subject_id, (digest, item_id, subject_id))

    def names(self, subject_id: bytes, item_id: bytes, tokens: Iterable[bytes]) -> None:
        """Add the truncated digests of a name."""
        for token in tokens:
            self._rows.add(self._name, subject_id, (item_id, subject_id, token))


def verified_among(*, shop_id: int, digests: Iterable[bytes]) -> set[bytes]:
    """Tell which of these digests are proven for somebody already."""
    return {bytes(digest) for (digest,) in among.fetch(_PROVEN, digests, {"shop": shop_id})}


def proposal(*, shop_id: int, subject_id: UUID, known_subject_id: UUID, kind: str, now: datetime) -> Proposal:
    """Make the row of a proposal, as `propose` keeps it, for the caller's deed to insert."""
    return Proposal(
        subject_id=subject_id,
        id=uuid7(to_ms(now)),
        known_subject_id=known_subject_id,
        shop_id=shop_id,
        kind=kind,
        state="open",
        made_at=to_ms(now),
    )
