"""Look over the installation: database, keys, policies, ledger, worker."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import typer
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef

from camket.base.clock import to_ms, utc_now
from camket.base.errors import CamketError
from camket.cli import errors
from camket.cli.exits import INSTALLATION
from camket.cli.prepare import inspect_database
from camket.ledger.models import Entry, Log, Position
from camket.policy import load
from camket.shops.models import Shop
from camket.store import keys, secrets

app = typer.Typer(add_completion=False)
# The worker gives an entry its place within a second; after this long it is surely not running.
WORKER_SILENCE_MS = 60 * 1000


class Finding(NamedTuple):
    """One line of the report."""

    good: bool
    vi: str
    en: str


@app.command()
def check() -> None:
    """Xem cài đặt có ổn không. · See whether the installation is in order; ends with 5 when it is not."""
    findings = list(look_over(utc_now()))
    for finding in findings:
        typer.echo(f"{'✓' if finding.good else '✗'} {finding.vi} · {finding.en}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(INSTALLATION)


def look_over(now: datetime) -> Iterator[Finding]:
    """Yield what is in order and what is not; stop early where the rest could not be told."""
    parts: tuple[Callable[[datetime], Iterator[Finding]], ...] = (_database, _keys, _policies, _ledgers)
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


def _ledgers(now: datetime) -> Iterator[Finding]:
    logs = Log.objects.count()
    yield Finding(good=logs == Shop.objects.count(), vi=f"{logs} sổ cái", en=f"{logs} ledgers, one for each shop")
    patience = UUID(int=(to_ms(now) - WORKER_SILENCE_MS) << 80)
    placed = Position.objects.filter(entry_id=OuterRef("id"))
    waiting = Entry.objects.filter(~Exists(placed), id__lt=patience).count()
    vi = "không có dòng sổ nào chờ lâu" if not waiting else f"{waiting} dòng sổ chờ quá lâu; chạy `camket work`"
    en = "no entry waits" if not waiting else f"{waiting} entries wait too long for a place; run `camket work`"
    yield Finding(good=not waiting, vi=vi, en=en)
