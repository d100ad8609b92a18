import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from camket.store.secrets import secret
from camket.subjects import blind
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.models import Identifier, NameToken, Proposal, Subject


@dataclass(frozen=True, slots=True)
class Match:
    """A subject whose index holds what was looked for."""

    subject_id: UUID
    item_id: UUID
    verified: bool


def subject(*, shop_id: int, subject_id: UUID) -> Subject:
    """Give the subject of this shop, or raise UnknownSubjectError."""
    found = Subject.objects.filter(subject_id=subject_id, shop_id=shop_id).first()
    if found is None:
        raise UnknownSubjectError
    return found


def by_identifier(*, shop_id: int, kind: str, normalised: str) -> list[Match]:
    """Find who has this exact value, verified first. The value is normalised already."""
    digests = blind.identifiers(shop_id, kind, normalised)
    rows = Identifier.objects.filter(digest__in=digests, shop_id=shop_id).order_by("-verified", "subject_id", "item_id")
    return list(dict.fromkeys(Match(row.subject_id, row.item_id, row.verified) for row in rows))


def by_name(*, shop_id: int, name: str, limit: int) -> list[Match]:
    """Give candidates for a name, others among them on purpose (invariant 15): the vault opens and filters them."""
    searches = [set(tokens) for tokens in blind.name_searches(shop_id, name)]
    tokens = sorted(set().union(*searches))
    rows = NameToken.objects.filter(token__in=tokens, shop_id=shop_id).order_by("subject_id", "item_id")
    held: dict[tuple[UUID, UUID], set[bytes]] = {}
    for row in rows.iterator():
        held.setdefault((row.subject_id, row.item_id), set()).add(bytes(row.token))
    # The whole-name token may be missing: "nguyễn lan anh" also looks for nguyễn thị lan anh.
    fits = [
        Match(*place, verified=False)
        for place, found in held.items()
        if any(len(found & wanted) >= max(1, len(wanted) - 1) for wanted in searches)
    ]
    return fits[:limit]


def open_proposals(*, shop_id: int, subject_id: UUID | None = None) -> list[Proposal]:
    """Give proposals that wait for a decision, oldest first, of the shop or of one subject."""
    rows = Proposal.objects.filter(shop_id=shop_id, state="open")
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    return list(rows.order_by("made_at", "id"))


def tombstone_digest(shop_id: int, digest: bytes) -> bytes:
    """Digest of an identifier's digest under the tombstones' own key, so that the two tables never match. 16 bytes."""
    return hmac.digest(secret(shop_id, "tombstone"), digest, hashlib.sha256)[:16]
