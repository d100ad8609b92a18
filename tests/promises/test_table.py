"""The table of promises is current and whole: each promise has a test, or says what is still to come, or both."""

from tests.promises import table


def test_the_page_is_current() -> None:
    assert table.PAGE.read_text("utf-8") == table.render(), "run `python -m tests.promises.table`"


def test_every_promise_has_a_test_or_says_what_is_to_come() -> None:
    silent = [one for one in table.IDS if one not in table.tests() and one not in table.to_come()]
    assert silent == []
    assert set(table.tests()) | set(table.to_come()) <= set(table.IDS)


def test_the_promises_of_the_first_release_are_tested() -> None:
    wanted = {
        "comet": (1, 2, 3, 6, 7, 9, 11, 12, 13, 14),
        "shop-001": (1, 4, 11, 12, 14, 16, 17),
        "khatra": (1, 2, 3, 8, 9, 11, 13),
        "shop-003": (1, 2, 4, 5, 10, 11),
        "1stwatch": (3, 4, 7, 12),
    }
    assert {f"{shop}-{number}" for shop, numbers in wanted.items() for number in numbers} <= set(table.tests())


def test_every_promise_test_quotes_its_sentence_and_sees_a_refusal() -> None:
    """The words of the shop stand in the test, and something is turned away in it."""
    refusing = ("403", "closed(", "turned_away(", "denied(", "attempted(", "gap(", "raises(", "findings(", "dropped")
    sources = {one: found.source for one, found in table.tests().items()}
    assert [one for one, source in sources.items() if "desk.quote(" not in source] == []
    assert [one for one, source in sources.items() if not any(word in source for word in refusing)] == []
