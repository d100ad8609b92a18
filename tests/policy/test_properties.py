"""What must hold for every policy and every question."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camket.law import floor
from camket.policy import Floor, Question, Verdict, compile_rulebook, decide
from camket.policy.kinds import (
    AccessPromise,
    CollectPromise,
    ComplainPromise,
    ContactPromise,
    DisclosePromise,
    PurposePromise,
    RightPromise,
)
from camket.policy.reach import opened
from tests.policy import strategies as random_policy

LAW = floor(["vn"])
NO_LAW = Floor((), ())
quick = settings(max_examples=45, deadline=None, suppress_health_check=[HealthCheck.too_slow])
floors = st.sampled_from([LAW, NO_LAW])


def answers(rulebook, questions):
    return [decide(rulebook, question) for question in questions]


@quick
@given(random_policy.many_questions(), floors)
def test_a_policy_that_says_nothing_allows_nothing(questions, law):
    rulebook = compile_rulebook(random_policy.EMPTY, law)
    assert all(answer.verdict is not Verdict.ALLOW for answer in answers(rulebook, questions))


@quick
@given(random_policy.near_misses(), floors)
def test_what_an_added_clause_opens_it_is_cited_for_and_names(near, law):
    clauses, clause, questions = near
    before = compile_rulebook(random_policy.policy(clauses), law)
    after = compile_rulebook(random_policy.policy((*clauses, clause)), law)
    for question in questions:
        was, now = decide(before, question), decide(after, question)
        if now.allowed and not was.allowed:
            assert "50" in now.citations
            assert any(names(promise, question) for promise in clause.promises)


def names(promise, question):
    """Whether the promise names one of the question's words, or is of the kind that is about its action."""
    listed = {
        PurposePromise: (question.purpose, "purposes"),
        CollectPromise: (question.source, "sources"),
        ContactPromise: (question.channel, "channels"),
        DisclosePromise: (question.recipient, "recipients"),
        RightPromise: (question.action, "rights"),
    }
    if type(promise) in listed:
        word, field = listed[type(promise)]
        return word in getattr(promise, field)
    about = isinstance(promise, AccessPromise | ComplainPromise) and opened(promise)
    return bool(about) and question.action in about.actions


@quick
@given(random_policy.near_misses(), floors)
def test_what_the_law_or_a_ban_denies_stays_denied(near, law):
    clauses, clause, questions = near
    before = compile_rulebook(random_policy.policy(clauses), law)
    after = compile_rulebook(random_policy.policy((*clauses, clause)), law)
    excepted = {name for promise in clause.promises for name in getattr(promise, "despite", ())}
    for question in questions:
        was = decide(before, question)
        if was.kind == "law" or (was.kind == "ban" and not excepted & set(was.citations)):
            assert decide(after, question).verdict is Verdict.DENY


@quick
@given(random_policy.near_misses(), st.integers(0, 5))
def test_taking_a_clause_out_again_gives_back_every_old_answer(near, at):
    clauses, clause, questions = near
    policy = random_policy.policy(clauses)
    longer = (*clauses[:at], clause, *clauses[at:])
    taken = random_policy.policy(longer).without("50")
    assert answers(compile_rulebook(taken, LAW), questions) == answers(compile_rulebook(policy, LAW), questions)


@quick
@given(random_policy.clauses(random_policy.IDS), random_policy.many_questions(), st.randoms(use_true_random=False))
def test_the_order_of_clauses_changes_nothing(clauses, questions, chance: Random):
    shuffled = list(clauses)
    chance.shuffle(shuffled)
    one = compile_rulebook(random_policy.policy(clauses), LAW)
    other = compile_rulebook(random_policy.policy(shuffled), LAW)
    assert answers(one, questions) == answers(other, questions)
    for left, right in zip(answers(one, questions[:5]), answers(other, questions[:5]), strict=True):
        assert left.reason("vi") == right.reason("vi")


@quick
@given(random_policy.policies, random_policy.many_questions())
def test_more_missing_facts_never_allow_more(policy, questions):
    rulebook = compile_rulebook(policy, LAW)
    for question in questions:
        if decide(rulebook, question).allowed:
            assert decide(rulebook, question._replace(missing=frozenset())).allowed


@quick
@given(random_policy.policies, random_policy.many_questions())
def test_every_answer_can_be_explained_in_both_languages(policy, questions):
    rulebook = compile_rulebook(policy, LAW)
    for answer in answers(rulebook, questions[:40]):
        assert answer.reason("vi") != answer.reason("en")
        assert (answer.citations == ()) == (answer.verdict is Verdict.GAP)
        assert not answer.needs & answer.question.missing or not answer.allowed


@quick
@given(st.text(max_size=12), random_policy.policies)
def test_a_word_that_does_not_exist_is_denied(word, policy):
    rulebook = compile_rulebook(policy, LAW)
    for question in (
        Question(word),
        Question("read", word),
        Question("read", None, word),
        Question("read", missing=frozenset({word})),
    ):
        if word not in {"read", *rulebook.tables[0], *rulebook.tables[1], *rulebook.tables[2], *rulebook.needing}:
            answer = decide(rulebook, question)
            assert (answer.verdict, answer.kind, answer.citations) == (Verdict.DENY, "error", ("error",))


@quick
@given(
    random_policy.policies,
    random_policy.many_questions(),
    st.integers(0, 6),
    st.sampled_from([{}, None, dict.fromkeys("x")]),
)
def test_an_error_inside_the_rulebook_denies(policy, questions, broken, rubbish):
    rulebook = compile_rulebook(policy, LAW)
    tables = tuple(rubbish if number == broken else table for number, table in enumerate(rulebook.tables))
    asked = [question for question in questions if question.category is not None]
    for damaged in (
        replace(rulebook, tables=tables),
        replace(rulebook, denies=None),
        replace(rulebook, checks=rubbish),
    ):
        for answer in answers(damaged, asked):
            if damaged.checks is rubbish and answer.question.action == "disclose":
                continue  # a person who discloses is checked by a table of its own
            assert (answer.verdict, answer.kind) == (Verdict.DENY, "error")
