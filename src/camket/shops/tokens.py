"""API tokens: `shop_` and 256 random bits, shown once, kept as a digest.

The digest has two halves: what the key is found by, and a mark under the shop's secret over everything the row grants.
A row that was planted, widened or brought back by SQL therefore opens nothing.
"""

import hashlib
import hmac
import secrets
from typing import Final, Protocol
from uuid import UUID

from camket.crypto.seal import aad
from camket.shops.models import ApiKey
from camket.store.errors import SecretMissingError
from camket.store.secrets import secret

_RANDOM_BYTES = 32
_HALF: Final = 16
REVOKED: Final = bytes(_HALF)


def new_token(slug: str) -> str:
    """Make a token; its prefix tells whose it is when it turns up somewhere."""
    return f"{slug}_{secrets.token_urlsafe(_RANDOM_BYTES)}"


def found_by(token: str) -> bytes:
    """First half of SHA-256; the token holds 256 random bits, so that no salt or slow hash adds anything. 16 bytes."""
    return hashlib.sha256(token.encode()).digest()[:_HALF]


def span(token: str) -> tuple[bytes, bytes]:
    """Give the least and greatest digest that a key with this token may have."""
    half = found_by(token)
    return half + bytes(_HALF), half + b"\xff" * _HALF


class KeyRow(Protocol):
    """What a key's row grants; a row of the model and one of the hot path both do."""

    @property
    def id(self) -> UUID: ...
    @property
    def shop_id(self) -> int: ...
    @property
    def digest(self) -> bytes: ...
    @property
    def staff_id(self) -> UUID | None: ...
    @property
    def system(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def purposes(self) -> list[str]: ...
    @property
    def scopes(self) -> list[str] | None: ...
    @property
    def issued_at(self) -> int: ...
    @property
    def ends_at(self) -> int | None: ...


def token_digest(row: KeyRow, token: str) -> bytes:
    """Digest of a key's row as it stands: both halves, 32 bytes. Errors: `SecretMissingError`."""
    # A key for every operation is marked as keys were before there were scopes.
    form, scopes = ("api-key-1", ()) if row.scopes is None else ("api-key-2", ("\n".join(row.scopes),))
    granted = aad(
        form,
        row.shop_id,
        row.id,
        row.staff_id,
        row.system,
        row.role,
        "\n".join(row.purposes),
        row.issued_at,
        row.ends_at,
        *scopes,
        token,
    )
    mark = hmac.digest(secret(row.shop_id, "token"), granted, hashlib.sha256)[:_HALF]
    return found_by(token) + mark


def fits(row: KeyRow, token: str) -> bool:
    """Tell whether the row is as it was issued, and issued with this token."""
    try:
        return hmac.compare_digest(row.digest, token_digest(row, token))
    except SecretMissingError:
        return False


def ended(row: ApiKey) -> bytes:
    """Digest of a key that was revoked: found no longer, whatever the row says of when it ended."""
    found: bytes = row.digest[:_HALF]
    return found + REVOKED
