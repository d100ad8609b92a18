"""Each example of a law rule tests that rule alone, and the whole floor under a policy that opens everything."""

import pytest

from camket.law import LawError, floor, known, rules
from camket.policy import Floor, Question, Verdict, compile_rulebook, decide, load_text, words

EXAMPLES = [(rule, example) for name in known() for rule in rules(name) for example in rule.examples]


@pytest.fixture(scope="module")
def everything_open():
    """A policy that promises to open every word there is: only the law can stand against it."""
    lists = {
        family: "[" + ", ".join(words().family(family)) + "]"
        for family in ("purposes", "sources", "categories", "channels", "recipients", "rights")
    }
    return load_text(
        f"""
camket: 1
shop: open
title: {{text: Mở}}
clauses:
  - id: "1"
    text: Mở tất cả.
    promises:
      - purpose: {{for: {lists["purposes"]}}}
      - collect: {{from: {lists["sources"]}, categories: {lists["categories"]}}}
      - contact: {{by: {lists["channels"]}}}
      - disclose: {{to: {lists["recipients"]}}}
      - access: {{roles: all}}
      - right: {{to: {lists["rights"]}}}
"""
    )


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=[f"{r.floor.file}: {e.why}" for r, e in EXAMPLES])
def test_the_rule_alone_answers_as_its_example_says(rule, example, everything_open):
    rulebook = compile_rulebook(everything_open, Floor(("vn",), (rule.floor,)))
    answer = decide(rulebook, Question(**example.ask, missing=example.without))
    denied = answer.kind == "law"
    assert denied is example.denies
    assert (rule.floor.article in answer.citations) is example.denies


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=[f"{r.floor.file}: {e.why}" for r, e in EXAMPLES])
def test_under_the_whole_floor_what_a_rule_denies_stays_denied(rule, example, everything_open):
    rulebook = compile_rulebook(everything_open, floor(["vn"]))
    answer = decide(rulebook, Question(**example.ask, missing=example.without))
    if example.denies:
        assert answer.verdict is Verdict.DENY
        assert rule.floor.article in answer.citations
        assert rule.floor.needs & example.without == set(answer.lacking) & rule.floor.needs


@pytest.mark.parametrize("rule", [rule for name in known() for rule in rules(name)], ids=lambda rule: rule.floor.file)
def test_a_rule_says_where_it_comes_from_and_shows_both_sides(rule):
    assert rule.floor.source.startswith("https://")
    assert rule.floor.vi != rule.floor.en
    if not rule.floor.duties:
        assert {example.denies for example in rule.examples} == {True, False}


def test_only_what_is_in_force_on_the_day_counts():
    from datetime import date

    articles = {rule.article for rule in floor(["vn"], on=date(2025, 6, 1)).rules}
    assert articles == {"SPAM-11.2", "CPL-18.4a", "CPL-18.4b"}


def test_sensitive_data_is_shown_masked(everything_open):
    answer = decide(compile_rulebook(everything_open, floor(["vn"])), Question("read", "sales", "health", "order"))
    assert answer.duties == {"log", "mask"}


def test_an_unknown_pack_is_named_with_what_there_is():
    with pytest.raises(LawError) as caught:
        floor(["vm"])
    assert caught.value.advice_en == "write `vn` on the line `law:` of the policy"
