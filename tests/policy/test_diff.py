"""What changed, for whom, and which consents it touches."""

from camket.policy import diff, load_text

OLD = """
camket: 1
shop: small
title: {text: T}
controller: {name: Tiệm, address: 1 Lê Lợi}
clauses:
  - id: "1"
    text: Chúng tôi bán hàng.
    promises:
      - purpose: {for: [order, customer_care]}
      - collect: {from: purchase, categories: [name, phone], for: [order, customer_care]}
      - never: {do: disclose, to: advertiser}
  - id: "2"
    text: Lưu ba năm.
    promises:
      - keep: {for: P36M, after: last_order}
      - right: {to: [erase, copy], through: [portal, email]}
"""


def changed(old, new, text=OLD):
    assert old in text
    return diff(load_text(text), load_text(text.replace(old, new)))


def codes(difference):
    return [(change.code, change.kind) for change in difference.changes]


def test_nothing_changes_between_a_policy_and_itself():
    same = diff(load_text(OLD), load_text(OLD))
    assert (same.changes, same.ask_again, same.notify) == ((), frozenset(), False)


def test_a_new_purpose_on_consent_is_asked_for():
    found = changed("[order, customer_care]}\n      - collect", "[order, customer_care, marketing]}\n      - collect")
    assert codes(found) == [("new_purpose", "wider")]
    assert found.ask_again == {"marketing"}
    assert found.changes[0].vi.startswith("mục đích mới: tiếp thị")


def test_more_data_for_a_consented_purpose_asks_again():
    found = changed("[name, phone]", "[name, phone, gender]")
    assert codes(found) == [("new_category", "wider")]
    assert found.ask_again == {"customer_care"}
    assert "gender" in found.changes[0].en


def test_a_new_source_and_a_new_recipient():
    found = changed(
        "      - never:",
        "      - collect: {from: newsletter, categories: name, for: customer_care}\n"
        "      - disclose: {to: carrier, categories: phone, for: order}\n      - never:",
    )
    assert codes(found) == [("new_source", "wider"), ("new_recipient", "wider")]
    assert found.ask_again == {"customer_care"}


def test_a_longer_period_is_wider_and_a_shorter_one_is_not():
    longer, shorter = changed("P36M", "P60M"), changed("P36M", "P12M")
    assert codes(longer) == [("longer_period", "wider")]
    assert longer.changes[0].en.endswith("36 months → 5 years")
    assert longer.ask_again == {"customer_care"}
    assert codes(shorter) == [("shorter_period", "narrower")]
    assert shorter.ask_again == frozenset()
    assert shorter.notify


def test_keeping_without_an_end_or_without_a_word_is_wider():
    assert codes(changed("{for: P36M, after: last_order}", "{forever: true}")) == [("longer_period", "wider")]
    assert codes(changed("{for: P36M, after: last_order}", "{until: erasure_request}")) == [("dropped_period", "wider")]


def test_rights_and_channels_that_go_are_told():
    assert codes(changed("to: [erase, copy]", "to: erase")) == [("dropped_right", "wider")]
    assert codes(changed("through: [portal, email]", "through: email")) == [("fewer_ways", "wider")] * 2
    assert (
        codes(changed("through: [portal, email]", "through: [portal, email, zalo]")) == [("more_ways", "narrower")] * 2
    )


def test_a_ban_that_goes_is_wider():
    found = changed("      - never: {do: disclose, to: advertiser}\n", "")
    assert codes(found) == [("dropped_ban", "wider")]


def test_other_words_alone_touch_no_consent():
    found = changed("Chúng tôi bán hàng.", "Chúng tôi bán và giao hàng.")
    assert codes(found) == [("text_changed", "text")]
    assert (found.ask_again, found.notify) == (frozenset(), True)


def test_another_controller_is_told():
    assert codes(changed("1 Lê Lợi", "2 Lê Lợi")) == [("identity", "text")]
