"""The page of five answers is current, and really shows five policies and not one."""

import pytest

from camket.policy import Verdict
from tests.policies import five_answers, shelf

SAID = five_answers.ASKED


def test_the_page_is_current() -> None:
    page = five_answers.PAGE.read_text("utf-8")
    assert page == five_answers.render(), "run `python -m tests.policies.five_answers`"


def test_the_page_has_many_questions_and_each_is_asked_once() -> None:
    assert len(SAID) >= 40
    assert len(set(SAID.values())) == len(SAID)


def _verdicts(said: str) -> list[str]:
    return [answer.verdict.value for answer in five_answers.answers(SAID[said]).values()]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # In the order comet, shop-001, khatra, shop-003, 1stwatch.
        ("Customer service reads a phone number for marketing", ["gap", "gap", "deny", "deny", "deny"]),
        ("Customer service reads a phone number for an order", ["allow", "allow", "allow", "deny", "deny"]),
        ("Operations reads a phone number to answer an enquiry", ["gap", "gap", "gap", "allow", "deny"]),
        ("The portal erases a customer's data", ["allow", "gap", "gap", "gap", "gap"]),
        ("The portal closes an account", ["allow", "gap", "gap", "deny", "gap"]),
        ("A partner receives an address", ["gap", "deny", "allow", "deny", "deny"]),
        ("A host elsewhere receives orders", ["deny", "allow", "deny", "deny", "deny"]),
        ("Staff note a phone number from an order by phone", ["deny", "gap", "allow", "gap", "allow"]),
        ("The website takes a phone number with a purchase", ["allow", "allow", "deny", "gap", "allow"]),
        ("A newsletter goes out", ["allow", "gap", "allow", "allow", "deny"]),
        ("The shop sells a phone number", ["deny"] * 5),
    ],
)
def test_the_answers_that_people_ask_for_first(said: str, expected: list[str]) -> None:
    assert _verdicts(said) == expected


def test_no_shop_answers_like_another() -> None:
    given = {shop: [five_answers.cell(five_answers.answers(q)[shop]) for q in SAID.values()] for shop in shelf.SHOPS}
    verdicts = {shop: tuple(_verdicts(said)[number] for said in SAID) for number, shop in enumerate(shelf.SHOPS)}
    assert len(set(verdicts.values())) == len(shelf.SHOPS)
    assert all(
        any(cell.startswith(mark) for cell in cells) for cells in given.values() for mark in ("**a", "**d", "*g")
    )


def test_every_refusal_names_something() -> None:
    refused = [a for q in SAID.values() for a in five_answers.answers(q).values() if a.verdict is not Verdict.ALLOW]
    assert [answer for answer in refused if not (answer.citations or answer.lacking)] == []
