"""Every kind of bad input: what is said, and at which line and column."""

import unicodedata

import pytest

from camket.policy import PolicyError, PolicyFileError, load, load_text
from camket.policy.source import MOST_BYTES

GOOD = """\
camket: 1
shop: comet
title: {text: Chính sách bảo mật, en: Privacy policy}
published: 2026-11-22
clauses:
  - id: "1"
    heading: 1. Mục đích
  - id: "1.2"
    text: COMET thu thập thông tin qua giao dịch mua hàng.
    promises:
      - collect: {from: purchase, categories: [name, phone]}
      - keep: {categories: name, for: P36M, after: last_order}
completions:
  - id: c1
    promise: {purpose: {for: order, basis: contract, despite: ["1.2"]}}
    because: bản công bố không nêu
    law: [PDPL-19.1d]
"""


def problems(text):
    with pytest.raises(PolicyFileError) as caught:
        load_text(text, file="x.yaml")
    return caught.value.problems


def one(old, new):
    """The only problem after replacing `old` by `new` in the good file: where it stands, what, and the advice."""
    assert GOOD.count(old) >= 1
    found = problems(GOOD.replace(old, new, 1))
    assert len(found) == 1, found
    return found[0].line, found[0].column, found[0].code, found[0].advice_en


def test_a_good_file_loads_and_keeps_its_order():
    policy = load_text(GOOD)
    assert [part.citation for part in policy.all_parts()] == ["1", "1.2", "completion:c1"]
    assert policy.published.isoformat() == "2026-11-22"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("- collect:", "- colect:", (11, 9, "unknown_kind", "write `collect` or `contact`")),
        ("from: purchase", "from: purchas", (11, 25, "unknown_word", "write `purchase`")),
        (
            "[name, phone]",
            "[name, số điện thoại]",
            (11, 54, "unknown_word", "write `phone` or `receiver_phone` or `wallet_account`"),
        ),
        ("[name, phone]", "[]", (11, 47, "empty_list", "write at least one word, or `all`, or leave the field out")),
        ("from: purchase", "from: all", (11, 25, "not_named", "list each word that the sentence allows")),
        ("from: purchase,", "form: purchase, from: purchase,", (11, 19, "unknown_field", "write `for` or `from`")),
        ("{from: purchase, categories", "{categories", (11, 18, "missing", "add `from`")),
        (
            "collect: {from: purchase, categories: [name, phone]}",
            "collect: purchase",
            (11, 18, "model_type", "write `{field: value}`"),
        ),
        (
            "P36M",
            "36M",
            (12, 39, "bad_period", "write it as ISO 8601: P36M (36 months), P10Y (10 years), P90D (90 days)"),
        ),
        (
            "P36M",
            "P0D",
            (12, 39, "bad_period", "write it as ISO 8601: P36M (36 months), P10Y (10 years), P90D (90 days)"),
        ),
        (
            "P36M",
            "P200Y",
            (12, 39, "bad_period", "write it as ISO 8601: P36M (36 months), P10Y (10 years), P90D (90 days)"),
        ),
        ("last_order", "last_ordr", (12, 52, "unknown_word", "write `last_order`")),
        ("2026-11-22", "2026-02-30", (4, 12, "bad_date", "write it as ISO: year-month-day, for example 2026-11-22")),
        ("2026-11-22", "22/11/2026", (4, 12, "bad_date", "write it as ISO: year-month-day, for example 2026-11-22")),
        ("camket: 1", "camket: 2", (1, 9, "unknown_format", "write `camket: 1`")),
        ("shop: comet", "shop: Tiệm Hoa", (2, 7, "bad_form", "lower-case letters, digits and hyphens: `flower-shop`")),
        ("shop: comet\n", "", (1, 1, "missing", "add `shop`")),
        (
            "law: [PDPL-19.1d]",
            "law: [Luật 91]",
            (17, 11, "bad_form", "write it as `PDPL-3.3` (Law 91/2025, article 3.3)"),
        ),
        ("because:", "becaus: x\n    because:", (16, 5, "unknown_field", "write `because` or `because_en`")),
        (
            "basis: contract",
            "basis: contact",
            (15, 44, "unknown_choice", "choose among: `contract`, `consent`, `law`, `request`"),
        ),
        ('despite: ["1.2"]', 'despite: ["1.3"]', (15, 64, "unknown_id", "write `1.2` or `1`")),
        ('id: "1.2"', 'id: "1"', None),
        ("shop: comet", "shop: comet\nshop: other", (3, 1, "doubled_key", "merge the two fields into one")),
        (
            "text: COMET thu",
            "text: &a COMET thu",
            (9, 11, "yaml_refused", "write the content in place, one policy in one file"),
        ),
        (
            "text: COMET thu",
            "text: !!str COMET thu",
            (9, 11, "yaml_refused", "write the content in place, one policy in one file"),
        ),
        (
            "completions:",
            "---\ncompletions:",
            (13, 1, "yaml_refused", "write the content in place, one policy in one file"),
        ),
        (
            "qua giao",
            "qua: giao",
            (9, 39, "yaml", "put a sentence with a colon in double quotes, or write it after `text: |`"),
        ),
        ("categories: [name, phone]}", "categories: [name, phone}", None),
    ],
)
def test_a_bad_value_is_told_at_its_place_with_advice(old, new, expected):
    if expected is None:
        assert problems(GOOD.replace(old, new, 1))
    else:
        assert one(old, new) == expected


