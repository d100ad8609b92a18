"""Opens sealed rows against a permit. INVARIANT 1: plaintext leaves this module only as Plain."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from camket.base.plain import Plain, Token
from camket.base.values import MASKS
from camket.policy import words
from camket.store.db import raw_id, read_id
from camket.vault import sealing, sql
from camket.vault.models import Item
from camket.vault.permits import Permit
from camket.vault.values import Seen

_VAULT = Token()
Row = tuple[Item, bytes]


def read(*, shop_id: int, subject_id: UUID, categories: Sequence[str], now_ms: int) -> list[Row]:
    """Read sealed items and wrapped keys in one round trip; nothing is opened."""
    query = sql.LOOK.replace("{categories}", sql.holes(len(categories)))
    with connection.cursor() as cursor:
        cursor.execute(query, [raw_id(subject_id), shop_id, now_ms, *categories])
        found = [(_item(row), bytes(row[-1])) for row in cursor.fetchall()]
    return sorted(found, key=lambda row: row[0].id)


def _item(row: Sequence[Any]) -> Item:
    """Make an item of a row as the cursor gives it; the order is sql.ITEM_COLUMNS."""
    return Item(
        subject_id=read_id(row[0]),
        id=read_id(row[1]),
        shop_id=row[2],
        category=row[3],
        key_id=read_id(row[4]),
        sealed=bytes(row[5]),
        purposes=row[6],
        source=row[7],
        basis=row[8],
        retention=row[9],
        collected_at=row[10],
        expires_at=row[11],
        circulates_until=row[12],
        verified=bool(row[13]),
        third_party=bool(row[14]),
        legacy=row[15],
        group_id=None if row[16] is None else read_id(row[16]),
        version=row[17],
    )


def open_rows(permit: Permit, rows: Iterable[Row], *, masked: frozenset[str]) -> list[Seen]:
    """Open rows under a permit, which is spent by it. Categories in `masked` show their mask and nothing else."""
    found = list(rows)
    bound = permit.spend(
        shop_id=permit.bound.shop_id,
        subject_id=permit.bound.subject_id,
        categories=frozenset(item.category for item, _ in found),
    )
    keys: dict[UUID, bytes] = {}
    seen: list[Seen] = []
    for item, wrapped in found:
        if (item.shop_id, item.subject_id) != (bound.shop_id, bound.subject_id):
            raise PermissionError("the permit is for somebody else")
        text = unlocked(item, wrapped, keys)
        seen.append(_seen(item, text, only_masked=item.category in masked))
    return seen


def unlocked(item: Item, wrapped: bytes, keys: dict[UUID, bytes]) -> str:
    """Open one row inside the vault; `keys` remembers what was unwrapped."""
    key = keys.get(item.key_id)
    if key is None:
        key = keys[item.key_id] = sealing.open_key(
            shop_id=item.shop_id,
            subject_id=item.subject_id,
            key_id=item.key_id,
            retention=item.retention,
            wrapped=wrapped,
        )
    return sealing.open_item(item, key)


def _seen(item: Item, text: str, *, only_masked: bool) -> Seen:
    mask = mask_of(item.category)(text)
    return Seen(
        item_id=item.id,
        category=item.category,
        plain=Plain(mask if only_masked else text, token=_VAULT, masked=mask),
        masked=mask,
        only_masked=only_masked,
        purposes=tuple(item.purposes.split(",")) if item.purposes else (),
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
