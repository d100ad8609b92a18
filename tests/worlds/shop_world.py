"""A shop that sets, agrees, hires and hands out work and keys."""

from datetime import datetime, timedelta

from camket.ledger.actions import refuse, sequence
from camket.shops.actions import add_agreement, issue_api_key, register_webhook, set_setting
from camket.watch.actions import acknowledge, watch
from camket.watch.queries import alerts
from tests import kept
from tests.cast import MINH
from tests.world import World

SLUG = "comet"


def build(world: World, now: datetime) -> None:
    shop_id, hanh = world.shops[SLUG], world.hanh(SLUG)
    set_setting(shop_id=shop_id, name="own_server", value="no", actor=hanh, now=now)
    add_agreement(
        shop_id=shop_id,
        partner="Giao hàng Nhanh Ý",
        recipient="carrier",
        service="giao hàng",
        categories=["name", "phone", "postal_address"],
        purposes=["delivery"],
        since=now,
        until=now + timedelta(days=365),
        actor=hanh,
        now=now,
    )
    issue_api_key(shop_id=shop_id, role="system", purposes=["order"], system="kho", actor=hanh, now=now)
    register_webhook(shop_id=shop_id, url="https://kho.example/camket", events=["item.put"], actor=hanh, now=now)
    subject_id = kept.keep(world, SLUG, MINH, now)
    kept.assign(world, SLUG, subject_id, now)
    kept.lan_looks(world, SLUG, subject_id, now)
    _alert(world, now)


def _alert(world: World, now: datetime) -> None:
    """Lan is refused far more often than anybody; Hạnh looks into it."""
    for _ in range(21):
        refuse(shop_id=world.shops[SLUG], actor=world.lan(SLUG), now=now)
    sequence(shop_id=world.shops[SLUG], now=now, full=True)
    assert watch(shop_id=world.shops[SLUG], now=now) == 1
    (alert,) = alerts(shop_id=world.shops[SLUG])
    acknowledge(shop_id=world.shops[SLUG], alert_id=alert.id, actor=world.hanh(SLUG), now=now)
