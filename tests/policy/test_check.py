"""Clashes, sentences the law sets aside, what is missing to trade: on the five published pages and on small ones."""

from pathlib import Path

import pytest

from camket.law import floor
from camket.policy import check, load, load_text, requirements

POLICIES = Path(__file__).parents[2] / "policies"
SHOPS = ["comet", "shop-001", "khatra", "shop-003", "1stwatch"]
SMALL = """
camket: 1
shop: small
title: {text: T}
clauses:
  - id: "1"
    text: Chúng tôi bán hàng.
    promises: [purpose: {for: order}]
"""


def found(shop):
    policy = load(POLICIES / f"{shop}.yaml")
    keeps = {clause.id: set(clause.keeps) for clause in policy.clauses}
    return policy, keeps, check(policy, floor(policy.law))


def clashes(shop):
    """Pairs of promise ids (of the two clauses) that the checker reports against each other."""
    _, keeps, findings = found(shop)
    pairs = set()
    for finding in findings:
        if finding.level == "clash":
            one, other = finding.clauses
            pairs |= {(a, b) for a in keeps[one] for b in keeps[other]}
    return pairs


@pytest.mark.parametrize(
    ("shop", "one", "other"),
    [
        ("khatra", "khatra-7", "khatra-1"),
        ("khatra", "khatra-2", "khatra-9"),
        ("khatra", "khatra-3", "khatra-11"),
        ("comet", "comet-12", "comet-1"),
        ("comet", "comet-12", "comet-2"),
        ("comet", "comet-12", "comet-9"),
        ("shop-003", "shop-003-7", "shop-003-1"),
        ("shop-003", "shop-003-8", "shop-003-1"),
        ("shop-001", "shop-001-6", "shop-001-11"),
    ],
)
def test_two_sentences_against_each_other_are_reported(shop, one, other):
    assert (one, other) in clashes(shop)


@pytest.mark.parametrize(
    ("shop", "promises"),
    [
        ("1stwatch", {"1stwatch-6"}),
        ("shop-003", {"shop-003-6", "shop-003-16", "shop-003-12"}),
        ("khatra", {"khatra-6"}),
        ("comet", {"comet-8"}),
        ("shop-001", {"shop-001-14", "shop-001-15"}),
    ],
)
def test_what_the_law_sets_aside_is_reported_with_its_article(shop, promises):
    _, keeps, findings = found(shop)
    overruled = [finding for finding in findings if finding.level == "overruled"]
    assert promises <= set().union(*(keeps[finding.clauses[0]] for finding in overruled))
    assert all(finding.article for finding in overruled)


@pytest.mark.parametrize("shop", SHOPS)
def test_the_five_published_pages_can_run_and_lack_only_what_the_owner_must_fill_in(shop):
    policy, _, findings = found(shop)
    assert not [finding for finding in findings if finding.level == "error"]
    lacking = {finding.code for finding in requirements(policy, floor(policy.law))}
    assert lacking <= {"no_name", "no_legal_name", "no_address", "no_contact"}


def test_comet_is_asked_who_the_controller_is():
    policy, _, _ = found("comet")
    lacking = {finding.code: finding for finding in requirements(policy, floor(policy.law))}
    assert {"no_legal_name", "no_address"} <= set(lacking)
    assert lacking["no_legal_name"].en == "the controller has no legal name yet, only “COMET”"


def test_a_page_that_a_sentence_says_is_published_is_missing_until_the_policy_says_where():
    policy, keeps, findings = found("1stwatch")
    missing = [finding for finding in findings if finding.code == "no_payment_policy"]
    assert [(one.level, keeps[one.clauses[0]]) for one in missing] == [("blocking", {"1stwatch-2"})]
    uploaded = (
        (POLICIES / "1stwatch.yaml")
        .read_text("utf-8")
        .replace("law: [vn]", "documents: {payment_policy: https://1stwatch.vn/thanh-toan}\nlaw: [vn]")
    )
    told = check(load_text(uploaded), floor(policy.law))
    assert "no_payment_policy" not in {finding.code for finding in told}


def test_a_secret_retention_rule_is_refused_for_publication():
    _, keeps, findings = found("shop-003")
    secret = [finding for finding in findings if finding.code == "secret_period"]
    assert [(one.level, one.article) for one in secret] == [("blocking", "CPL-16.2")]
    assert "shop-003-16" in keeps[secret[0].clauses[0]]


def test_the_template_is_complete():
    policy = load(POLICIES / "template.yaml")
    assert {finding.code for finding in requirements(policy, floor(policy.law))} <= {
        "no_name",
        "no_address",
        "no_contact",
    }


def test_a_small_text_is_told_all_that_it_lacks():
    policy = load_text(SMALL)
    codes = [finding.code for finding in requirements(policy, floor(policy.law))]
    assert codes == [
        "no_name",
        "no_address",
        "no_contact",
        "no_source",
        "no_role",
        "no_safeguard",
        "no_right",
        "no_complaint",
    ]


def test_what_is_collected_needs_a_finite_period_and_forever_is_none():
    text = SMALL.replace(
        "[purpose: {for: order}]",
        "[purpose: {for: order}, collect: {from: purchase, categories: [name, phone]}, "
        "keep: {categories: name, forever: true}]",
    )
    by_code = {finding.code: finding for finding in requirements(load_text(text), floor(["vn"]))}
    assert by_code["no_period"].en == "there is no finite period for: name, phone number"
    assert (by_code["forever"].clauses, by_code["forever"].article) == (("1",), "PDPL-3.3")


def test_advertising_needs_a_way_out():
    policy = load_text(SMALL.replace("for: order", "for: [order, marketing]"))
    assert "no_opt_out" in {finding.code for finding in check(policy, floor(policy.law))}


def test_a_completion_that_opens_nothing_and_an_exception_to_nothing_are_noted():
    text = SMALL + (
        "  - {id: '2', text: Không chia sẻ., promises: [never: {do: disclose}]}\n"
        "completions:\n"
        "  - {id: c1, promise: {disclose: {to: carrier}}, because: x}\n"
        "  - {id: c2, promise: {collect: {from: purchase, despite: '1'}}, because: x}\n"
    )
    notes = {(one.code, one.clauses) for one in check(load_text(text), floor(["vn"])) if one.level == "note"}
    assert notes == {("void_completion", ("completion:c1", "2")), ("idle_despite", ("completion:c2", "1"))}


def test_an_exception_that_names_the_ban_settles_the_clash():
    text = SMALL + (
        "  - {id: '2', text: Không chia sẻ., promises: [never: {do: disclose}]}\n"
        "  - {id: '3', text: Trừ hãng vận chuyển., promises: [disclose: {to: carrier, despite: '2'}]}\n"
        "  - {id: '4', text: Cho đối tác., promises: [disclose: {to: partner}]}\n"
    )
    told = {one.clauses: one.settled for one in check(load_text(text), floor(["vn"])) if one.level == "clash"}
    assert told == {("3", "2"): True, ("4", "2"): False}
