"""The rulebook answers as the file reads: each source, role and recipient with each purpose, worked out twice."""

from collections.abc import Callable

import pytest

from camket.policy import Question, compile_rulebook, decide
from camket.policy.floor import Floor
from camket.policy.words import words
from tests.policies import reading, shelf

# One category of every kind that the policies treat apart.
CATEGORIES = (
    "name",
    "phone",
    "email",
    "user_name",
    "order",
    "receiver_phone",
    "invoice",
    "review",
    "gender",
    "behaviour",
)
STAFF = tuple(role.id for role in words().roles.values() if role.kind == "staff")
ASK: dict[str, tuple[tuple[str, ...], Callable[[str, str, str], Question]]] = {
    "collect": (tuple(words().sources), lambda main, c, p: Question("collect", None, c, p, source=main)),
    "read": (STAFF, lambda main, c, p: Question("read", main, c, p)),
    "disclose": (tuple(words().recipients), lambda main, c, p: Question("disclose", None, c, p, recipient=main)),
}


@pytest.mark.parametrize("action", sorted(ASK))
@pytest.mark.parametrize("shop", [*shelf.SHOPS, "template"])
def test_every_combination_is_answered_as_the_file_reads(shop: str, action: str) -> None:
    policy = shelf.policy(shop)
    book = compile_rulebook(policy, Floor((), ()))
    mains, question = ASK[action]
    wrong, opened = [], 0
    for main in mains:
        for purpose in words().purposes:
            for category in CATEGORIES:
                expected = reading.opens(policy, action, main, category, purpose)
                opened += expected
                if decide(book, question(main, category, purpose)).allowed is not expected:
                    wrong.append((main, category, purpose, expected))
    assert wrong == []
    # Both answers occur, or the comparison would show nothing.
    assert 0 < opened < len(mains) * len(words().purposes) * len(CATEGORIES) / 4


@pytest.mark.parametrize("shop", [*shelf.SHOPS, "template"])
def test_the_law_only_ever_takes_away(shop: str) -> None:
    bare, floored = compile_rulebook(shelf.policy(shop), Floor((), ())), shelf.rulebook(shop)
    for action, (mains, question) in ASK.items():
        for main in mains:
            for purpose in ("order", "marketing", "complaint"):
                asked = question(main, "phone", purpose)
                assert decide(bare, asked).allowed or not decide(floored, asked).allowed, (action, asked)
