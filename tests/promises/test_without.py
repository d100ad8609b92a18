"""A promise test that cannot fail shows nothing: each has to fail once the promise is taken out of the policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.policies import shelf
from tests.promises import table


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Iterator[Path]:
    from camket.shops import queries

    yield tmp_path
    queries.forget()


@pytest.mark.parametrize("promise", sorted(table.tests(), key=table.IDS.index))
def test_without_the_promise_its_test_fails(promise: str, folder: Path) -> None:
    from tests.promises.desk import open_desk

    test = table.tests()[promise].load()
    desk = open_desk(promise, folder, without_promises=True)
    with pytest.raises(AssertionError):
        test(desk)


@pytest.mark.parametrize("promise", table.IDS)
def test_taking_a_promise_out_leaves_every_word_and_every_other_promise(promise: str) -> None:
    from camket.policy import load_text
    from tests.promises.desk import crippled

    shop = promise.rpartition("-")[0]
    whole = shelf.policy(shop)
    less = load_text(crippled((shelf.FOLDER / f"{shop}.yaml").read_text("utf-8"), promise))
    assert [(c.id, c.heading, c.text) for c in less.clauses] == [(c.id, c.heading, c.text) for c in whole.clauses]
    changed = {old.id for old, new in zip(whole.clauses, less.clauses, strict=True) if old != new}
    assert changed == {clause.id for clause in whole.clauses if promise in clause.keeps}
    gone = {one.id for one in whole.completions} - {one.id for one in less.completions}
    assert gone == {one.id for one in whole.completions if promise in one.keeps}
