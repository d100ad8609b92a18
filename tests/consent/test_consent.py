"""Consent: three values, per purpose and channel, append-only, each with who, when, how and the exact words."""

import hashlib

import pytest

from camket.base.actor import Actor
from camket.consent.actions import record, restrain, withdraw
from camket.consent.errors import ConsentError, OnePurposeError
from camket.consent.models import ConsentEvent, ConsentText
from camket.consent.queries import Answer, events, in_force, receipt, restrained, settle, state
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.subjects.errors import UnknownSubjectError
from tests import kept
from tests.bodies import body_of as entry_body
from tests.cast import KHOI, MINH


@pytest.fixture
def minh(world, now):
    return kept.keep(world, "comet", MINH, now)


def _customer(subject_id):
    return Actor(kind="customer", id=str(subject_id))


def _record(world, subject_id, now, **given):
    asked = {
        "purpose": "marketing",
        "value": "given",
        "how": "portal",
        "text": kept.SHOWN,
        "language": "vi",
        "policy_version": 1,
        "actor": _customer(subject_id),
    }
    return record(shop_id=world.shops["comet"], subject_id=subject_id, now=now, **{**asked, **given})


def _state(world, subject_id, **asked):
    return state(shop_id=world.shops["comet"], subject_id=subject_id, **{"purpose": "marketing", **asked})


def test_three_values(world, now, minh):
    assert _state(world, minh) == "never_asked"
    _record(world, minh, now)
    assert _state(world, minh) == "given"
    withdraw(
        shop_id=world.shops["comet"], subject_id=minh, purpose="marketing", how="portal", actor=_customer(minh), now=now
    )
    assert _state(world, minh) == "refused"
    assert [row.value for row in events(shop_id=world.shops["comet"], subject_id=minh)][-2:] == ["given", "refused"]


def test_each_purpose_and_channel_stands_alone(world, now, minh):
    _record(world, minh, now, channel="email")
    _record(world, minh, now, channel="sms", value="refused")
    assert _state(world, minh, channel="email") == "given"
    assert _state(world, minh, channel="sms") == "refused"
    assert _state(world, minh, channel="phone") == "never_asked"
    assert _state(world, minh, purpose="market_research") == "never_asked"


def test_an_answer_for_all_channels_settles_those_before_it(world, now, minh):
    _record(world, minh, now, channel="email")
    _record(world, minh, now, value="refused")
    assert (_state(world, minh, channel="email"), _state(world, minh)) == ("refused", "refused")


def test_a_sensitive_category_has_a_consent_of_its_own(world, now, minh):
    _record(world, minh, now, purpose="after_sales", category="health")
    assert _state(world, minh, purpose="after_sales") == "never_asked"
    assert _state(world, minh, purpose="after_sales", category="health") == "given"


@pytest.mark.parametrize("purposes", ["marketing,market_research", "marketing market_research", ["marketing"]])
def test_one_consent_per_purpose(world, now, minh, purposes):
    with pytest.raises(OnePurposeError) as refused:
        _record(world, minh, now, purpose=purposes)
    assert refused.value.clauses == ("PDPL-9.4a",)


def test_nobody_agreed_to_words_that_were_not_shown(world, now, minh):
    with pytest.raises(ConsentError) as refused:
        _record(world, minh, now, text="  ")
    assert refused.value.field == "text"


@pytest.mark.parametrize(
    ("field", "value"), [("purpose", "tiếp_thị"), ("how", "guessed"), ("channel", "pigeon"), ("category", "shoe_size")]
)
def test_unknown_words_are_refused_with_the_field(world, now, minh, field, value):
    with pytest.raises(ConsentError) as refused:
        _record(world, minh, now, **{field: value})
    assert refused.value.field == field


