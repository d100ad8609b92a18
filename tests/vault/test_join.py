"""Joining two records of one customer after a proposal was decided (invariant 13)."""

import pytest

from camket.base.actor import Actor
from camket.consent.actions import restrain, withdraw
from camket.consent.queries import restrained, state
from camket.ledger.actions import deed
from camket.ledger.queries import verify_database
from camket.shops.errors import NotAllowedError
from camket.subjects.actions import propose
from camket.subjects.errors import SubjectError
from camket.vault.actions import find, join, rescan, show
from tests import kept
from tests.cast import KHOI, MINH, Person

# Minh ordered again, with another email.
AGAIN = Person(MINH.name, MINH.phone, "minh.moi@example.com", MINH.address)


@pytest.fixture
def two(world, now):
    """The known Minh, the new record, and the proposal that they are one."""
    known = kept.keep(world, "comet", MINH, now, verified=("phone",))
    new = kept.keep(world, "comet", AGAIN, now)
    shop_id = world.shops["comet"]
    with deed(shop_id=shop_id, event="proposal.made", actor=Actor.public(), subject_id=new, now=now) as made:
        proposal = propose(shop_id=shop_id, subject_id=new, known_subject_id=known, kind="phone", now=now, within=made)
    return known, new, proposal


def _join(world, two, now, actor=None):
    _, new, proposal = two
    return join(
        shop_id=world.shops["comet"],
        subject_id=new,
        proposal_id=proposal,
        actor=actor or world.hanh("comet"),
        now=now,
    )


def test_nothing_is_joined_until_somebody_decides(world, now, two):
    known, _, _ = two
    kept.assign(world, "comet", known, now)
    assert [show(value) for value in kept.lan_looks(world, "comet", known, now, ("email",)).values] == [MINH.email]
    for actor in (Actor.public(), world.lan("comet"), Actor(kind="customer", id=str(two[1]))):
        with pytest.raises(NotAllowedError):
            _join(world, two, now, actor)


def test_joined_values_open_and_are_found_under_the_known_person(world, now, two):
    known, new, _ = two
    kept.assign(world, "comet", new, now, "order:77")
    assert _join(world, two, now) == known
    seen = kept.lan_looks(world, "comet", known, now, ("email",), work="order:77")
    assert {show(value) for value in seen.values} == {MINH.email, AGAIN.email}
    asked = {"shop_id": world.shops["comet"], "kind": "email", "purpose": "order", "work": None, "now": now}
    assert [one.subject_id for one in find(**asked, text=AGAIN.email, actor=world.lan("comet"))] == [known]
    assert rescan(subject_id=new) == []
    assert verify_database(world.shops["comet"]) == []


def test_the_known_customer_may_decide_themselves_and_only_once(world, now, two):
    customer = Actor(kind="customer", id=str(two[0]))
    assert _join(world, two, now, customer) == two[0]
    with pytest.raises(SubjectError):
        _join(world, two, now, customer)


def test_an_agreement_never_overrides_a_refusal_and_a_refusal_comes_along(world, now, two):
    known, new, _ = two
    shop_id = world.shops["comet"]
    kept.agree(world, "comet", known, "after_sales", now)
    told = {"shop_id": shop_id, "subject_id": new, "how": "portal", "actor": world.lan("comet"), "now": now}
    withdraw(**told, purpose="after_sales")
    restrain(**told, kind="object", purpose="marketing")
    withdraw(**{**told, "subject_id": known}, purpose="answer_enquiry")
    kept.agree(world, "comet", new, "answer_enquiry", now)
    kept.agree(world, "comet", new, "complaint", now)
    _join(world, two, now)
    answers = {
        purpose: state(shop_id=shop_id, subject_id=known, purpose=purpose)
        for purpose in ("after_sales", "answer_enquiry", "complaint")
    }
    assert answers == {"after_sales": "refused", "answer_enquiry": "refused", "complaint": "given"}
    assert restrained(shop_id=shop_id, subject_id=known, purpose="marketing") == {"object"}


def test_the_other_customers_record_is_untouched(world, now, two):
    khoi = kept.keep(world, "comet", KHOI, now)
    kept.assign(world, "comet", khoi, now)
    _join(world, two, now)
    assert [show(value) for value in kept.lan_looks(world, "comet", khoi, now).values] == ["+84901112223"]
