"""The page: every published word in order, completions beside, everything escaped."""

import re

from camket.policy import load_text
from camket.policy.kinds import KINDS
from camket.policy.render import LEAD, anchor, html, page, promise_line

TEXT = """
camket: 1
shop: small
title: {text: Chính sách bảo mật, en: Privacy policy}
published: 2026-11-22
controller: {name: Tiệm <b>Hoa</b> & Con, address: "[điền địa chỉ]"}
clauses:
  - id: "0"
    heading: Chính sách bảo mật
    promises: [statement: the title]
  - id: "1"
    heading: 1. Lưu trữ
    heading_en: 1. Keeping
    text: 'Lưu "vĩnh viễn" <script>alert(1)</script>.'
    en: Kept for ever.
    promises: [keep: {forever: true}]
    overruled: {law: [PDPL-3.3], instead: [c1]}
completions:
  - {id: c1, promise: {keep: {for: P36M, after: last_order}}, because: cần thời hạn, law: [PDPL-3.3]}
"""


def test_the_page_shows_every_word_in_order_and_marks_what_the_law_sets_aside():
    shown = page(load_text(TEXT), "vi")
    assert [block.id for block in shown.blocks] == ["0", "1"]
    assert (shown.published, shown.identity) == ("22/11/2026", (("tên", "Tiệm <b>Hoa</b> & Con"),))
    assert (shown.blocks[1].overruled, shown.blocks[1].instead) == (("PDPL-3.3",), ("c1",))
    assert shown.additions[0].lines == ("lưu giữ tất cả; 36 tháng kể từ: đơn hàng gần nhất",)


def test_the_english_page_uses_translations_and_says_where_the_words_stay_vietnamese():
    shown = page(load_text(TEXT), "en")
    assert (shown.blocks[1].heading, shown.blocks[1].text, shown.blocks[1].text_lang) == (
        "1. Keeping",
        "Kept for ever.",
        "en",
    )
    assert (shown.additions[0].because, shown.additions[0].because_lang) == ("cần thời hạn", "vi")


def test_the_standalone_page_is_escaped_and_has_one_headline_and_unique_ids():
    for lang in ("vi", "en"):
        made = html(load_text(TEXT), lang)
        assert made.count("<h1") == 1
        assert "<script>" not in made
        assert "<b>Hoa" not in made
        ids = re.findall(r'id="([^"]+)"', made)
        assert ids == ["dieu-0", "dieu-1", "bo-sung-c1"]
    assert '<p lang="vi">cần thời hạn</p>' in html(load_text(TEXT), "en")


def test_anchors_are_stable_and_safe():
    assert (anchor("2.1"), anchor("c1", added=True), anchor('a b"<')) == ("dieu-2.1", "bo-sung-c1", "dieu-a-b--")


def test_every_kind_of_promise_can_be_said_in_both_languages():
    assert set(LEAD) == set(KINDS)
    samples = {
        "identity": {"name": "Tiệm"},
        "purpose": {"for": "order", "basis": "contract", "needs": "order"},
        "collect": {"from": "purchase", "categories": "phone", "only": True},
        "contact": {"by": "sms"},
        "disclose": {"to": "carrier", "despite": ["1"]},
        "never": {"do": "sell"},
        "access": {"roles": "all", "duties": "mask"},
        "keep": {"for": "P10Y", "after": "accounting_year_end"},
        "right": {"to": "erase", "through": "portal"},
        "locked": {"fields": "gender"},
        "moderate": {"what": "review"},
        "complain": {"through": "email"},
        "incident": {"steps": ["negotiate", "compensate"]},
        "safeguard": {"measures": "ledger"},
        "duty": {"to": "sign_out"},
        "channel": {"sales": "marketplace"},
        "statement": {"why": "a heading"},
    }
    assert set(samples) == set(KINDS)
    for kind, content in samples.items():
        promise = KINDS[kind].model_validate(content)
        assert promise_line(promise, "vi") != promise_line(promise, "en")
        assert all(re.search(r"[a-zà-ỹ]", promise_line(promise, lang)) for lang in ("vi", "en"))
    collected = KINDS["collect"].model_validate(samples["collect"])
    assert promise_line(collected, "en") == "collected from a purchase; and no other; category: phone number"


def test_every_kind_tells_what_it_is():
    assert all(kind.__doc__ and kind.label[0] and kind.label[1] for kind in KINDS.values())
