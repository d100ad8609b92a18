"""Enter the staff, their roles, their secrecy undertakings and the work given to them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.shops import actions, queries, undertaking
from camket.subjects import queries as subjects

app = typer.Typer(add_completion=False, no_args_is_help=True)

Shop = Annotated[str, typer.Option("--shop", help="Tên cửa hàng. · Shop.")]
Person = Annotated[UUID, typer.Argument(help="Mã nhân viên. · Id of the person.")]
OWNER = Actor(kind="owner")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Họ tên. · Name.")],
    shop: Shop,
    email: Annotated[str, typer.Option("--email", help="Email công việc. · Work email.")] = "",
) -> None:
    """Thêm một nhân viên; in mã của người đó. · Add a person; prints their id."""
    person = actions.add_staff(shop_id=_shop(shop), name=name, email=email, actor=OWNER, now=utc_now())
    typer.echo(str(person.id))


@app.command("list")
def list_(shop: Shop) -> None:
    """Liệt kê nhân viên, vai trò và cam kết. · List the staff with roles and undertakings."""
    for person in queries.staff_list(shop_id=_shop(shop)):
        signed = "✓" if person.undertaking >= undertaking.VERSION else "–"
        typer.echo(f"{person.staff_id}  {signed}  {', '.join(person.roles) or '–':<40} {person.name}")


@app.command()
def role(
    person: Person,
    role: Annotated[str, typer.Argument(help="Vai trò, xem `camket policy words`. · A role.")],
    shop: Shop,
    *,
    revoke: Annotated[bool, typer.Option("--revoke", help="Thu hồi. · Take it away.")] = False,
) -> None:
    """Giao hoặc thu hồi một vai trò. · Grant a role or take it away."""
    deed = actions.revoke_role if revoke else actions.grant_role
    deed(shop_id=_shop(shop), staff_id=person, role=role, actor=OWNER, now=utc_now())


@app.command("undertaking")
def undertaking_(
    person: Person,
    shop: Shop,
    *,
    signed: Annotated[bool, typer.Option("--signed", help="Đã ký trên giấy. · Signed on paper.")] = False,
) -> None:
    """In cam kết bảo mật; với `--signed` thì ghi là đã ký. · Print the secrecy undertaking, or record its signing."""
    shop_id = _shop(shop)
    queries.staff(shop_id=shop_id, staff_id=person)
    if not signed:
        typer.echo(f"{undertaking.TEXT['vi']}\n\n{undertaking.TEXT['en']}")
        return
    row = actions.sign_undertaking(shop_id=shop_id, staff_id=person, actor=OWNER, now=utc_now())
    typer.echo(f"v{row.version}")


@app.command()
def assign(
    person: Person,
    subject: Annotated[UUID, typer.Argument(help="Mã khách hàng. · Id of the customer.")],
    work: Annotated[str, typer.Argument(help="Công việc, ví dụ `order:1042`. · The work.")],
    shop: Shop,
    until: Annotated[datetime | None, typer.Option("--until", help="Đến lúc nào (UTC). · Until when (UTC).")] = None,
) -> None:
    """Giao việc về một khách hàng cho một người. · Give work on a customer to a person."""
    now, shop_id = utc_now(), _shop(shop)
    subjects.subject(shop_id=shop_id, subject_id=subject)
    row = actions.assign_work(
        shop_id=shop_id,
        subject_id=subject,
        staff_id=person,
        work=work,
        actor=OWNER,
        now=now,
        until=until.replace(tzinfo=now.tzinfo) if until else None,
    )
    typer.echo(str(row.id))


@app.command()
def leave(person: Person, shop: Shop) -> None:
    """Ghi một người thôi làm việc: mọi quyền hết ngay. · Record that a person left: every power ends at once."""
    actions.remove_staff(shop_id=_shop(shop), staff_id=person, actor=OWNER, now=utc_now())


def _shop(slug: str) -> int:
    return queries.shop_by_slug(slug=slug).id
