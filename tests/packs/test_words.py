"""The word packs: complete, in both languages, with facets that mean something."""

import re

import pytest

from camket.base.text import key
from camket.base.values import MASKS, NORMALISERS, VALIDATORS
from camket.intake.headers import PARTS
from camket.policy import words
from camket.policy.words import FAMILIES

LAST = {
    "roles": "director operations customer_service sales delivery accountant marketing moderator information "
    "data_department customer system",
    "actions": "collect read edit manage disclose contact export publish store sell buy rent exchange share access "
    "copy correct erase restrict object withdraw complain close_account stop_advertising",
    "purposes": "order delivery payment invoice after_sales customer_care answer_enquiry notify warranty complaint "
    "dispute market_research demographics advertising marketing product_information statistics account "
    "moderation security legal_request legal_defence rights_fulfilment",
    "sources": "purchase product_review newsletter contact_mail feedback wholesale_enquiry resale_enquiry "
    "order_email order_phone account_registration chat_paste contact_form product_enquiry "
    "transaction_contact marketplace visit device bought_list enrichment legacy request warranty_claim "
    "complaint_desk login carrier payment_provider staff",
    "duties": "log mask notify_director notify_customer",
}


@pytest.mark.parametrize("family", sorted(LAST))
def test_ids_are_forever(family: str) -> None:
    assert set(words().family(family)) == set(LAST[family].split())


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_word_speaks_both_languages_and_names_its_dpv_term(family: str) -> None:
    for word in words().family(family).values():
        assert word.vi.strip(), word.id
        assert word.en.strip(), word.id
        assert re.fullmatch(r"-|(?:dpv|pd):[A-Z][A-Za-z]+", word.dpv), word.id
        assert re.fullmatch(r"[a-z]+(?:_[a-z]+)*", word.id)


def test_every_category_names_functions_that_exist() -> None:
    for category in words().categories.values():
        assert category.normalise in NORMALISERS, category.id
        assert category.validate in VALIDATORS, category.id
        assert category.mask in MASKS, category.id
        assert category.retention_group in {"contact", "order", "account", "message", "trace"}, category.id
        assert category.law, category.id


def test_what_may_never_be_stored_has_no_way_in() -> None:
    forbidden = {one.id for one in words().categories.values() if one.sensitivity == "forbidden"}
    assert forbidden == {"card_number", "bank_login", "password"}
    assert {words().categories[name].validate for name in forbidden} == {"never"}


def test_sensitive_categories_are_those_of_the_decree() -> None:
    sensitive = {one.id for one in words().categories.values() if one.sensitivity == "sensitive"}
    assert sensitive == {"location", "behaviour", "id_card_image", "health"}
    assert {words().categories[name].law for name in sensitive} == {"D356-4.1"}


def test_a_header_means_one_category_only() -> None:
    owners: dict[str, set[str]] = {}
    for category in words().categories.values():
        for alias in category.aliases:
            owners.setdefault(key(alias), set()).add(category.id)
    # `full_address` is the buyer's in one system and the receiver's in another: the mapping shows which was taken.
    assert {alias for alias, names in owners.items() if len(names) > 1} == {"fulladdress"}


def test_parts_of_headers_belong_to_known_words() -> None:
    bases = {target.partition(".")[0] for target in PARTS}
    assert bases - set(words().categories) == {"order", "line", "consent", "refusal", "third_party"} - {"order"}


def test_facets_name_words_that_exist() -> None:
    known = words()
    for channel in known.channels.values():
        assert set(channel.travels_by) <= set(known.channels), channel.id
        assert bool(channel.travels_by) == (channel.kind == "form"), channel.id
    for purpose in known.purposes.values():
        assert set(purpose.needs) <= set(known.facts), purpose.id
        assert not purpose.promotional or purpose.needs == ("consent",), purpose.id
    for recipient in known.recipients.values():
        assert set(recipient.least) <= set(known.categories), recipient.id
    assert set(known.rights) == {one.id for one in known.actions.values() if one.kind == "right"}


def test_what_may_be_indexed() -> None:
    indexed = {one.id: one.index for one in words().categories.values() if one.index}
    assert indexed == {
        "name": "name",
        "phone": "exact",
        "email": "exact",
        "user_name": "exact",
        "customer_code": "exact",
        "order_number": "exact",
        "receiver_phone": "exact",
    }
