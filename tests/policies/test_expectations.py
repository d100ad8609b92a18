"""What the five texts should answer, question by question, worked out from the texts and not from the policy files.

Each line of `expectations/<shop>.toml` stands under the promise or rule it asks about:

- `ask`: a deed in words of `camket policy words`: action, category, then `for` purpose, `as` role, `from` source, `by`
  channel, `to` recipient, `without` facts.
- `answer`: allow, deny or gap; `refused` where either is right. `why`: the reason.
- `cites`: what the answer must rest on: promises (some clause that keeps it), articles, `completion`. Where something
  is allowed the list is whole: no clause or no completion named means that none opens it.
- `lacks`: facts or dimensions that the refusal must name.
- `alone`: what the text answers without its completions. Left out: refused; but allowed where the text alone opens it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import pytest

from camket.law import floor
from camket.policy import Answer, Question, Rulebook, compile_rulebook, decide
from camket.policy.kinds import Opener
from tests.policies import shelf

FOLDER: Final = shelf.HERE / "expectations"
DIMENSIONS: Final = {"for": "purpose", "as": "role", "from": "source", "by": "channel", "to": "recipient"}
COMPLETION: Final = "completion"
KEYS: Final = frozenset({"ask", "answer", "cites", "lacks", "alone", "why"})

# Promises that no question to the gate can ask about: other rooms keep them.
UNASKED: Final = frozenset(
    {
        "shop-001-9",  # sign-out and sessions
        "shop-001-13",  # safeguards that every deed shows
        "shop-001-15",  # a stolen account is an incident
        "khatra-8",  # identity
        "khatra-13",  # the two titles
        "shop-003-6",  # how long data is kept
        "shop-003-12",  # a statement
        "shop-003-14",  # an incident
        "shop-003-15",  # the order of a queue
        "1stwatch-5",  # safeguards that every deed shows
        "1stwatch-6",  # how long data is kept
        "1stwatch-11",  # the review of the policy
    }
)

Row = Mapping[str, Any]


@cache
def expectations(shop: str) -> Mapping[str, tuple[Row, ...]]:
    """The lines of a shop, by promise or rule."""
    return {name: tuple(rows) for name, rows in tomllib.loads((FOLDER / f"{shop}.toml").read_text("utf-8")).items()}


@cache
def text_alone(shop: str) -> Rulebook:
    """The shop's text over the law's floor, without its completions."""
    policy = shelf.policy(shop)
    return compile_rulebook(policy.without(*(one.citation for one in policy.completions)), floor(policy.law))


def question(ask: str) -> Question:
    """One `ask` line as a question to the gate."""
    head, _, without = ask.partition(" without ")
    action, *words = head.split()
    named: dict[str, Any] = {"category": words.pop(0)} if words and words[0] not in DIMENSIONS else {}
    named |= {DIMENSIONS[word]: value for word, value in zip(words[::2], words[1::2], strict=True)}
    return Question(action, missing=frozenset(without.split()), **named)


def _holders(shop: str, cited: str) -> set[str]:
    """The citations that count as naming it."""
    policy = shelf.policy(shop)
    if cited == COMPLETION:
        return {one.citation for one in policy.completions}
    return {one.citation for one in policy.clauses if cited in one.keeps} or {cited}


def _opens(shop: str, citation: str) -> bool:
    """Whether the clause or completion opens anything; one that only binds may stand beside any answer."""
    part = shelf.policy(shop).parts.get(citation)
    return part is not None and any(isinstance(one, Opener) for one in part.promises)


def _wrong(shop: str, row: Row) -> Iterator[str]:
    asked = question(row["ask"])
    answer = decide(shelf.rulebook(shop), asked)
    if not _is(answer, row["answer"]):
        yield f"answers {answer.verdict}, not {row['answer']}"
    cites = tuple(row.get("cites", ()))
    yield from (f"does not cite {one}" for one in cites if not _holders(shop, one) & set(answer.citations))
    yield from (f"does not name {one} as lacking" for one in row.get("lacks", ()) if one not in answer.lacking)
    if answer.allowed:
        opened = {one for one in answer.citations if _opens(shop, one)}
        signed = {one for one in opened if one.startswith(COMPLETION)}
        if signed and COMPLETION not in cites:
            yield f"is opened by {sorted(signed)} too"
        if opened - signed and not set(cites) - {COMPLETION}:
            yield f"is opened by the text too: {sorted(opened - signed)}"
    alone = row.get("alone", "allow" if row["answer"] == "allow" and COMPLETION not in cites else "refused")
    bare = decide(text_alone(shop), asked)
    if not _is(bare, alone):
        yield f"the text alone answers {bare.verdict}, not {alone}"


def _is(answer: Answer, expected: str) -> bool:
    return answer.kind != "error" and (not answer.allowed if expected == "refused" else answer.verdict == expected)


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_each_text_answers_as_it_reads(shop: str) -> None:
    wrong = [
        f"{name}: {row['ask']}: {what} {decide(shelf.rulebook(shop), question(row['ask']))}"
        for name, rows in expectations(shop).items()
        for row in rows
        for what in _wrong(shop, row)
    ]
    assert wrong == []


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_every_promise_that_can_be_asked_about_is(shop: str) -> None:
    own = {one for one in shelf.lines("promise_ids.txt") if one.rpartition("-")[0] == shop}
    asked = set(expectations(shop))
    named = {one for rows in expectations(shop).values() for row in rows for one in row.get("cites", ())}
    assert own - asked - named == own & UNASKED
    assert {one for one in asked - own if not re.fullmatch(r"rule-[1-7]", one)} == set()


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_the_lines_are_well_formed_and_each_is_asked_once(shop: str) -> None:
    rows = [row for rows in expectations(shop).values() for row in rows]
    assert len(rows) >= 45
    assert [row for row in rows if not set(row) <= KEYS or not row["why"].strip()] == []
    assert len({question(row["ask"]) for row in rows}) == len(rows)


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_what_a_completion_opens_is_refused_without_it(shop: str) -> None:
    signed = [
        row
        for rows in expectations(shop).values()
        for row in rows
        if row["answer"] == "allow" and row.get("cites") == [COMPLETION]
    ]
    assert len(signed) >= 8
    assert [row["ask"] for row in signed if decide(text_alone(shop), question(row["ask"])).allowed] == []
