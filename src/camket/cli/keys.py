"""Show the wrapping keys, rotate and destroy them; print the recovery key, or write the key file again from that."""

import fcntl
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.cli import key_report
from camket.cli.errors import key_not_printed, key_still_young, rotation_elsewhere
from camket.cli.exits import WRONG_USE
from camket.crypto.providers.local import LocalProvider
from camket.intake import rotating
from camket.intake.renumbering import numbers_left
from camket.shops import queries as shops
from camket.store import keys, secrets
from camket.vault import rewrapping, rotation

app = typer.Typer(add_completion=False, no_args_is_help=True)
_OWNER = Actor(kind="owner")

Shop = Annotated[str, typer.Option("--shop", help="Tên cửa hàng; để trống là mọi cửa hàng. · Shop; empty: all shops.")]
Index = Annotated[bool, typer.Option("--index", help="Khóa tra cứu của cửa hàng. · The shops' index keys.")]


@app.command()
def status(*, json_: Annotated[bool, typer.Option("--json", help="In JSON. · Print JSON.")] = False) -> None:
    """Cho biết các khóa, chúng mở gì, việc thay khóa đến đâu. · Tell which keys there are; how far a rotation is."""
    provider = LocalProvider.open(keys.path(), keys.custody())
    opened = secrets.open_all(provider)
    found = key_report.gather(provider, opened)
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2) if json_ else "\n".join(key_report.lines(found)))


@app.command()
def rotate(
    *,
    wrapping: Annotated[bool, typer.Option("--wrapping", help="Khóa bọc của cài đặt. · The wrapping key.")] = False,
    index: Index = False,
    shop: Shop = "",
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Chỉ tạo và in khóa mới. · Only make and print the new key.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Đã cất khóa khôi phục mới. · The new recovery key is kept already.")
    ] = False,
) -> None:
    """Thay khóa khi máy chủ vẫn chạy; dừng rồi chạy lại thì làm tiếp. · Rotate keys; run again, it goes on."""
    if shop and not index:
        typer.echo("`--shop` đi cùng `--index` · `--shop` goes with `--index`", err=True)
        raise typer.Exit(WRONG_USE)
    with _alone():
        if wrapping or not index:
            _rotate_wrapping(prepare=prepare, yes=yes)
        if index:
            _rotate_index([shops.shop_by_slug(slug=shop).pk] if shop else _all_shops())


@app.command()
def destroy(
    version: Annotated[int, typer.Argument(help="Phiên bản cũ. · The old version.", min=1)],
    *,
    index: Index = False,
    shop: Shop = "",
    early: Annotated[
        bool, typer.Option("--early", help="Bỏ cả các bản sao lưu còn cần nó. · Give up backups that need it.")
    ] = False,
) -> None:
    """Hủy hẳn một phiên bản khóa không còn cần. · Destroy an old version of a key that nothing needs."""
    with _alone():
        if index:
            _destroy_index(version, shops.shop_by_slug(slug=shop).pk)
        else:
            _destroy_wrapping(version, early=early)


@app.command()
def rewrap() -> None:
    """Khóa lại tệp khóa bằng khóa mới nhất của dịch vụ khóa. · Close the key file anew by the key service's newest."""
    held = LocalProvider.change(keys.path(), keys.custody(), lambda found: found)
    typer.echo(f"đã khóa lại {len(held.versions)} phiên bản · closed {len(held.versions)} versions anew")


@app.command()
def recovery() -> None:
    """In khóa khôi phục để cất trên giấy. · Print the recovery key, to be kept on paper: it opens everything."""
    typer.echo(LocalProvider.open(keys.path(), keys.custody()).recovery_key())


@app.command()
def restore(
    file: Annotated[
        typer.FileText,
        typer.Argument(
            help="Tệp có khóa khôi phục, `-` là bàn phím. · File with the recovery key, `-`: standard input."
        ),
    ],
) -> None:
    """Ghi lại tệp khóa từ khóa khôi phục đã in. · Write the key file again from the printed recovery key."""
    restored = LocalProvider.restore(keys.path(), file.read(), keys.custody())
    typer.echo(f"đã ghi lại tệp khóa {restored.key_id} · the key file {restored.key_id} was written again")


