from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import deed
from camket.policy import words
from camket.shops import managers, queries
from camket.shops.errors import UnknownError, UnknownWordError
from camket.shops.models import Agreement


def add_agreement(
    *,
    shop_id: int,
    partner: str,
    recipient: str,
    service: str,
    categories: Sequence[str],
    purposes: Sequence[str],
    since: datetime,
    until: datetime | None,
    actor: Actor,
    now: datetime,
) -> Agreement:
    """Enter a written agreement: which partner receives which categories for which purposes, from when until when."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    queries.shop(shop_id=shop_id)
    _known("recipients", [recipient], "recipient")
    _known("categories", categories, "categories")
    _known("purposes", purposes, "purposes")
    row = Agreement(
        id=uuid7(to_ms(now)),
        shop_id=shop_id,
        partner=partner.strip(),
        recipient=recipient,
        service=service.strip(),
        categories=sorted(set(categories)),
        purposes=sorted(set(purposes)),
        since=to_ms(since),
        until=to_ms(until) if until else None,
    )
    with deed(shop_id=shop_id, event="agreement.added", actor=actor, now=now) as made:
        made.detail["agreement"] = row.id.bytes
        made.insert(row)
    return row


def end_agreement(*, shop_id: int, agreement_id: UUID, actor: Actor, now: datetime) -> None:
    """End an agreement now; nothing goes to the partner after it."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    row = Agreement.objects.filter(shop_id=shop_id, id=agreement_id).first()
    if row is None:
        raise UnknownError("hợp đồng", "agreement", "agreement_id")
    with deed(shop_id=shop_id, event="agreement.ended", actor=actor, now=now) as made:
        made.detail["agreement"] = agreement_id.bytes
        made.update(row, ended_at=to_ms(now))


def _known(family: str, given: Sequence[str], field: str) -> None:
    known = words().family(family)
    for word in given:
        if word not in known:
            raise UnknownWordError(word, known, field)
