"""Look over the installation: database, keys, policies, ledger, worker."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import typer
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from camket.base.clock import to_ms, utc_now
from camket.base.errors import CamketError
from camket.cli import errors
from camket.cli.exits import INSTALLATION
from camket.cli.prepare import inspect_database
from camket.ledger import queries as ledger
from camket.ledger.models import Log
from camket.outbox.queries import overdue
from camket.policy import load
from camket.shops.models import Shop
from camket.store import keys, secrets, wall
from camket.vault.backup import keeping

app = typer.Typer(add_completion=False)
# The worker gives an entry its place within a second; after this long it is surely not running.
WORKER_SILENCE_MS = 60 * 1000
_FULL = 2  # PRAGMA synchronous
HOUR_MS = 3600 * 1000
# Automatic backups are made each night; a night was missed when the last is older.
BACKUP_HOURS = 36


class Finding(NamedTuple):
    """One line of the report. A warning is good enough to work with, and can be made better."""

    good: bool
    vi: str
    en: str
    warning: bool = False

    @property
    def sign(self) -> str:
        if not self.good:
            return "✗"
        return "!" if self.warning else "✓"


@app.command()
def check() -> None:
    """Xem cài đặt có ổn không. · See whether the installation is in order; ends with 5 when it is not."""
    findings = list(look_over(utc_now()))
    for finding in findings:
        typer.echo(f"{finding.sign} {finding.vi} · {finding.en}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(INSTALLATION)


def look_over(now: datetime) -> Iterator[Finding]:
    """Yield what is in order and what is not; stop early where the rest could not be told."""
    parts: tuple[Callable[[datetime], Iterator[Finding]], ...] = (
        _database,
        _durable,
        _wall,
        _keys,
        _policies,
        _backups,
        _ledgers,
        _messages,
    )
    for part in parts:
        try:
            yield from part(now)
        except CamketError as error:
            yield Finding(good=False, vi=f"{error.vi} → {error.advice_vi}", en=f"{error.en} → {error.advice_en}")
            return


def _database(_: datetime) -> Iterator[Finding]:
    inspect_database()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise errors.database_not_ready()
    yield Finding(
        good=True, vi=f"cơ sở dữ liệu {connection.vendor}", en=f"database {connection.vendor}, tables up to date"
    )


def _durable(_: datetime) -> Iterator[Finding]:
    """Tell whether the database waits for the disk before it says that something is stored."""
    asked = ("fsync", "synchronous_commit", "full_page_writes")
    if connection.vendor == "postgresql":
        off = [name for name in asked if _setting(f"SHOW {name}") == "off"]
    else:
        off = [] if int(_setting("PRAGMA synchronous")) >= _FULL else ["synchronous"]
    named = ", ".join(off)
    vi = "cơ sở dữ liệu chờ đĩa ghi xong"
    en = "the database waits for the disk"
    if off:
        vi = f"cơ sở dữ liệu không chờ đĩa ({named}): mất điện có thể mất việc đã báo là xong; hãy bật lại"
        en = f"the database does not wait for the disk ({named}): a power cut may lose what was said to be done"
    yield Finding(good=True, warning=bool(off), vi=vi, en=en)


def _setting(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(text)
        return str(cursor.fetchone()[0])


def _wall(_: datetime) -> Iterator[Finding]:
    """PostgreSQL's second wall between shops: whether it stands on every table, and whether it holds for our role."""
    if connection.vendor != "postgresql":
        return
    bare = wall.gaps()
    if bare:
        named = ", ".join(bare)
        yield Finding(
            good=False,
            vi=f"chưa có tường ngăn giữa các cửa hàng ở {named}; chạy `camket prepare`",
            en=f"no wall between shops at {named}; run `camket prepare`",
        )
    elif wall.sees_through():
        yield Finding(
            good=True,
            warning=True,
            vi="vai trò PostgreSQL này đi xuyên tường ngăn giữa các cửa hàng (SUPERUSER hoặc BYPASSRLS); "
            "dùng một vai trò thường là chủ cơ sở dữ liệu",
            en="this PostgreSQL role walks through the wall between shops (SUPERUSER or BYPASSRLS); "
            "use a plain role that owns the database",
        )
    else:
        yield Finding(good=True, vi="tường ngăn giữa các cửa hàng", en="the wall between shops stands on every table")


def _keys(_: datetime) -> Iterator[Finding]:
    keys.keyring()
    shops = list(Shop.objects.values_list("id", flat=True))
    for shop_id in shops:
        secrets.secret(shop_id, "row")
    yield Finding(good=True, vi="tệp khóa mở được khóa mọi cửa hàng", en=f"the key file opens {len(shops)} shops' keys")


def _policies(_: datetime) -> Iterator[Finding]:
    files = sorted(Path(settings.CAMKET_POLICIES).glob("*.yaml"))
    for path in files:
        load(path)
    yield Finding(good=True, vi=f"{len(files)} tệp chính sách đọc được", en=f"{len(files)} policy files can be read")


def _backups(now: datetime) -> Iterator[Finding]:
    """Tell the age of the last automatic backup; nothing where none are wanted."""
    if not settings.CAMKET_BACKUPS:
        return
    last = keeping.last(now)
    hours = None if last is None else (to_ms(now) - last) // HOUR_MS
    good = hours is not None and hours <= BACKUP_HOURS
    vi = "chưa có bản sao lưu nào mở được" if hours is None else f"bản sao lưu mới nhất cách đây {hours} giờ"
    en = "there is no backup that opens yet" if hours is None else f"the newest backup is {hours} hours old"
    yield Finding(good=good, vi=vi, en=en)


def _ledgers(now: datetime) -> Iterator[Finding]:
    logs = Log.objects.count()
    yield Finding(good=logs == Shop.objects.count(), vi=f"{logs} sổ cái", en=f"{logs} ledgers, one for each shop")
    waiting = ledger.waiting(before_ms=to_ms(now) - WORKER_SILENCE_MS)
    vi = "không có dòng sổ nào chờ lâu" if not waiting else f"{waiting} dòng sổ chờ quá lâu; chạy `camket work`"
    en = "no entry waits" if not waiting else f"{waiting} entries wait too long for a place; run `camket work`"
    yield Finding(good=not waiting, vi=vi, en=en)


def _messages(now: datetime) -> Iterator[Finding]:
    """Tell whether messages wait that should have gone out: no worker, a carrier that fails, or many at once."""
    count, oldest = overdue(before_ms=to_ms(now) - WORKER_SILENCE_MS)
    minutes = 0 if oldest is None else (to_ms(now) - oldest) // 60_000
    vi, en = "không có tin nào chờ lâu", "no message waits"
    if count:
        vi = f"{count} tin chờ gửi, lâu nhất {minutes} phút; xem `camket work` và máy chủ thư"
        en = f"{count} messages wait to be sent, for {minutes} minutes at most; see `camket work` and the mail server"
    yield Finding(good=True, warning=bool(count), vi=vi, en=en)
