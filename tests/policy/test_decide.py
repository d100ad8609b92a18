"""The order of force, one small policy at a time."""

import pytest

from camket.law import floor
from camket.policy import Floor, Question, Verdict, compile_rulebook, decide, load_text

HEAD = "camket: 1\nshop: s\ntitle: {text: T}\nclauses:\n"
BASE = """
  - {id: a, text: Bán hàng., promises: [purpose: {for: [order, marketing], basis: contract}]}
  - {id: b, text: Mua hàng., promises: [collect: {from: purchase, categories: [name, phone]}]}
  - {id: c, text: Nhân viên., promises: [access: {roles: [sales], do: [read, edit], duties: mask}]}
"""


def rulebook(clauses, completions="", law=None):
    text = HEAD + BASE + clauses + "\n" + ("completions:\n" + completions if completions else "")
    return compile_rulebook(load_text(text), law or Floor((), ()))


def ask(book, action, **words):
    answer = decide(book, Question(action, **words))
    return answer.verdict.value, answer.citations, answer.lacking


READ = {"role": "sales", "category": "phone", "purpose": "order"}


def test_an_allowed_look_cites_every_promise_that_opened_it():
    answer = decide(rulebook(""), Question("read", **READ))
    assert (answer.verdict, answer.citations, answer.duties) == (Verdict.ALLOW, ("a", "c"), {"log", "mask"})


def test_a_gap_names_what_no_promise_speaks_to():
    book = rulebook("")
    assert ask(book, "read", role="marketing", category="phone", purpose="order") == ("gap", (), ("role",))
    assert ask(book, "read", role="marketing", category="phone", purpose="warranty") == ("gap", (), ("purpose", "role"))
    assert ask(book, "export", **READ) == ("gap", (), ("role",))
    assert ask(book, "sell", category="phone") == ("gap", (), ("action",))
    assert ask(book, "erase", channel="portal") == ("gap", (), ("right",))


def test_a_source_brings_only_the_data_that_is_named():
    book = rulebook("  - {id: d, text: Đánh giá., promises: [collect: {from: product_review}]}")
    assert ask(book, "collect", category="phone", purpose="order", source="purchase") == ("allow", ("a", "b"), ())
    assert ask(book, "collect", category="gender", purpose="order", source="purchase") == (
        "gap",
        (),
        ("source", "category"),
    )
    assert ask(book, "collect", category="phone", purpose="order", source="product_review") == (
        "gap",
        (),
        ("category",),
    )
    assert ask(book, "collect", category="phone", purpose="order", source="visit") == (
        "gap",
        (),
        ("source", "category"),
    )


def test_a_promise_whose_need_is_missing_denies_and_is_cited():
    book = rulebook(
        "  - {id: d, text: Kho., promises: [access: {roles: delivery, do: read, needs: [assignment, undertaking]}]}"
    )
    asked = {"role": "delivery", "category": "phone", "purpose": "order"}
    assert ask(book, "read", **asked) == ("allow", ("a", "d"), ())
    assert decide(book, Question("read", **asked)).needs == {"assignment", "undertaking"}
    assert ask(book, "read", **asked, missing=frozenset({"assignment"})) == ("deny", ("d",), ("assignment",))


def test_another_promise_without_the_need_opens_it_too():
    book = rulebook("  - {id: d, text: Kho., promises: [access: {roles: sales, needs: assignment}]}")
    assert ask(book, "read", **READ, missing=frozenset({"assignment"})) == ("allow", ("a", "c"), ())


def test_a_closed_list_denies_every_other_value_and_yields_to_the_clause_that_names_it():
    only = "  - {id: d, text: Chỉ bán hàng., promises: [purpose: {for: order, only: true}]}"
    book = rulebook(
        only + "\n  - {id: e, text: Quảng cáo., promises: [purpose: {for: advertising, basis: contract, despite: [d]}]}"
    )
    assert ask(book, "read", **READ)[0] == "allow"
    assert ask(book, "read", **{**READ, "purpose": "marketing"}) == ("deny", ("d",), ())
    assert ask(book, "read", **{**READ, "purpose": "warranty"}) == ("deny", ("d",), ())
    assert ask(book, "read", **{**READ, "purpose": "advertising"}, missing=frozenset()) == ("allow", ("c", "e"), ())


def test_a_closed_list_of_people_says_nothing_about_systems():
    book = rulebook("  - {id: d, text: Chỉ giám đốc., promises: [access: {roles: director, only: true}]}")
    assert ask(book, "read", **READ) == ("deny", ("d",), ())
    assert ask(book, "store", role="system", category="phone", purpose="order") == ("gap", (), ("role",))


