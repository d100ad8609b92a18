from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def five(db):
    """The five shops under their policies."""
    # Models can be imported only after Django is set up, and this file is read before.
    from camket.shops import queries
    from tests.world import world

    queries.forget()
    yield world(NOW)
    queries.forget()
