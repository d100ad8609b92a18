import pytest


@pytest.fixture
def five(world):
    """The five shops under their policies; what other tests compiled is forgotten."""
    # Models can be imported only after Django is set up, and this file is read before.
    from camket.shops import queries

    queries.forget()
    yield world
    queries.forget()


@pytest.fixture
def adopted(five):
    """When the five policies came into force: the world is made once per run, by whoever asks first."""
    from camket.base.clock import from_ms
    from camket.shops.models import PolicyVersion

    return from_ms(PolicyVersion.objects.get(shop_id=five.shops["comet"]).in_force_from)
