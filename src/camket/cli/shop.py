"""Load, list and adopt the shops' policies."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from camket.base.actor import Actor
from camket.base.clock import from_ms, utc_now
from camket.cli import errors
from camket.cli.exits import FAILED, tell
from camket.policy import load as load_policy
from camket.shops import actions, queries

app = typer.Typer(add_completion=False, no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="In JSON. · Print JSON.")]


@app.command()
def load(
    folder: Annotated[Path | None, typer.Argument(help="Thư mục chính sách. · Folder of policies.")] = None,
) -> None:
    """Mở cửa hàng và áp dụng chính sách của cả thư mục; chạy lại được. · Open shops and adopt a folder's policies."""
    directory = folder or Path(settings.CAMKET_POLICIES)
    if not any(directory.glob("*.yaml")):
        raise errors.policies_missing(directory.name)
    loaded = actions.load_shops(directory=directory, actor=Actor(kind="owner"), now=utc_now())
    for shop in loaded:
        typer.echo(f"{shop.slug:<24} {shop.version:>4}  {shop.outcome}")
    tell_refused(loaded)
    if any(shop.refusal for shop in loaded):
        raise typer.Exit(FAILED)


def tell_refused(loaded: Iterable[actions.Loaded]) -> None:
    """Say which changed files were refused and what they lack; their shops go on under the version in force."""
    for shop in loaded:
        if shop.refusal:
            tell(shop.refusal)
            typer.echo(
                f"  `{shop.slug}` tiếp tục theo bản {shop.version} · goes on under version {shop.version}", err=True
            )


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """Liệt kê các cửa hàng và bản chính sách đang áp dụng. · List the shops and the policy version in force."""
    found = [
        {
            "shop": shop.slug,
            "name": shop.name,
            "version": queries.newest_version(shop_id=shop.id),
            "opened": from_ms(shop.opened_at).isoformat(),
        }
        for shop in queries.shops()
    ]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for shop in found:
        typer.echo(f"{shop['shop']:<24} {shop['version']:>4}  {shop['name']}")


@app.command()
def adopt(
    shop: Annotated[str, typer.Argument(help="Tên cửa hàng. · Shop.")],
    file: Annotated[Path, typer.Argument(help="Tệp chính sách. · Policy file.")],
) -> None:
    """Áp dụng bản chính sách mới; bản còn thiếu bị từ chối. · Adopt a new version; an incomplete one is refused."""
    shop_id = queries.shop_by_slug(slug=shop).id
    load_policy(file)  # a file with problems is refused with the place of each, before anything is adopted
    row = actions.adopt_policy(
        shop_id=shop_id,
        text=file.read_text("utf-8"),
        actor=Actor(kind="owner"),
        now=utc_now(),
    )
    typer.echo(f"{shop} {row.version} {row.digest.hex()}")


@app.command("set")
def set_(
    shop: Annotated[str, typer.Argument(help="Tên cửa hàng. · Shop.")],
    name: Annotated[str, typer.Argument(help="Tên thiết lập. · Name of the setting.")],
    value: Annotated[str, typer.Argument(help="Giá trị. · Value.")],
) -> None:
    """Đổi một thiết lập của cửa hàng. · Change a setting of the shop."""
    actions.set_setting(
        shop_id=queries.shop_by_slug(slug=shop).id, name=name, value=value, actor=Actor(kind="owner"), now=utc_now()
    )