def test_only_by_email_does_not_forbid_a_letter_that_travels_by_email():
    clauses = "  - {id: d, text: Chỉ email., promises: [contact: {by: email, only: true}]}"
    book = rulebook(clauses)
    assert ask(book, "contact", purpose="order", channel="email") == ("allow", ("a", "d"), ())
    assert ask(book, "contact", purpose="order", channel="zalo") == ("deny", ("d",), ())
    assert ask(book, "contact", purpose="order", channel="newsletter") == ("gap", (), ("channel",))


def test_an_exception_opens_only_while_its_own_needs_are_met():
    clauses = "  - {id: d, text: Không chia sẻ., promises: [never: {do: [disclose, share]}]}"
    partner = "  - {id: c1, promise: {disclose: {to: partner, needs: agreement, despite: d}}, because: đối tác}\n"
    book = rulebook(clauses, partner)
    asked = {"category": "phone", "purpose": "order", "recipient": "partner"}
    assert ask(book, "disclose", **asked) == ("allow", ("a", "completion:c1"), ())
    missing = frozenset({"agreement"})
    assert ask(book, "disclose", **asked, missing=missing) == ("deny", ("d", "completion:c1"), ("agreement",))
    assert ask(book, "disclose", **{**asked, "recipient": "carrier"}) == ("deny", ("d",), ())
    assert ask(book, "share", category="phone") == ("deny", ("d",), ())


def test_naming_a_purpose_lifts_no_ban_on_a_deed():
    clauses = "  - {id: d, text: Không chia sẻ., promises: [never: {do: disclose}]}\n"
    clauses += "  - {id: e, text: Chuyển hàng., promises: [disclose: {to: carrier}]}"
    book = rulebook(clauses, "  - {id: c1, promise: {purpose: {for: order, despite: d}}, because: x}\n")
    assert ask(book, "disclose", category="phone", purpose="order", recipient="carrier") == ("deny", ("d",), ())


def test_a_person_who_discloses_must_be_allowed_to_read():
    book = rulebook("  - {id: d, text: Chuyển hàng., promises: [disclose: {to: carrier}]}")
    asked = {"category": "phone", "purpose": "order", "recipient": "carrier"}
    assert ask(book, "disclose", **asked) == ("allow", ("a", "d"), ())
    assert ask(book, "disclose", **asked, role="system") == ("allow", ("a", "d"), ())
    assert ask(book, "disclose", **asked, role="sales") == ("allow", ("a", "c", "d"), ())
    assert ask(book, "disclose", **asked, role="marketing") == ("gap", (), ("role",))


@pytest.mark.parametrize(
    ("promise", "question", "fact"),
    [
        ("safeguard: {measures: undertaking}", Question("read", **READ), "undertaking"),
        ("safeguard: {measures: assignment}", Question("edit", **READ), "assignment"),
        ("keep: {circulate: P12M}", Question("read", **READ), "circulating"),
        (
            "duty: {to: third_party_consent}",
            Question("collect", None, "phone", "order", "purchase"),
            "third_party_consent",
        ),
    ],
)
def test_some_promises_bind_what_others_open(promise, question, fact):
    book = rulebook(f"  - {{id: d, text: Ràng buộc., promises: [{promise}]}}")
    met = decide(book, question)
    assert (met.verdict, fact in met.needs) == (Verdict.ALLOW, True)
    answer = decide(book, question._replace(missing=frozenset({fact})))
    assert (answer.verdict, answer.citations, answer.lacking) == (Verdict.DENY, ("d",), (fact,))


def test_publishing_waits_for_moderation_and_storing_for_the_own_server():
    clauses = "  - {id: d, text: Kiểm duyệt., promises: [moderate: {what: review}, access: {roles: moderator}]}\n"
    clauses += (
        "  - {id: e, text: Máy chủ., promises: [safeguard: {measures: own_server}, access: {roles: system, do: store}]}"
    )
    book = rulebook(clauses)
    asked = {"role": "moderator", "category": "review", "purpose": "order"}
    assert ask(book, "publish", **asked)[0] == "allow"
    assert ask(book, "publish", **asked, missing=frozenset({"moderated"})) == ("deny", ("d",), ("moderated",))
    stored = {"role": "system", "category": "phone", "purpose": "order"}
    assert ask(book, "store", **stored, missing=frozenset({"own_server"})) == ("deny", ("e",), ("own_server",))


