"""Turns `CAMKET_DATABASE` into Django's setting: `sqlite:///path` or `postgresql://user@host:port/name`."""

from typing import Any
from urllib.parse import unquote, urlsplit

from camket.project.options import SettingError

SQLITE_INIT = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
    "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
)

# Hot statements (store/statements.py) are planned once per connection; they reach single rows by their keys, so the
# plan is the same whatever the values.
PREPARED = {
    "prepare_threshold": 1,
    "options": "-c plan_cache_mode=force_generic_plan -c jit=off",
}

# A server that is away is told of in seconds, and found again with the next request after it is back: the pool's own
# way of trying less and less often for five minutes would leave a shop closed longer than its database was.
POOL = {"min_size": 1, "max_size": 20, "timeout": 5, "reconnect_timeout": 2}
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


def database(url: str) -> dict[str, Any]:
    """Turn the address into Django's setting; raise SettingError for any other scheme."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "CONN_MAX_AGE": None,  # a file is opened once per thread
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
            "OPTIONS": {"pool": POOL, **PATIENCE, **PREPARED},
        }
    raise SettingError(
        "`CAMKET_DATABASE` không phải địa chỉ dùng được",
        "`CAMKET_DATABASE` is not an address that can be used",
        "viết `sqlite:///đường/dẫn` hoặc `postgresql://người_dùng@máy:cổng/tên`",
        "write `sqlite:///path` or `postgresql://user@host:port/name`",
        "setting-database",
    )
