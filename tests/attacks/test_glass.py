"""Work that somebody made up, by break-glass or in the request, replaces a missing assignment at most."""

import pytest

from camket.shops.models import Assignment, Staff
from camket.vault import facts
from camket.vault.actions import break_glass
from camket.vault.errors import VaultError
from tests import kept
from tests.cast import MINH


@pytest.fixture
def minh(world, now):
    return kept.keep(world, "comet", MINH, now)


def _met(world, now, subject_id, work):
    lan = world.lan("comet")
    found = facts.collect(
        shop_id=world.shops["comet"], actor=lan, subject_id=subject_id, now_ms=int(now.timestamp() * 1000)
    )
    return found.established(actor=lan, purpose="order", work=work, channel=None, category="phone", proven=())


def test_an_order_made_up_in_the_request_is_no_order_in_being(world, now, minh):
    assert {"assignment", "order"}.isdisjoint(_met(world, now, minh, "order:nothing"))
    kept.assign(world, "comet", minh, now)
    assert {"assignment", "order"} <= _met(world, now, minh, kept.WORK)


def test_break_glass_makes_no_order(world, now, minh):
    """INVARIANT 14: it replaces the assignment; that an order is in being it does not say."""
    place = {"shop_id": world.shops["comet"], "subject_id": minh, "actor": world.lan("comet"), "now": now}
    break_glass(**place, work="order:nothing", explanation="khách đang chờ ở quầy", minutes=5)
    met = _met(world, now, minh, "order:nothing")
    assert "assignment" in met
    assert "order" not in met


def test_break_glass_that_nobody_would_be_told_of_is_refused(world, now, minh):
    """INVARIANT 14: it is told to a director; where no director can be told, nothing is opened."""
    Staff.objects.update(email="")
    place = {"shop_id": world.shops["comet"], "subject_id": minh, "actor": world.lan("comet"), "now": now}
    with pytest.raises(VaultError) as caught:
        break_glass(**place, work="order:nothing", explanation="khách đang chờ ở quầy", minutes=5)
    assert caught.value.code == "break_glass_untold"
    assert not Assignment.objects.filter(subject_id=minh).exists()
