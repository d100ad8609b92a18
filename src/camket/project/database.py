"""Turns `CAMKET_DATABASE` into Django's setting: `sqlite:///path` or `postgresql://user@host:port/name`."""

from typing import Any
from urllib.parse import unquote, urlsplit

SQLITE_INIT = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
    "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
)


class DatabaseSettingError(Exception):
    """`CAMKET_DATABASE` is not an address that can be used."""


def database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "OPTIONS": {"init_command": SQLITE_INIT, "transaction_mode": "IMMEDIATE", "timeout": 30},
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 20}},
        }
    raise DatabaseSettingError(
        "`CAMKET_DATABASE` must begin with `sqlite:///` or `postgresql://` · "
        "`CAMKET_DATABASE` phải bắt đầu bằng `sqlite:///` hoặc `postgresql://`"
    )
