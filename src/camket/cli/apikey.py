"""Issue, list and revoke API keys of named persons and named systems."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

import typer

from camket.base.actor import Actor
from camket.base.clock import VIETNAM, from_ms, utc_now, vietnam_day
from camket.shops import actions, queries
from camket.shops.errors import UnknownWordError
from camket.shops.models import ApiKey

app = typer.Typer(add_completion=False, no_args_is_help=True)

Shop = Annotated[str, typer.Option("--shop", help="Tên cửa hàng. · Shop.")]
OWNER = Actor(kind="owner")
WARN_BEFORE = timedelta(days=30)


@app.command()
def issue(
    *,
    shop: Shop,
    role: Annotated[str, typer.Option("--role", help="Vai trò. · Role.")],
    purpose: Annotated[list[str], typer.Option("--purpose", help="Mục đích, lặp lại được. · Purpose, repeatable.")],
    staff: Annotated[UUID | None, typer.Option("--staff", help="Mã nhân viên. · A person's id.")] = None,
    system: Annotated[str, typer.Option("--system", help="Tên hệ thống. · A system's name.")] = "",
    scopes: Annotated[
        str, typer.Option("--scopes", help="Các thao tác được gọi, cách nhau bằng dấu phẩy. · Operations, by commas.")
    ] = "",
    ends: Annotated[
        datetime | None,
        typer.Option("--ends", formats=["%Y-%m-%d"], help="Ngày cuối cùng khóa còn dùng được. · Its last day."),
    ] = None,
) -> None:
    """Cấp khóa cho một người hoặc một hệ thống; in khóa đúng một lần. · Issue a key; it is printed this once."""
    issued = actions.issue_api_key(
        shop_id=_shop(shop),
        role=role,
        purposes=purpose,
        staff_id=staff,
        system=system,
        scopes=_scopes(scopes),
        ends_at=_after(ends) if ends else None,
        actor=OWNER,
        now=utc_now(),
    )
    typer.echo(f"{issued.key_id}\n{issued.token}")


@app.command("list")
def list_keys(shop: Shop) -> None:
    """Liệt kê các khóa còn dùng; khóa sắp hết hạn có dấu `!`. · List the keys; `!` marks those that end soon."""
    shop_id, after = _shop(shop), None
    while page := queries.api_keys(shop_id=shop_id, after=after):
        for row in page:
            typer.echo(_line(row))
        after = page[-1].id


def _line(row: ApiKey) -> str:
    """Lay one key out: warning, id, holder, role, purposes, operations, last day."""
    now, end = utc_now(), from_ms(row.ends_at) if row.ends_at is not None else None
    mark = " " if end is None or end - now > WARN_BEFORE else "!"
    last = "-" if end is None else vietnam_day(end - timedelta(milliseconds=1)).isoformat()
    who = row.system or str(row.staff_id)
    scopes = "*" if row.scopes is None else ",".join(row.scopes)
    return f"{mark} {row.id}  {who}  {row.role}  {','.join(row.purposes)}  {scopes}  {last}"


@app.command()
def revoke(
    key: Annotated[UUID, typer.Argument(help="Mã khóa (không phải khóa). · The key's id, not the key.")], shop: Shop
) -> None:
    """Thu hồi một khóa ngay lập tức. · End a key at once."""
    actions.revoke_api_key(shop_id=_shop(shop), key_id=key, actor=OWNER, now=utc_now())


def _shop(slug: str) -> int:
    return queries.shop_by_slug(slug=slug).id


def _scopes(text: str) -> list[str] | None:
    if not text:
        return None
    from camket.api.scopes import operations  # late import: start-up

    known = dict.fromkeys(sorted(operations().values()), "")
    named = [word.strip() for word in text.split(",")]
    for word in named:
        if word not in known:
            raise UnknownWordError(word, known, "scopes")
    return named


def _after(day: datetime) -> datetime:
    """Give the end of a day in Vietnam."""
    return datetime.combine(day.date() + timedelta(days=1), time(), VIETNAM).astimezone(UTC)