def test_locked_fields_stop_the_customer_in_the_portal_only():
    book = rulebook("  - {id: d, text: Sửa., promises: [right: {to: correct}, locked: {fields: [gender]}]}")
    assert ask(book, "correct", role="customer", category="gender", channel="portal") == ("deny", ("d",), ())
    # A question that leaves the role out opens nothing more.
    assert ask(book, "correct", category="gender", channel="portal") == ("deny", ("d",), ())
    assert ask(book, "correct", role="customer", category="phone", channel="portal") == ("allow", ("d",), ())
    assert ask(book, "correct", role="customer", category="gender", channel="email") == ("allow", ("d",), ())
    assert book.locked_fields() == {"gender": ("d",)}


def test_a_pledge_to_keep_to_the_purposes_named_is_cited_by_the_gap():
    book = rulebook("  - {id: d, text: Đúng mục đích., promises: [safeguard: {measures: closed_purposes}]}")
    answer = decide(book, Question("read", **{**READ, "purpose": "warranty"}))
    assert (answer.verdict, answer.kind, answer.citations, answer.lacking) == (Verdict.GAP, "gap", ("d",), ("purpose",))
    assert "Đúng mục đích." in answer.reason("vi")
    assert ask(book, "read", **READ)[0] == "allow"


def test_the_law_comes_before_everything():
    clauses = "  - {id: d, text: Không., promises: [never: {do: sell}]}"
    book = rulebook(clauses, law=floor(["vn"]))
    # The text's own ban is named beside it: it would stand if the law allowed.
    assert ask(book, "sell", category="phone") == ("deny", ("PDPL-7.6", "d"), ())
    asked = {**READ, "purpose": "marketing"}
    missing = frozenset({"consent"})
    assert ask(book, "read", **asked, missing=missing) == ("deny", ("CPL-18.4b", "PDPL-9.4a"), ("consent",))
    assert ask(book, "read", **asked) == ("allow", ("a", "c"), ())
    assert decide(book, Question("read", **asked)).needs >= {"consent", "not_objected", "not_restricted"}


def test_an_answer_is_not_a_truth_value():
    answer = decide(rulebook(""), Question("read", **READ))
    with pytest.raises(TypeError, match="three values"):
        bool(answer)


def test_reasons_quote_the_words_in_both_languages():
    clauses = "  - {id: d, text: Không chia sẻ., en: We do not share., promises: [never: {do: disclose}]}"
    book = rulebook(clauses, law=floor(["vn"]))
    answer = decide(book, Question("disclose", None, "phone", "order", recipient="carrier"))
    assert answer.reason("vi").endswith("Điều khoản d: “Không chia sẻ.”")
    assert answer.reason("en").endswith("Clause d: “We do not share.” (our translation)")
    sold = decide(book, Question("collect", None, "phone", "order", "bought_list"))
    assert sold.reason("en").endswith(
        "PDPL-7.6 (in force since 01/01/2026): Buying and selling personal data is forbidden: "
        "nothing is collected from a bought list."
    )
    gap = decide(book, Question("read", "marketing", "phone", "order"))
    assert "vai trò này" in gap.reason("vi")
    assert "completion" in gap.reason("en")


def test_the_rulebook_tells_the_other_rooms_what_was_promised():
    clauses = (
        "  - {id: d, text: Lưu., promises: [keep: {forever: true}], overruled: {law: [PDPL-3.3], instead: [c1]}}\n"
    )
    told = "complain: {through: [email, hotline]}, right: {to: erase, through: portal}"
    clauses += f"  - {{id: e, text: Khiếu nại., promises: [{told}]}}"
    book = rulebook(clauses, "  - {id: c1, promise: {keep: {for: P1Y, after: last_order}}, because: hữu hạn}\n")
    forever, year = book.retention_rules()
    assert (forever.forever, forever.overruled, forever.finite) == (True, True, False)
    assert (year.citation, year.period, year.after, year.categories, year.finite) == (
        "completion:c1",
        "P1Y",
        "last_order",
        frozenset(),
        True,
    )
    assert book.rights() == {"complain": {"email", "hotline"}, "erase": {"portal"}}
    assert book.purposes_open() == {"order", "marketing"}
    assert book.sources_open() == {"purchase"}
    assert (book.basis_of("order"), book.basis_of("market_research")) == ("contract", "consent")
    assert book.clause("d").id == "d"
    assert book.clause("c1") is book.clause("completion:c1")
    assert book.version == book.policy.digest
