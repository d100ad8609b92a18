"""The second wall between shops: PostgreSQL's row-level security, under the application's own checks.

Every table with a `shop_id` has one policy, forced on its owner too: a row is seen, written, changed or removed only
when it belongs to the shop that the connection stands for (`camket.shop`), or when the connection stands for the whole
installation (0). Unset means no shop at all: nothing comes, nothing goes in. SQLite has no such wall.

INVARIANT 8. The side a thread stands on is said once, where a door or a deed learns its shop (`face`, `behind`), and
travels to the server in front of the next statement, in one pipeline with it, only when the connection does not stand
there already: in the usual case it costs one comparison.

What it is for: a statement of ours that forgot its shop. What it is not: a defence against somebody who can send SQL
of their own as this role, who may say `SET camket.shop = 0` as we do. Superusers and roles with BYPASSRLS walk through
it; `camket check` says so (`sees_through`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, Final, TypeVar

from django.apps import apps
from django.db import connection, models
from psycopg.pq import TransactionStatus

T = TypeVar("T")

EVERYWHERE: Final = 0
NOWHERE: Final = -1
POLICY: Final = "camket_wall"

_side: ContextVar[int | None] = ContextVar("side", default=None)
# Where a thread stands that was told nothing. Set once, by the program: commands and worker stand for the installation.
_default = NOWHERE

_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION camket_side() RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('camket.shop', true), '')::smallint $$
"""
# In a sub-select, so that a statement over many rows asks once and not for each row.
_RULE: Final = "(SELECT camket_side()) = shop_id OR (SELECT camket_side()) = 0"


def stand_by_default(side: int) -> None:
    """Say where threads of this process stand that name no shop (`EVERYWHERE` or `NOWHERE`). Once, at its start."""
    global _default  # noqa: PLW0603 (what the process is for: a command, the worker, or a server)
    _default = side


def side() -> int:
    """Tell which shop this thread stands for; `EVERYWHERE` or `NOWHERE` when none."""
    found = _side.get()
    return _default if found is None else found


def face(shop_id: int) -> Token[int | None]:
    """Stand for a shop from now on; for doors, which give the token back to `leave` at the end of the request."""
    return _side.set(shop_id)


def leave(token: Token[int | None]) -> None:
    """Stand again where `face` was called."""
    _side.reset(token)


@contextmanager
def behind(shop_id: int) -> Iterator[None]:
    """Stand for one shop inside the block."""
    token = _side.set(shop_id)
    try:
        yield
    finally:
        _side.reset(token)


@contextmanager
def everywhere() -> Iterator[None]:
    """Stand for the whole installation inside the block: for what truly spans shops, named in SECURITY.md."""
    with behind(EVERYWHERE):
        yield


def through(raw: Any, execute: Callable[..., T], *args: Any, alone: bool = False, **named: Any) -> T:
    """Run a statement on a driver's connection, its setting before it where it has to change.

    Both go in one pipeline, unless the statement takes none (`alone`: several in one text, a cursor on the server).
    """
    wanted = side()
    if getattr(raw, "camket_side", None) == wanted or not _must_tell(raw, wanted):
        return execute(*args, **named)
    lasting = raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE
    if alone or raw.pgconn.pipeline_status:
        _tell(raw, wanted)
        return execute(*args, **named)
    with raw.pipeline():
        _tell(raw, wanted)
        found = execute(*args, **named)
    if lasting:
        raw.camket_side = wanted
    return found


@contextmanager
def piped(raw: Any) -> Iterator[None]:
    """Open a pipeline on a driver's connection that stands where this thread does; for several statements."""
    wanted = side()
    if getattr(raw, "camket_side", None) != wanted and _must_tell(raw, wanted):
        _tell(raw, wanted)
    with raw.pipeline():
        yield


def _must_tell(raw: Any, wanted: int) -> bool:
    """Tell whether the server has to be told; never in a failed transaction, which takes nothing but its end."""
    status = raw.pgconn.transaction_status
    if status == TransactionStatus.IDLE:
        raw.camket_inside = None  # a transaction that it was told in is over, and perhaps undone
    return status != TransactionStatus.INERROR and getattr(raw, "camket_inside", None) != wanted


def _tell(raw: Any, wanted: int) -> None:
    """Send the setting. What is told inside a transaction, or a pipeline, is undone with it and trusted to its end."""
    status, piped = raw.pgconn.transaction_status, raw.pgconn.pipeline_status
    lasting = raw.autocommit and status == TransactionStatus.IDLE and not piped
    raw.camket_side = None
    raw.execute(f"SET camket.shop = '{wanted:d}'")
    raw.camket_side, raw.camket_inside = (wanted, None) if lasting else (None, wanted)


def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
    """Take every statement of Django's cursors through the wall (an `execute_wrapper`)."""
    database = context["connection"]
    raw = database.connection
    if getattr(raw, "camket_side", None) == side():
        return execute(sql, params, many, context)
    plain = not many and side() > EVERYWHERE and not getattr(context["cursor"].cursor, "name", None)
    with database.wrap_database_errors:
        found = through(raw, execute, sql, params, many, context, alone=not plain)
    if sql.startswith("ROLLBACK TO"):
        raw.camket_inside = None
    return found


def stand_watch(connection: Any, **_: Any) -> None:
    """Put the watch on a new connection to PostgreSQL (Django's signal `connection_created`)."""
    if connection.vendor == "postgresql" and watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


def walled() -> list[type[models.Model]]:
    """Every model whose rows belong to a shop."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if any(field.attname == "shop_id" for field in model._meta.concrete_fields)]


def statements(table: str) -> Iterable[str]:
    """Give what raises the wall of one table."""
    name = f'"{table}"'
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS {POLICY} ON {name}"
    yield f"CREATE POLICY {POLICY} ON {name} USING ({_RULE}) WITH CHECK ({_RULE})"


def build() -> None:
    """Raise the wall on every table of a shop that has none (after each migration; a new table needs no line)."""
    missing = gaps()
    if not missing:
        return
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTION)
        for table in missing:
            for statement in statements(table):
                cursor.execute(statement)


def gaps() -> list[str]:
    """Name the tables of shops that stand without the wall; none on SQLite, which has no such thing."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace "
            "AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS "
            "(SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = %s))",
            [POLICY],
        )
        bare = {row[0] for row in cursor.fetchall()}
    return sorted(bare & {model._meta.db_table for model in walled()})


def stands_before(table: str) -> bool:
    """Tell whether this connection meets the wall at a table; PostgreSQL takes no COPY into such a one."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active(%s)", [table])
        return bool(cursor.fetchone()[0])


def sees_through() -> bool:
    """Tell whether the role of this installation walks through the wall: a superuser, or one with BYPASSRLS."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])
