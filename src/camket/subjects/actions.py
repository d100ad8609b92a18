from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import Deed, deed
from camket.store import shapes
from camket.store.secrets import index_keys, require_same
from camket.subjects import queries
from camket.subjects.errors import SubjectError, TakenError
from camket.subjects.models import Identifier, NameToken, Proposal, Subject


@dataclass(frozen=True, slots=True)
class Index:
    """What one item is found by: an exact digest, or name tokens; `also` is its other digest during a rotation."""

    item_id: UUID
    kind: str
    digest: bytes | None
    tokens: tuple[bytes, ...]
    verified: bool
    also: tuple[bytes, ...] = ()

    @property
    def digests(self) -> tuple[bytes, ...]:
        """Every digest that the item is written under."""
        return () if self.digest is None else (self.digest, *self.also)


def create(
    *,
    shop_id: int,
    origin: str,
    actor: Actor,
    now: datetime,
    legacy: str = "",
    child: bool = False,
    representative: bool = False,
    subject_id: UUID | None = None,
    within: Deed | None = None,
) -> UUID:
    """Make a new person under a pseudonym. `origin` is the source; `legacy` the declared origin of imported data.

    `subject_id` is an id that the caller made for a person who is not there yet, as a deed about them needs.
    INVARIANT 13: a public source always makes a new person; joining two is a proposal that somebody decides.
    """
    subject_id = subject_id or uuid7(to_ms(now))
    row = Subject(
        subject_id=subject_id,
        shop_id=shop_id,
        origin=origin,
        legacy=legacy,
        child=child,
        representative_at=to_ms(now) if representative else None,
        made_at=to_ms(now),
    )
    if within is not None:
        within.insert(row)
        return subject_id
    with deed(shop_id=shop_id, event="subject.created", actor=actor, subject_id=subject_id, now=now) as made:
        made.insert(row)
    return subject_id


def mark_child(
    *, shop_id: int, subject_id: UUID, representative: bool, actor: Actor, now: datetime, within: Deed | None = None
) -> None:
    """Record that the person is a child, and whether a representative agreed; without one nothing is opened."""
    row = queries.subject(shop_id=shop_id, subject_id=subject_id)
    own = deed(shop_id=shop_id, event="subject.marked", actor=actor, subject_id=subject_id, now=now)
    with nullcontext(within) if within is not None else own as made:
        made.update(row, child=True, representative_at=to_ms(now) if representative else None)


def add_index(*, shop_id: int, subject_id: UUID, entries: Iterable[Index], within: Deed) -> None:
    """Write the look-up rows of items that the vault puts or re-seals. TakenError: verified for somebody else."""
    exact: list[Identifier] = []
    names: list[NameToken] = []
    for entry in entries:
        exact.extend(
            shapes.make(
                Identifier,
                {
                    "digest": digest,
                    "subject_id": subject_id,
                    "item_id": entry.item_id,
                    "shop_id": shop_id,
                    "kind": entry.kind,
                    "verified": entry.verified,
                },
            )
            for digest in entry.digests
        )
        names.extend(
            shapes.make(
                NameToken,
                {"token": token, "subject_id": subject_id, "item_id": entry.item_id, "shop_id": shop_id},
            )
            for token in entry.tokens
        )
    exact.sort(key=lambda row: row.digest)  # as in mark_verified
    within.on_conflict(says_taken, TakenError)
    within.before_writing(partial(require_same, shop_id, index_keys(shop_id)))
    within.insert_many([*exact, *names])


def remove_index(*, subject_id: UUID, item_ids: Iterable[UUID], within: Deed) -> None:
    """Take away the look-up rows of items that change or go."""
    items = list(item_ids)
    for model in (Identifier, NameToken):
        for row in model.objects.filter(subject_id=subject_id, item_id__in=items):
            within.remove(row)


def mark_verified(*, subject_id: UUID, item_id: UUID, within: Deed) -> None:
    """Mark the item's identifier as proven. INVARIANT 13: TakenError when another person's is already."""
    # In one order for everybody: two who prove one contact under two digests would wait for each other else.
    rows = list(Identifier.objects.filter(subject_id=subject_id, item_id=item_id).order_by("digest"))
    with _taken():
        for row in rows:
            within.update(row, verified=True)


@contextmanager
def _taken() -> Iterator[None]:
    """Translate the unique index on verified digests; the deed rolls back whole."""
    try:
        yield
    except IntegrityError as error:
        if says_taken(str(error)):
            raise TakenError from error
        raise


def says_taken(said: str) -> bool:
    """Tell by the database's words whether a contact is verified for somebody else."""
    return "camket_identifier_verified" in said or said.endswith("camket_identifier.digest")


def propose(*, shop_id: int, subject_id: UUID, known_subject_id: UUID, kind: str, now: datetime, within: Deed) -> UUID:
    """Keep, as a question for the staff, that a new subject may be a known one: `kind` is what matched."""
    proposal_id = uuid7(to_ms(now))
    row = Proposal(
        subject_id=subject_id,
        id=proposal_id,
        known_subject_id=known_subject_id,
        shop_id=shop_id,
        kind=kind,
        state="open",
        made_at=to_ms(now),
    )
    within.insert(row)
    return proposal_id


def decline(*, shop_id: int, subject_id: UUID, proposal_id: UUID, actor: Actor, now: datetime) -> None:
    """Decide that two subjects are two people. Joining them moves items and is the vault's (`vault.join`)."""
    row = Proposal.objects.filter(subject_id=subject_id, id=proposal_id, shop_id=shop_id, state="open").first()
    if row is None:
        raise SubjectError(
            "không còn đề nghị này",
            "this proposal is no longer open",
            "tải lại danh sách",
            "load the list again",
            "not_found",
        )
    with deed(shop_id=shop_id, event="proposal.rejected", actor=actor, subject_id=subject_id, now=now) as made:
        made.update(row, state="rejected", decided_at=to_ms(now), decided_by=actor.id or actor.kind)