def test_a_doubled_id_names_the_line_of_the_first():
    found = problems(GOOD.replace('id: "1.2"', 'id: "1"').replace(', despite: ["1.2"]', ""))
    assert [(p.line, p.column, p.code) for p in found] == [(8, 9, "doubled_id")]
    assert found[0].en == "the id `1` is already used on line 6"


def test_a_sentence_without_a_promise_and_a_clause_without_words():
    text = GOOD.replace(
        "completions:", '  - id: "2"\n    text: Chúng tôi bảo mật.\n  - id: "3"\n    keeps: [comet-1]\ncompletions:'
    )
    assert [(p.line, p.column, p.code) for p in problems(text)] == [(14, 5, "says_nothing"), (15, 5, "no_text")]


@pytest.mark.parametrize(
    ("promises", "line"),
    [
        ("- never: {do: disclose}\n      - disclose: {to: carrier}", 12),
        ("- right: {to: erase, through: portal}\n      - never: {do: erase, by: portal}", 12),
        ("- collect: {from: purchase, only: true}\n      - collect: {from: newsletter, only: true}", 12),
        ("- keep: {forever: true}\n      - keep: {for: P1Y, after: collected}", 12),
        ("- keep: {for: P2Y, after: collected}\n      - keep: {for: P1Y, after: collected}", 12),
    ],
)
def test_promises_of_one_clause_that_contradict_each_other(promises, line):
    text = GOOD.replace(
        "- collect: {from: purchase, categories: [name, phone]}\n"
        "      - keep: {categories: name, for: P36M, after: last_order}",
        promises,
    )
    found = problems(text)
    assert [(p.line, p.column, p.code) for p in found] == [(line, 9, "contradiction")]
    assert found[0].en == "promise 2 of clause `1.2` contradicts promise 1"


def test_an_exception_inside_one_sentence_is_no_contradiction():
    text = GOOD.replace(
        "- keep:", '- never: {do: disclose}\n      - disclose: {to: carrier, despite: ["1.2"]}\n      - keep:'
    )
    assert load_text(text)


@pytest.mark.parametrize(
    "keep", ["{forever: true, until: erasure_request}", "{for: P1Y}", "{after: last_order}", "{categories: name}", "{}"]
)
def test_a_keep_rule_has_one_end(keep):
    found = problems(GOOD.replace("{categories: name, for: P36M, after: last_order}", keep))
    assert [(p.line, p.column, p.code) for p in found] == [(12, 15, "bad_keep")]


def test_empty_promises_are_refused():
    text = GOOD.replace("- keep: {categories: name, for: P36M, after: last_order}", "- never: {}\n      - identity: {}")
    assert [(p.line, p.code) for p in problems(text)] == [(12, "empty_promise"), (13, "empty_promise")]