def _rotate_wrapping(*, prepare: bool, yes: bool) -> None:
    path, custody = keys.path(), keys.custody()
    held = LocalProvider.open(path, custody)
    if held.prepared is None and not _unfinished(held):
        held = LocalProvider.change(path, custody, lambda found: found.with_new())
    if held.prepared is not None:
        _print(held)
        if prepare:
            return
        if not yes:
            _require_printed(held)
        LocalProvider.change(path, custody, lambda found: found.activated())
    with key_report.bar() as tell:
        done = rotating.rewrap(shop_ids=_all_shops(), actor=_OWNER, clock=utc_now, tell=tell)
    typer.echo(
        f"xong: mọi khóa do phiên bản {done.active} gói; bản cũ được giữ cho các bản sao lưu cũ\n"
        f"done: version {done.active} wraps every key; older versions are kept for older backups"
    )


def _unfinished(held: LocalProvider) -> bool:
    """Tell whether an earlier rotation has not come to its end, or a restore brought back older keys."""
    older = [version for version in held.versions if version < held.active]
    if any(version not in held.retired for version in older):
        return True
    return any(found.here for name, found in rewrapping.wrapped(held).items() if name != held.key_id)


def _print(held: LocalProvider) -> None:
    typer.echo(
        f"khóa khôi phục mới (phiên bản {held.prepared} sẽ được dùng):\n"
        f"the new recovery key (version {held.prepared} is about to be used):\n\n{held.recovery_key()}\n\n"
        "   Chép ra giấy và cất nơi an toàn trước khi tiếp tục; bản in cũ không mở được dữ liệu ghi từ nay.\n"
        "   Copy it to paper and keep it safe before you go on; the old print opens nothing written from now on."
    )


def _require_printed(held: LocalProvider) -> None:
    """Have the last group of the print typed back: a key that exists on one disk only must not be relied on."""
    if not sys.stdin.isatty():
        raise key_not_printed()
    typed = typer.prompt("gõ lại nhóm cuối cùng · type the last group")
    if typed.strip().upper() != held.recovery_key().split()[-1]:
        raise key_not_printed()


def _rotate_index(shop_ids: list[int]) -> None:
    with key_report.bar() as tell:
        rotating.rotate_index(shop_ids=shop_ids, actor=_OWNER, clock=utc_now, tell=tell)
    typer.echo(f"xong: {len(shop_ids)} cửa hàng có khóa tra cứu mới · done: {len(shop_ids)} shops have a new index key")


def _destroy_wrapping(version: int, *, early: bool) -> None:
    held = LocalProvider.open(keys.path(), keys.custody())
    since, life = held.retired.get(version), timedelta(days=settings.CAMKET_BACKUP_KEYS_DAYS)
    if version < held.active and not early and (since is None or utc_now() - since < life):
        raise key_still_young(version, life.days)
    name = held.versions.get(version, "")
    changed = rewrapping.destroy_version(version)
    for shop_id in _all_shops():
        rewrapping.record_destroyed(shop_id=shop_id, actor=_OWNER, now=utc_now(), version=version, name=name)
    typer.echo(
        f"đã hủy phiên bản {version}; in lại khóa khôi phục và đốt bản cũ\n"
        f"version {version} is destroyed; print the recovery key anew and burn the old one\n\n{changed.recovery_key()}"
    )


def _destroy_index(version: int, shop_id: int) -> None:
    row = next((one for one in rotation.versions(shop_id) if one.version == version), None)
    left = numbers_left(shop_id=shop_id, retired_at=row.retired_at or 0) if row is not None else 0
    rotation.destroy(shop_id=shop_id, version=version, actor=_OWNER, now=utc_now(), numbers_left=left)
    typer.echo(f"đã hủy phiên bản {version} · version {version} is destroyed")


def _all_shops() -> list[int]:
    return [shop.pk for shop in shops.shops()]


@contextmanager
def _alone() -> Iterator[None]:
    """Let one rotation run on this machine; the system lets go of the lock however the process ends."""
    with (Path(settings.HOME) / "rotate.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise rotation_elsewhere() from None
        yield
