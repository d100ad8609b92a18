"""Each promise test gets the desk of its own shop; its name is the promise: `test_comet_1` is comet-1."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.table import promise_of


@pytest.fixture
def desk(request: pytest.FixtureRequest, db: None, tmp_path: Path) -> Iterator[object]:
    from camket.shops import queries
    from tests.promises.desk import open_desk

    yield open_desk(promise_of(request.function.__name__), tmp_path)
    # The same shop number stands for another policy in the next test.
    queries.forget()