def test_all_problems_are_told_together_in_the_order_of_the_file_in_both_languages():
    text = (
        GOOD.replace("camket: 1", "camket: 9")
        .replace("purchase, ", "purchas, ")
        .replace("P36M", "soon")
        .replace("c1", "1")
    )
    with pytest.raises(PolicyFileError) as caught:
        load_text(text, file="x.yaml")
    error = caught.value
    assert [problem.place for problem in error.problems] == [
        "x.yaml:1:9",
        "x.yaml:11:25",
        "x.yaml:12:39",
        "x.yaml:14:9",
    ]
    assert error.vi.startswith("tệp chính sách có 4 lỗi:\n  x.yaml:1:9: ")
    assert "x.yaml:11:25: `purchas` is not a known source → write `purchase`" in error.en


def test_decomposed_unicode_is_an_error_that_says_how_to_save():
    found = problems(unicodedata.normalize("NFD", GOOD))
    assert {problem.code for problem in found} == {"decomposed_unicode"}
    assert (found[0].line, found[0].column) == (3, 17)
    assert found[0].advice_en == "save the file as composed Unicode (NFC); the words stay the same"


@pytest.mark.parametrize(("encoding", "looks"), [("utf-16", "UTF-16"), ("cp1252", "Windows-1258/1252")])
def test_another_encoding_is_named_with_its_place(tmp_path, encoding, looks):
    path = tmp_path / "shop.yaml"
    path.write_bytes(
        b"camket: 1\nshop: x\n" + "title: {text: café}".encode(encoding)
        if encoding == "cp1252"
        else GOOD.encode(encoding)
    )
    with pytest.raises(PolicyFileError) as caught:
        load(path)
    problem = caught.value.problems[0]
    assert problem.en == f"the file is not UTF-8 (it looks like {looks})"
    assert (problem.line, problem.column) == ((3, 18) if encoding == "cp1252" else (1, 1))


def test_a_byte_order_mark_and_windows_line_ends_change_nothing():
    assert load_text(b"\xef\xbb\xbf" + GOOD.encode()).digest == load_text(GOOD).digest
    assert load_text(GOOD.replace("\n", "\r\n")).digest == load_text(GOOD).digest
    assert load_text("\ufeff" + GOOD).digest == load_text(GOOD).digest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("# nothing\n", "empty_file"),
        ("- a\n- b\n", "not_a_policy"),
        ("just words", "not_a_policy"),
        ("camket: 1\n\tshop: x\n", "yaml"),
        ("camket: 'one\n", "yaml"),
        ("camket: 1\x07\n", "yaml"),
        ("? [a, b]\n: c\n", "yaml_refused"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "yaml_refused"),
        ("[" * 50_000, "yaml_refused"),
        ("a: [" + "x, " * 60_000 + "x]", "yaml_refused"),
        ("x" * (MOST_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_policy_at_all(text, code):
    assert problems(text)[0].code == code


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(PolicyError) as caught:
        load(tmp_path / "none.yaml")
    assert caught.value.en == "the policy file `none.yaml` cannot be opened"


def test_scalars_stay_as_they_are_written():
    policy = load_text(GOOD.replace("shop: comet", "shop: no\ncontroller: {hotline: 0933588655, name: NO}"))
    assert (policy.shop, policy.controller.hotline, policy.controller.name) == ("no", "0933588655", "NO")


def test_equal_policies_have_equal_digests_and_a_changed_word_another():
    spaced = GOOD.replace(
        "{from: purchase, categories: [name, phone]}",
        "\n          from: [purchase]\n          categories:\n            - name\n            - phone",
    )
    assert load_text(spaced).digest == load_text(GOOD).digest
    assert load_text(GOOD.replace("COMET", "KHATRA")).digest != load_text(GOOD).digest


def test_a_policy_is_frozen():
    policy = load_text(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        policy.shop = "other"
    with pytest.raises(ValueError, match="frozen"):
        policy.clauses[1].promises[0].sources = ()
