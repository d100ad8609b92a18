"""One-time codes to a contact: six digits, kept as keyed digests, few tries, short life, limited in number.

A request for an unknown contact leaves the same row and the same answer as for a known one, and sends nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.crypto import aad
from camket.ledger.actions import Deed, deed
from camket.store.db import is_sqlite
from camket.store.secrets import secret
from camket.subjects import sql
from camket.subjects.errors import CodeError, TooManyCodesError
from camket.subjects.models import ContactCode

DIGITS: Final = 6
LIFE_MS: Final = 10 * 60 * 1000
MOST_ATTEMPTS: Final = 5
WINDOW_MS: Final = 60 * 60 * 1000
# A code of a moment still to come was made by a clock that was set back since: it opens nothing and counts for nothing.
# Less than this is how far the clocks of two servers may be apart.
AHEAD_MS: Final = 5 * 60 * 1000
MOST_IN_WINDOW: Final = 5


def make(
    *,
    shop_id: int,
    digest: bytes,
    subject_id: UUID | None,
    item_id: UUID | None,
    now: datetime,
    within: Deed,
    also: Sequence[bytes] = (),
) -> str:
    """Make a code for a contact's digest and give it back for sending; TooManyCodesError above five an hour.

    `also` are the contact's other digests while the index key is rotated: codes under them count too.
    """
    at = to_ms(now)
    for one in sorted({digest, *also}):
        _one_by_one(one)
    recent = list(ContactCode.objects.filter(digest__in=[digest, *also], shop_id=shop_id).order_by("made_at"))
    for old in recent:
        if not _counts(old, at):
            within.remove(old)
    held = [row for row in recent if _counts(row, at)]
    if len(held) >= MOST_IN_WINDOW:
        raise TooManyCodesError(retry_after=max(1, (held[0].made_at + WINDOW_MS - at) // 1000))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = ContactCode(
        digest=digest,
        id=uuid7(at),
        shop_id=shop_id,
        subject_id=subject_id,
        item_id=item_id,
        made_at=max(at, *(row.made_at + 1 for row in held)) if held else at,  # the newest, whatever the clock says
        ends_at=at + LIFE_MS,
    )
    row.code_digest = _digest(row, code)
    within.insert(row)
    return code


def _counts(row: ContactCode, at: int) -> bool:
    return at - WINDOW_MS < row.made_at <= at + AHEAD_MS


def _one_by_one(digest: bytes) -> None:
    """Queue up requests for one contact until the deed ends, so that codes asked for at once are all counted."""
    if not is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(sql.LOCK_CONTACT, [int.from_bytes(digest[:8], "big", signed=True)])


def spend(*, shop_id: int, digests: Sequence[bytes], code: str, now: datetime, within: Deed) -> ContactCode | None:
    """Try a code against the newest one of the contact. A wrong try counts and gives None: commit, then CodeError.

    Only the newest code lives; the row is locked, so that tries in parallel are counted one by one. A contact has more
    than one digest while the index key is rotated.
    """
    at = to_ms(now)
    rows = ContactCode.objects.filter(digest__in=digests, shop_id=shop_id).order_by("-made_at", "-id")
    row = (rows if is_sqlite() else rows.select_for_update()).first()
    if row is None or row.used_at is not None or row.ends_at <= at or row.attempts >= MOST_ATTEMPTS:
        return None
    if not _counts(row, at):
        return None
    if not hmac.compare_digest(row.code_digest, _digest(row, code.strip())):
        within.update(row, attempts=row.attempts + 1)
        return None
    within.update(row, used_at=at)
    return row


def expire(*, shop_id: int, actor: Actor, now: datetime, most: int = 500) -> int:
    """Remove codes that neither open anything nor count against a limit any more; how many. One deed, none if none."""
    old = ContactCode.objects.filter(shop_id=shop_id, made_at__lte=to_ms(now) - WINDOW_MS).order_by("made_at")
    keys = list(old.values_list("pk", flat=True)[:most])
    if not keys:
        return 0
    with deed(shop_id=shop_id, event="code.expired", actor=actor, now=now, bulk=True) as made:
        count = made.remove_all(ContactCode.objects.filter(pk__in=keys))
        made.detail["count"] = count
    return count


def refuse() -> CodeError:
    """Give the one answer to every fault of a code."""
    return CodeError()


def _digest(row: ContactCode, code: str) -> bytes:
    """Bind the code to its row, person and contact: pointing a row at somebody else by SQL makes the code wrong."""
    whose = aad("code-1", row.shop_id, row.id, row.digest, row.subject_id, row.item_id, code)
    return hmac.digest(secret(row.shop_id, "token"), whose, hashlib.sha256)
