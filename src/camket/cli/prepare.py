"""Bring database, keys and shops in order, without starting anything."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.cli import errors
from camket.cli.shop import tell_refused
from camket.crypto.providers.local import LocalProvider
from camket.shops.actions import load_shops
from camket.store import keys, secrets, wall
from camket.store.models import ShopSecret
from camket.vault.backup import ready

app = typer.Typer(add_completion=False)


@app.command()
def prepare() -> None:
    """Cập nhật cơ sở dữ liệu, mở khóa, nạp các cửa hàng. · Migrate, open the keys, load the shops; may be repeated."""
    set_up(utc_now())


def say(vi: str, en: str) -> None:
    """Print one line of what is being done."""
    typer.echo(f"── {vi} · {en}")


def set_up(now: datetime) -> None:
    """Bring database, keys and shops in order. Everything that can refuse does so before anything is written.

    Two starts at once on one machine take turns: the second finds everything in order.
    """
    with alone(Path(settings.HOME)):
        _set_up(now)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold this installation's lock; the system lets go of it when the process ends, however it ends."""
    with (home / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _set_up(now: datetime) -> None:
    existing = inspect_database()
    if not existing:
        ready.require_not_lost()
    made = not keys.path().exists()
    provider = LocalProvider.open_or_create(keys.path(), existing=existing, custody=keys.custody())
    if made:
        show_recovery_key(provider)
    if existing:
        require_right_key()
    migrate()
    ready.make_ready(now=now)
    loaded = load_shops(directory=Path(settings.CAMKET_POLICIES), actor=Actor(kind="owner"), now=now)
    new = [shop for shop in loaded if shop.outcome in {"created", "adopted"}]
    say(
        f"{len(loaded)} cửa hàng, {len(new)} vừa nạp hoặc đổi chính sách",
        f"{len(loaded)} shops, {len(new)} new or changed",
    )
    tell_refused(loaded)


def inspect_database() -> bool:
    """Connect, and tell whether the database already holds wrapped secrets; raise when it cannot be reached."""
    if connection.vendor == "postgresql":
        require_postgres()
    if ShopSecret._meta.db_table not in connection.introspection.table_names():
        return False
    return ShopSecret.objects.exists()


def require_postgres() -> None:
    """Try one plain connection with a short patience; the pool would wait much longer."""
    given = connection.settings_dict
    try:
        psycopg.connect(
            dbname=given["NAME"],
            user=given["USER"] or None,
            password=given["PASSWORD"] or None,
            host=given["HOST"] or None,
            port=given["PORT"] or None,
            connect_timeout=5,
        ).close()
    except psycopg.OperationalError as error:
        raise errors.database_unreachable() from error


def require_right_key() -> None:
    """Open one of the stored secrets; `KeyFileError` when the key file is another installation's."""
    shop_id = ShopSecret.objects.order_by("shop_id").values_list("shop_id", flat=True)[0]
    secrets.secret(shop_id, "row")


def show_recovery_key(provider: LocalProvider) -> None:
    """Print, once, the words that can write the key file again."""
    say("đã tạo tệp khóa; đây là khóa khôi phục, chỉ in lần này", "made the key file; its recovery key is printed once")
    typer.echo(f"\n{provider.recovery_key()}\n")
    typer.echo(
        "   Chép ra giấy và cất nơi an toàn: mất tệp khóa và khóa này thì không ai mở được dữ liệu.\n"
        "   Copy it to paper and keep it safe: without the key file and this key nobody can open the data."
    )


def migrate() -> None:
    """Bring the tables to this version, if they are not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(f"cập nhật cơ sở dữ liệu ({len(plan)} bước)", f"bringing the database up to date ({len(plan)} steps)")
        call_command("migrate", verbosity=0, interactive=False)
    wall.build()  # after a restore, or behind the back of a migration, a table may stand without it
