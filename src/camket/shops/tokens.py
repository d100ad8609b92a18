"""API tokens: `shop_` and 256 random bits, shown once, kept as a digest."""

import hashlib
import secrets

_RANDOM_BYTES = 32


def new_token(slug: str) -> str:
    """Make a token; its prefix tells whose it is when it turns up somewhere."""
    return f"{slug}_{secrets.token_urlsafe(_RANDOM_BYTES)}"


def token_digest(token: str) -> bytes:
    """SHA-256; the token holds 256 random bits, so that no salt or slow hash adds anything."""
    return hashlib.sha256(token.encode()).digest()
