"""Customers who order twice, restrain, ask for a code, and leave."""

from datetime import datetime

from camket.base.actor import Actor
from camket.consent.actions import restrain
from camket.intake.actions import Consent, receive
from camket.vault.actions import shred
from camket.vault.codes import request_code
from tests import kept
from tests.cast import KHOI, THAO
from tests.world import World

SLUG = "comet"
LINES = ({"description": "Gạch lát nền 60x60", "quantity": "50", "unit": "viên", "price": "85.000 ₫"},)


def build(world: World, now: datetime) -> None:
    shop_id, hanh = world.shops[SLUG], world.hanh(SLUG)
    thao = kept.keep(world, SLUG, THAO, now, verified=("phone",))
    restrain(shop_id=shop_id, subject_id=thao, kind="object", how="form", purpose="marketing", actor=hanh, now=now)
    request_code(shop_id=shop_id, kind="phone", text=THAO.phone, actor=Actor.public(), now=now)
    fields = {"name": THAO.name, "phone": THAO.phone, "postal_address": THAO.address}
    receive(shop_id=shop_id, source="purchase", fields=fields, lines=LINES, actor=Actor.public(), now=now)
    asked = Consent("marketing", "given", "form", kept.SHOWN, channel="email")
    sent = {"email": THAO.email}
    receive(shop_id=shop_id, source="newsletter", fields=sent, consents=[asked], actor=Actor.public(), now=now)
    khoi = kept.keep(world, SLUG, KHOI, now)
    shred(shop_id=shop_id, subject_id=khoi, actor=hanh, now=now, reason="request")
