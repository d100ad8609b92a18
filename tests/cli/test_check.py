"""`camket check` says what is in order and what is not."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings

from camket.cli.check import look_over
from camket.ledger.actions import sequence
from camket.ledger.models import Position
from tests.world import World


def test_an_installation_in_order(world: World, now: datetime) -> None:
    for shop_id in world.shops.values():
        sequence(shop_id=shop_id, now=now)
    found = list(look_over(now + timedelta(minutes=10)))
    assert [finding.en for finding in found if not finding.good] == []
    assert [finding.en for finding in found][-3:-1] == ["5 ledgers, one for each shop", "no entry waits"]
    assert "the key file opens 5 shops' keys" in [finding.en for finding in found]


def test_entries_that_wait_too_long_mean_that_no_worker_runs(world: World, now: datetime) -> None:
    assert Position.objects.count() == 0
    (waiting,) = [finding for finding in look_over(now + timedelta(minutes=10)) if not finding.good]
    assert waiting.en.endswith("entries wait too long for a place; run `camket work`")
    assert [finding.en for finding in look_over(now) if not finding.good] == []


def test_a_key_file_that_is_gone_is_told_and_the_rest_is_left(world: World, now: datetime) -> None:
    from camket.store import keys, secrets

    kept = settings.CAMKET_KEYS
    try:
        settings.CAMKET_KEYS = kept.with_name("other.key")
        keys.forget()
        secrets.forget()
        last = list(look_over(now))[-1]
        assert (last.good, "is missing" in last.en) == (False, True)
    finally:
        settings.CAMKET_KEYS = kept
        keys.forget()


@pytest.mark.django_db
def test_an_empty_database_is_in_order_but_holds_no_shop(now: datetime) -> None:
    found = list(look_over(now))
    assert "0 ledgers, one for each shop" in [finding.en for finding in found]
