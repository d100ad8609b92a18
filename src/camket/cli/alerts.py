"""List the alerts of unusual access, show what one rests on, and mark it as looked into."""

from typing import Annotated
from uuid import UUID

import typer

from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.shops import queries as shops
from camket.watch import actions, queries
from camket.watch.errors import unknown_alert
from camket.watch.messages import describe

app = typer.Typer(add_completion=False, no_args_is_help=True)

Shop = Annotated[str, typer.Option("--shop", help="Tên cửa hàng. · Shop.")]
AlertId = Annotated[UUID, typer.Argument(help="Mã cảnh báo. · Id of the alert.")]
OWNER = Actor(kind="owner")


@app.command("list")
def list_(
    shop: Shop,
    *,
    every: Annotated[bool, typer.Option("--all", help="Cả các cảnh báo đã xem. · Those looked into too.")] = False,
) -> None:
    """Liệt kê cảnh báo chưa ai xem. · List the alerts that nobody has looked into."""
    found = queries.alerts(shop_id=_shop(shop), every=every)
    for alert in found:
        typer.echo(f"{alert.id}  {'✓' if alert.seen_at else '!'}  {describe(alert)}\n")
    if not found:
        typer.echo("không có cảnh báo · no alerts")


@app.command()
def show(alert: AlertId, shop: Shop) -> None:
    """Cho xem một cảnh báo và các dòng sổ làm chứng cứ. · Show an alert and the ledger entries it rests on."""
    rows = [row for row in queries.alerts(shop_id=_shop(shop), every=True, limit=100_000) if row.id == alert]
    if not rows:
        raise unknown_alert()
    typer.echo(describe(rows[0]))
    for entry in queries.evidence(rows[0]):
        typer.echo(str(entry))


@app.command()
def seen(alert: AlertId, shop: Shop) -> None:
    """Ghi rằng cảnh báo đã được xem xét. · Record that an alert was looked into."""
    actions.acknowledge(shop_id=_shop(shop), alert_id=alert, actor=OWNER, now=utc_now())
    typer.echo("đã ghi · recorded")


def _shop(slug: str) -> int:
    return shops.shop_by_slug(slug=slug).pk
