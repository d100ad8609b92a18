import hashlib
import json
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from camket import law
from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.policy import Policy, Rulebook, compile_rulebook, load_text
from camket.shops import sql
from camket.shops.errors import ShopError, UnknownError, UnknownShopError
from camket.shops.models import Agreement, ApiKey, PolicyVersion, Setting, Shop, Staff, StaffRole, Undertaking
from camket.shops.settings import SETTINGS, value_of
from camket.shops.tokens import fits, span
from camket.store import statements, vouch
from camket.store.db import raw_id, read_id

_MOST_RULEBOOKS = 256
_rulebooks: dict[tuple[int, int], tuple[Policy, Rulebook]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whose key a token is. A person's key acts for that person; a system's names who is signed in (`actor`).

    `scopes` are the operations it may call (None: all); `ends_at` is in milliseconds since 1970.
    """

    key_id: UUID
    shop_id: int
    role: str
    purposes: frozenset[str]
    staff_id: UUID | None
    system: str
    scopes: frozenset[str] | None = None
    ends_at: int | None = None

    def actor(self, on_behalf: UUID | None = None) -> Actor:
        """Give the doer for the ledger and the gate; `on_behalf` counts for systems only."""
        person = self.staff_id or on_behalf
        return Actor(kind="system", id=str(self.key_id), on_behalf=str(person) if person else None)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the staff as lists show them."""

    staff_id: UUID
    name: str
    roles: tuple[str, ...]
    undertaking: int


def shop(*, shop_id: int) -> Shop:
    """Give the shop, or raise UnknownError."""
    found = Shop.objects.filter(id=shop_id).first()
    if found is None:
        raise UnknownError("cửa hàng", "shop", "shop")
    return found


def shop_by_slug(*, slug: str) -> Shop:
    """Give the shop of that name, or raise UnknownShopError."""
    found = Shop.objects.filter(slug=slug).first()
    if found is None:
        raise UnknownShopError(slug, list(Shop.objects.order_by("slug").values_list("slug", flat=True)))
    return found


def shops() -> list[Shop]:
    """Every shop of the installation, by name."""
    return list(Shop.objects.order_by("slug"))


def staff(*, shop_id: int, staff_id: UUID) -> Staff:
    """Give the person of this shop's staff who has not left, or raise UnknownError."""
    found = Staff.objects.filter(id=staff_id, shop_id=shop_id, left_at=None).first()
    if found is None:
        raise UnknownError("nhân viên", "member of staff", "staff")
    return found


def staff_list(*, shop_id: int) -> list[Person]:
    """Everybody who works for the shop, by name, with roles and the newest undertaking signed (0: none)."""
    roles: dict[UUID, list[str]] = {}
    for held in StaffRole.objects.filter(shop_id=shop_id).order_by("role"):
        roles.setdefault(held.staff_id, []).append(held.role)
    signed: dict[UUID, int] = {}
    for one in Undertaking.objects.filter(shop_id=shop_id).order_by("version"):
        signed[one.staff_id] = one.version
    rows = Staff.objects.filter(shop_id=shop_id, left_at=None).order_by("name", "id")
    return [Person(row.id, row.name, tuple(roles.get(row.id, ())), signed.get(row.id, 0)) for row in rows]


def directors(*, shop_id: int) -> list[str]:
    """Email addresses of the shop's directors, where they gave one."""
    holding = StaffRole.objects.filter(shop_id=shop_id, role="director").values_list("staff_id", flat=True)
    found = Staff.objects.filter(id__in=list(holding), shop_id=shop_id, left_at=None).exclude(email="")
    return list(found.order_by("id").values_list("email", flat=True))


def newest_version(*, shop_id: int) -> int:
    """Tell the number of the newest policy version; 0 before the first."""
    ((newest,),) = statements.fetch(sql.NEWEST_VERSION, [shop_id])
    return newest or 0


def rulebook(shop_id: int, version: int | None = None) -> Rulebook:
    """Give the compiled policy of a version (default: the newest), kept for the life of the process.

    A version never changes once adopted; text that does not fit its digest is refused (ShopError).
    """
    return _compiled(shop_id, version)[1]


def policy(shop_id: int, version: int | None = None) -> Policy:
    """Give the policy as written, of a version (default: the newest)."""
    return _compiled(shop_id, version)[0]


def forget() -> None:
    """Drop compiled policies (tests empty the database between them)."""
    with _lock:
        _rulebooks.clear()


def _compiled(shop_id: int, version: int | None) -> tuple[Policy, Rulebook]:
    number = version if version is not None else newest_version(shop_id=shop_id)
    found = _rulebooks.get((shop_id, number))
    return found if found is not None else _compile(shop_id, number)


@lru_cache(maxsize=_MOST_RULEBOOKS)
def _made(text: str) -> tuple[Policy, Rulebook]:
    """Compile a text once, however many shops publish it: a compiled policy never changes."""
    written = load_text(text)
    return written, compile_rulebook(written, law.floor(written.law))


def _compile(shop_id: int, number: int) -> tuple[Policy, Rulebook]:
    row = PolicyVersion.objects.filter(shop_id=shop_id, version=number).first()
    if row is None or hashlib.sha256(row.text.encode()).digest() != row.digest:
        raise ShopError(
            "cửa hàng chưa có chính sách dùng được",
            "the shop has no policy that can be used",
            "áp dụng một bản bằng `camket shop adopt`; nếu đã có, chạy `camket ledger verify --database`",
            "adopt one with `camket shop adopt`; if there is one, run `camket ledger verify --database`",
            "no_policy",
        )
    vouch.require(row)
    made = _made(row.text)
    with _lock:
        if len(_rulebooks) >= _MOST_RULEBOOKS:
            _rulebooks.clear()
        _rulebooks[shop_id, number] = made
    return made


def settings(*, shop_id: int) -> dict[str, str]:
    """Every setting of the shop with the value in force."""
    stored = dict(Setting.objects.filter(shop_id=shop_id).values_list("name", "value"))
    return {name: value_of(stored, name) for name in SETTINGS}


class _KeyRow(NamedTuple):
    """A key's row as its token is checked against it; see `tokens.token_digest`."""

    id: UUID
    shop_id: int
    digest: bytes
    staff_id: UUID | None
    system: str
    role: str
    purposes: list[str]
    scopes: list[str] | None
    issued_at: int
    ends_at: int | None


def key_holder(*, token: str, now: datetime) -> KeyHolder:
    """Tell whose key the token is; UnknownError for an unknown, ended or revoked one and who has left, alike."""
    for *found, works in statements.fetch(sql.KEY_HOLDER, span(token)):
        row = _key_row(found)
        if works and fits(row, token) and (row.ends_at is None or row.ends_at > to_ms(now)):
            return KeyHolder(
                key_id=row.id,
                shop_id=row.shop_id,
                role=row.role,
                purposes=frozenset(row.purposes),
                staff_id=row.staff_id,
                system=row.system,
                scopes=None if row.scopes is None else frozenset(row.scopes),
                ends_at=row.ends_at,
            )
    raise UnknownError("khóa", "key", "authorization")


def _key_row(found: Sequence[Any]) -> _KeyRow:
    key_id, shop_id, digest, staff_id, system, role, purposes, scopes, issued_at, ends_at = found
    return _KeyRow(
        read_id(key_id),
        shop_id,
        bytes(digest),
        None if staff_id is None else read_id(staff_id),
        system,
        role,
        json.loads(purposes),
        None if scopes is None else json.loads(scopes),
        issued_at,
        ends_at,
    )


def require_staff(*, shop_id: int, staff_id: UUID) -> None:
    """Raise UnknownError unless the person is of this shop's staff and has not left."""
    if not statements.fetch(sql.WORKS_HERE, [raw_id(staff_id), shop_id]):
        raise UnknownError("nhân viên", "member of staff", "staff")


def api_keys(*, shop_id: int, after: UUID | None = None, limit: int = 200) -> list[ApiKey]:
    """List the shop's keys that were not revoked, oldest first, `limit` of them after the one named."""
    rows = ApiKey.objects.filter(shop_id=shop_id, revoked_at=None)
    return list((rows.filter(id__gt=after) if after else rows).order_by("id")[:limit])


def agreement_in_force(
    *, shop_id: int, recipient: str, purpose: str, categories: Collection[str], now: datetime, partner: str = ""
) -> Agreement | None:
    """Find an agreement that lets this recipient have these categories for this purpose today."""
    at = to_ms(now)
    running = Agreement.objects.filter(shop_id=shop_id, recipient=recipient, ended_at=None, since__lte=at)
    running = running.filter(Q(until=None) | Q(until__gt=at))
    if partner:
        running = running.filter(partner=partner)
    fits = (row for row in running if purpose in row.purposes and set(categories) <= set(row.categories))
    found = next(fits, None)
    if found is not None:
        vouch.require(found)
    return found