def test_only_the_customer_or_a_named_person_answers(world, now, minh):
    khoi = kept.keep(world, "comet", KHOI, now)
    for actor in (Actor.public(), _customer(khoi), Actor(kind="system", id="0199" + "0" * 28)):
        with pytest.raises(ConsentError):
            _record(world, minh, now, actor=actor)
    assert _record(world, minh, now, actor=world.lan("comet"), how="phone").who == f"staff:{world.lan('comet').id}"


def test_the_exact_words_are_kept_once_under_their_digest(world, now, minh):
    before = ConsentText.objects.count()
    for _ in range(2):
        _record(world, minh, now, text="Tôi đồng ý nhận tin khuyến mãi qua email.")
    row = ConsentText.objects.get(digest=hashlib.sha256("Tôi đồng ý nhận tin khuyến mãi qua email.".encode()).digest())
    assert (ConsentText.objects.count(), row.text) == (before + 1, "Tôi đồng ý nhận tin khuyến mãi qua email.")


def test_each_answer_is_one_entry_without_values(world, now, minh):
    _record(world, minh, now, channel="email")
    bodies = [entry_body(entry) for entry in Entry.objects.filter(subject_id=minh)]
    (body,) = [body for body in bodies if body.get("p") == "marketing"]
    assert (body["e"], body["d"]["value"], body["d"]["channel"]) == ("consent.recorded", "given", "email")
    assert verify_database(world.shops["comet"]) == []


def test_answers_of_one_moment_keep_their_order(world, now, minh):
    for value in ("given", "refused", "given", "refused"):
        _record(world, minh, now, value=value)
    assert _state(world, minh) == "refused"
    assert len({row.at for row in ConsentEvent.objects.filter(subject_id=minh, purpose="marketing")}) == 1


def test_a_receipt_tells_who_when_how_and_the_words(world, now, minh):
    row = _record(world, minh, now, channel="email")
    told = receipt(shop_id=world.shops["comet"], subject_id=minh, number=row.number)
    assert told["notice"]["text"] == kept.SHOWN
    assert told["notice"]["text_sha256"] == hashlib.sha256(kept.SHOWN.encode()).hexdigest()
    assert (told["purpose"], told["channel"], told["event_state"]) == ("marketing", "email", "dpv:ConsentGiven")
    assert (told["event_time"], told["entity"]) == ("2026-03-02T02:00:00+00:00", "customer")
    with pytest.raises(ConsentError):
        receipt(shop_id=world.shops["1stwatch"], subject_id=minh, number=row.number)


def test_a_restriction_for_all_purposes_and_an_objection_to_one(world, now, minh):
    shop_id, customer = world.shops["comet"], _customer(minh)
    told = {"shop_id": shop_id, "subject_id": minh, "how": "portal", "actor": customer, "now": now}
    restrain(**told, kind="restrict")
    restrain(**told, kind="object", purpose="marketing")
    assert restrained(shop_id=shop_id, subject_id=minh, purpose="marketing") == {"restrict", "object"}
    assert restrained(shop_id=shop_id, subject_id=minh, purpose="order") == {"restrict"}
    restrain(**told, kind="restrict", lifted=True)
    assert restrained(shop_id=shop_id, subject_id=minh, purpose="order") == frozenset()


def test_another_shops_customer_is_unknown(world, now, minh):
    with pytest.raises(UnknownSubjectError):
        record(
            shop_id=world.shops["khatra"],
            subject_id=minh,
            purpose="marketing",
            value="given",
            how="phone",
            text=kept.SHOWN,
            language="vi",
            policy_version=1,
            actor=world.lan("khatra"),
            now=now,
        )


def test_settling_is_a_pure_function_of_the_answers():
    answers = [Answer(1, "given", "email", "", double=True), Answer(2, "refused", "sms", "", double=False)]
    assert settle(answers) == ("given", True)
    assert settle(answers, "sms") == ("refused", False)
    assert settle([], "sms") == ("never_asked", False)
    assert in_force([(2, "restrict", "", True), (1, "restrict", "", False)]) == frozenset()
