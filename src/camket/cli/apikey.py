"""Issue and revoke API keys of named persons and named systems."""

from typing import Annotated
from uuid import UUID

import typer

from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.shops import actions, queries

app = typer.Typer(add_completion=False, no_args_is_help=True)

Shop = Annotated[str, typer.Option("--shop", help="Tên cửa hàng. · Shop.")]
OWNER = Actor(kind="owner")


@app.command()
def issue(
    shop: Shop,
    role: Annotated[str, typer.Option("--role", help="Vai trò. · Role.")],
    purpose: Annotated[list[str], typer.Option("--purpose", help="Mục đích, lặp lại được. · Purpose, repeatable.")],
    staff: Annotated[UUID | None, typer.Option("--staff", help="Mã nhân viên. · A person's id.")] = None,
    system: Annotated[str, typer.Option("--system", help="Tên hệ thống. · A system's name.")] = "",
) -> None:
    """Cấp khóa cho một người hoặc một hệ thống; in khóa đúng một lần. · Issue a key; it is printed this once."""
    issued = actions.issue_api_key(
        shop_id=_shop(shop),
        role=role,
        purposes=purpose,
        staff_id=staff,
        system=system,
        actor=OWNER,
        now=utc_now(),
    )
    typer.echo(f"{issued.key_id}\n{issued.token}")


@app.command()
def revoke(
    key: Annotated[UUID, typer.Argument(help="Mã khóa (không phải khóa). · The key's id, not the key.")], shop: Shop
) -> None:
    """Thu hồi một khóa ngay lập tức. · End a key at once."""
    actions.revoke_api_key(shop_id=_shop(shop), key_id=key, actor=OWNER, now=utc_now())


def _shop(slug: str) -> int:
    return queries.shop_by_slug(slug=slug).id
