"""Opens sealed rows against a permit. INVARIANT 1: plaintext leaves this module only as Plain."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from camket.base.plain import Plain, Token
from camket.base.values import MASKS
from camket.crypto import Opener, SealError
from camket.policy import words
from camket.store import statements
from camket.store.db import raw_id
from camket.subjects.queries import Match
from camket.vault import sealed, sealing, sql
from camket.vault.permits import Permit
from camket.vault.sealed import Row, Sealed
from camket.vault.values import Seen

_VAULT = Token()


def read(*, shop_id: int, subject_id: UUID, categories: Sequence[str], now_ms: int) -> list[Row]:
    """Read sealed items and wrapped keys in one round trip; nothing is opened."""
    holes = ", ".join(f"%(c{number})s" for number in range(len(categories)))
    parameters: dict[str, Any] = {"shop": shop_id, "subject": raw_id(subject_id), "now": now_ms}
    parameters |= {f"c{number}": category for number, category in enumerate(categories)}
    found = statements.fetch(sql.ITEM_FACTS.replace("{categories}", holes), parameters)
    return sorted((sealed.row(shop_id, subject_id, row) for row in found), key=sealed.by_id)


def open_rows(permit: Permit, rows: Iterable[Row], *, masked: frozenset[str]) -> list[Seen]:
    """Open rows under a permit, which is spent by it. Categories in `masked` show their mask and nothing else."""
    found = list(rows)
    bound = permit.spend(
        shop_id=permit.bound.shop_id,
        subject_id=permit.bound.subject_id,
        categories=frozenset(item.category for item, _ in found),
    )
    keys: dict[UUID, Opener] = {}
    seen: list[Seen] = []
    for item, wrapped in found:
        if (item.shop_id, item.subject_id) != (bound.shop_id, bound.subject_id):
            raise PermissionError("the permit is for somebody else")
        text = unlocked(item, wrapped, keys)
        seen.append(_seen(item, text, only_masked=item.category in masked))
    return seen


def unlocked(item: Sealed, wrapped: bytes, keys: dict[UUID, Opener]) -> str:
    """Open one row inside the vault; `keys` remembers what was unwrapped."""
    opener = keys.get(item.key_id)
    if opener is None:
        key = sealing.open_key(
            shop_id=item.shop_id,
            subject_id=item.subject_id,
            key_id=item.key_id,
            retention=item.retention,
            wrapped=wrapped,
        )
        opener = keys[item.key_id] = Opener(key)
    return sealing.open_with(item, opener)


def says(match: Match, *, shop_id: int, kind: str, text: str, now_ms: int) -> bool:
    """Tell whether the value that a look-up row points to says the same: a row planted by SQL leads nowhere."""
    return among(read(shop_id=shop_id, subject_id=match.subject_id, categories=(kind,), now_ms=now_ms), match, text)


def among(rows: Sequence[Row], match: Match, text: str) -> bool:
    """Tell whether the value that a look-up row points to is among the rows and says the text."""
    return any(
        item.id == match.item_id and item.verified == match.verified and _is(item, wrapped, text)
        for item, wrapped in rows
    )


def _is(item: Sealed, wrapped: bytes, text: str) -> bool:
    try:
        return unlocked(item, wrapped, {}) == text
    except SealError:
        return False


def _seen(item: Sealed, text: str, *, only_masked: bool) -> Seen:
    if only_masked:
        text = mask_of(item.category)(text)
    return Seen(
        item_id=item.id,
        category=item.category,
        plain=Plain(text, token=_VAULT),
        only_masked=only_masked,
        purposes=_split(item.purposes),
        source=item.source,
        basis=item.basis,
        collected_at=item.collected_at,
        expires_at=item.expires_at,
        verified=item.verified,
        third_party=item.third_party,
        legacy=item.legacy,
        group=item.group_id,
        version=item.version,
    )


@lru_cache(maxsize=4096)
def _split(purposes: str) -> tuple[str, ...]:
    return tuple(purposes.split(",")) if purposes else ()


def masked(value: Seen) -> str:
    """Give the value as somebody may see it who may only know that it is there."""
    text = value.plain.reveal(_VAULT)
    return text if value.only_masked else mask_of(value.category)(text)


@cache
def mask_of(category: str) -> Callable[[str], str]:
    """Give the mask that the category's pack names."""
    return MASKS[words().categories[category].mask]


def plain_text(text: str, masked: str) -> Plain:
    """Wrap a text that the vault opened for a message or a code."""
    return Plain(text, token=_VAULT, masked=masked)


def show(value: Seen | Plain) -> str:
    """Give the text of an opened value to the door that shows it to the person it was opened for.

    Only doors (api, cli, desk, portal, outreach, worker) call this, at the last moment before the answer is written.
    """
    plain = value.plain if isinstance(value, Seen) else value
    return plain.reveal(_VAULT)
