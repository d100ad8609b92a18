import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from camket.store import shapes, statements
from camket.store.db import raw_id, read_id
from camket.store.secrets import secret
from camket.subjects import blind, sql
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.models import NameToken, Proposal, Subject


@dataclass(frozen=True, slots=True)
class Match:
    """A subject whose index holds what was looked for."""

    subject_id: UUID
    item_id: UUID
    verified: bool


def subject(*, shop_id: int, subject_id: UUID) -> Subject:
    """Give the subject of this shop, or raise UnknownSubjectError."""
    text = sql.SUBJECT.replace("{columns}", shapes.columns(Subject))
    for row in statements.fetch(text, [raw_id(subject_id), shop_id]):
        return shapes.make(Subject, shapes.values(Subject, row))
    raise UnknownSubjectError


def by_identifier(*, shop_id: int, kind: str, normalised: str) -> list[Match]:
    """Find who has this exact value, verified first. The value is normalised already."""
    return [match for _, match in by_identifiers(shop_id=shop_id, contacts=[(kind, normalised)])]


def by_identifiers(*, shop_id: int, contacts: Sequence[tuple[str, str]]) -> list[tuple[str, Match]]:
    """Find who has any of these exact values (kind and value), verified first, with the kind that fits."""
    kinds = {digest: kind for kind, value in contacts for digest in blind.identifiers(shop_id, kind, value)}
    if not kinds:
        return []
    holes = ", ".join(["%s"] * len(kinds))
    rows = statements.fetch(sql.MATCHES.replace("{digests}", holes), [shop_id, *kinds])
    found = ((kinds[bytes(digest)], Match(read_id(who), read_id(item), bool(ok))) for digest, who, item, ok in rows)
    return list(dict.fromkeys(found))


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
