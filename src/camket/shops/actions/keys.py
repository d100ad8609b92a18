import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import deed
from camket.policy import words
from camket.shops import managers, queries
from camket.shops.errors import ShopError, UnknownError, UnknownWordError
from camket.shops.models import ApiKey
from camket.shops.tokens import ended, new_token, token_digest

# Operations are named by the door; here only that it is a name.
_SCOPE = re.compile(r"[a-z_]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key and its token, which is shown this once and kept nowhere."""

    key_id: UUID
    token: str = field(repr=False)


def issue_api_key(
    *,
    shop_id: int,
    role: str,
    purposes: Sequence[str],
    actor: Actor,
    now: datetime,
    staff_id: UUID | None = None,
    system: str = "",
    scopes: Sequence[str] | None = None,
    ends_at: datetime | None = None,
) -> IssuedKey:
    """Make a key for one named person (`staff_id`) or one named system (`system`), with one role and its purposes.

    `scopes` are the operations that it may call (None: all of them); it ends at `ends_at` (None: when it is revoked).
    """
    managers.require(shop_id=shop_id, actor=actor, now=now)
    shop = queries.shop(shop_id=shop_id)
    _check_holder(shop_id, staff_id, system.strip())
    _check_words(role, purposes)
    _check_bounds(scopes, ends_at, now)
    token = new_token(shop.slug)
    row = ApiKey(
        id=uuid7(to_ms(now)),
        shop_id=shop_id,
        staff_id=staff_id,
        system=system.strip(),
        role=role,
        purposes=sorted(set(purposes)),
        scopes=sorted(set(scopes)) if scopes is not None else None,
        issued_at=to_ms(now),
        ends_at=to_ms(ends_at) if ends_at else None,
    )
    row.digest = token_digest(row, token)
    with deed(shop_id=shop_id, event="api_key.issued", actor=actor, now=now) as made:
        made.detail.update(key=row.id.bytes, role=role)
        made.insert(row)
    return IssuedKey(key_id=row.id, token=token)


def revoke_api_key(*, shop_id: int, key_id: UUID, actor: Actor, now: datetime) -> None:
    """End a key at once; revoking twice changes nothing."""
    managers.require(shop_id=shop_id, actor=actor, now=now)
    row = ApiKey.objects.filter(shop_id=shop_id, id=key_id).first()
    if row is None:
        raise UnknownError("khóa", "key", "key_id")
    if row.revoked_at is not None:
        return
    with deed(shop_id=shop_id, event="api_key.revoked", actor=actor, now=now) as made:
        made.detail["key"] = key_id.bytes
        made.update(row, revoked_at=to_ms(now), digest=ended(row))


def _check_holder(shop_id: int, staff_id: UUID | None, system: str) -> None:
    if (staff_id is None) == (not system):
        raise ShopError(
            "một khóa thuộc về đúng một người hoặc một hệ thống",
            "a key belongs to exactly one person or one system",
            "cho biết `staff` hoặc `system`, chỉ một trong hai",
            "name `staff` or `system`, one of the two",
            "key_holder",
            field="system",
        )
    if staff_id is not None:
        queries.staff(shop_id=shop_id, staff_id=staff_id)


def _check_words(role: str, purposes: Sequence[str]) -> None:
    known = words()
    if role not in known.roles:
        raise UnknownWordError(role, known.roles, "role")
    for purpose in purposes:
        if purpose not in known.purposes:
            raise UnknownWordError(purpose, known.purposes, "purposes")
    if not purposes:
        raise ShopError(
            "khóa cần ít nhất một mục đích",
            "a key needs at least one purpose",
            "nêu mục đích, xem `camket policy words --family purposes`",
            "name a purpose, see `camket policy words --family purposes`",
            "key_purposes",
            field="purposes",
        )


def _check_bounds(scopes: Sequence[str] | None, ends_at: datetime | None, now: datetime) -> None:
    if scopes is not None and not (scopes and all(_SCOPE.fullmatch(scope) for scope in scopes)):
        raise ShopError(
            "phạm vi của khóa là tên các thao tác",
            "the scopes of a key are names of operations",
            "nêu ít nhất một thao tác của API, như `look`; bỏ trống thì khóa gọi được mọi thao tác",
            "name at least one operation of the API, such as `look`; leave them out for a key that may call all",
            "key_scopes",
            field="scopes",
        )
    if ends_at is not None and ends_at <= now:
        raise ShopError(
            "khóa phải kết thúc ở một lúc sau này",
            "a key ends at a moment that is still to come",
            "chọn một ngày sau hôm nay",
            "choose a day after today",
            "key_ends",
            field="ends_at",
        )
