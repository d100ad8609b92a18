"""Subjects, blind look-ups and one-time codes, without the vault."""

import pytest

from camket.base.actor import Actor
from camket.ledger.actions import deed
from camket.store.secrets import secret
from camket.subjects import blind, codes
from camket.subjects.actions import Index, add_index, create, decline, propose
from camket.subjects.errors import SubjectError, TakenError, TooManyCodesError, UnknownSubjectError
from camket.subjects.models import ContactCode, Identifier, Proposal
from camket.subjects.queries import by_identifier, open_proposals, subject, tombstone_digest
from camket.vault.actions import request_code
from tests import kept
from tests.cast import KHOI, MINH, THAO

PHONE = "+84912345678"


def _new(world, now, slug="comet"):
    return create(shop_id=world.shops[slug], origin="purchase", actor=Actor.public(), now=now)


def _index(world, subject_id, now, *, verified=False, slug="comet", number=1):
    shop_id = world.shops[slug]
    with deed(shop_id=shop_id, event="item.put", actor=Actor.public(), subject_id=subject_id, now=now) as made:
        entry = Index(subject_id, "phone", blind.identifier(shop_id, "phone", PHONE), (), verified)
        add_index(shop_id=shop_id, subject_id=subject_id, entries=[entry], within=made)


def test_a_subject_is_known_to_its_shop_only(world, now):
    minh = _new(world, now)
    assert subject(shop_id=world.shops["comet"], subject_id=minh).origin == "purchase"
    with pytest.raises(UnknownSubjectError):
        subject(shop_id=world.shops["khatra"], subject_id=minh)


def test_unverified_contacts_may_repeat_and_a_verified_one_may_not(world, now):
    """INVARIANT 13."""
    one, two, three = (_new(world, now) for _ in range(3))
    _index(world, one, now)
    _index(world, two, now, verified=True)
    with pytest.raises(TakenError):
        _index(world, three, now, verified=True)


def test_two_shops_may_verify_the_same_phone_and_never_see_each_other(world, now):
    _index(world, _new(world, now), now, verified=True)
    _index(world, _new(world, now, "khatra"), now, verified=True, slug="khatra")
    assert Identifier.objects.filter(verified=True).count() == 2
    found = [by_identifier(shop_id=world.shops[slug], kind="phone", normalised=PHONE) for slug in ("comet", "khatra")]
    assert [len(one) for one in found] == [1, 1]


def test_equal_values_of_two_fields_have_different_digests(world):
    shop_id = world.shops["comet"]
    digests = {blind.identifier(shop_id, kind, PHONE) for kind in ("phone", "receiver_phone", "email")}
    assert len(digests) == 3
    assert tombstone_digest(shop_id, blind.identifier(shop_id, "phone", PHONE)) not in digests


def test_the_look_up_key_is_the_shops_own_and_not_in_the_database(world):
    keys = {secret(shop_id, "index") for shop_id in world.shops.values()}
    assert len(keys) == 5


def test_a_proposal_waits_for_a_decision(world, now):
    known, new = _new(world, now), _new(world, now)
    shop_id = world.shops["comet"]
    with deed(shop_id=shop_id, event="proposal.made", actor=Actor.public(), subject_id=new, now=now) as made:
        waiting = propose(shop_id=shop_id, subject_id=new, known_subject_id=known, kind="phone", now=now, within=made)
    assert [row.known_subject_id for row in open_proposals(shop_id=shop_id)] == [known]
    decline(shop_id=shop_id, subject_id=new, proposal_id=waiting, actor=world.lan("comet"), now=now)
    assert open_proposals(shop_id=shop_id) == []
    assert Proposal.objects.get().decided_by == world.lan("comet").id
    with pytest.raises(SubjectError):
        decline(shop_id=shop_id, subject_id=new, proposal_id=waiting, actor=world.lan("comet"), now=now)


# --- one-time codes


def _ask(world, now, text, kind="phone"):
    return request_code(shop_id=world.shops["comet"], kind=kind, text=text, actor=Actor.public(), now=now)


def test_known_and_unknown_contacts_get_the_same_answer_and_the_same_row(world, now):
    """No enumeration: what is returned, written and limited is the same."""
    from camket.outbox.models import Outbox

    kept.keep(world, "comet", MINH, now)
    answers = [_ask(world, now, person.phone) for person in (MINH, KHOI)]
    assert answers == [None, None]
    assert ContactCode.objects.count() == 2
    assert Outbox.objects.count() == 1
    for person in (MINH, KHOI):
        for _ in range(codes.MOST_IN_WINDOW - 1):
            _ask(world, now, person.phone)
        with pytest.raises(TooManyCodesError) as refused:
            _ask(world, now, person.phone)
        assert refused.value.retry_after == 3600


def test_an_hour_later_codes_may_be_asked_again_and_old_ones_are_gone(world, clock):
    for _ in range(codes.MOST_IN_WINDOW):
        _ask(world, clock.now, THAO.email, "email")
    # Codes asked for in one millisecond are told apart by the next ones.
    _ask(world, clock.forward(hours=1, seconds=1), THAO.email, "email")
    assert ContactCode.objects.count() == 1


def test_a_code_is_kept_as_a_keyed_digest(world, now):
    shop_id = world.shops["comet"]
    digest = blind.identifier(shop_id, "phone", PHONE)
    with deed(shop_id=shop_id, event="code.issued", actor=Actor.public(), now=now) as made:
        code = codes.make(shop_id=shop_id, digest=digest, subject_id=None, item_id=None, now=now, within=made)
    row = ContactCode.objects.get()
    assert len(code) == 6
    assert code.isdecimal()
    assert code.encode() not in row.code_digest
    assert len(row.code_digest) == 32
    with deed(shop_id=shop_id, event="code.tried", actor=Actor.public(), now=now) as made:
        assert codes.spend(shop_id=shop_id, digests=[digest], code=f" {code} ", now=now, within=made) is not None
    with deed(shop_id=shop_id, event="code.tried", actor=Actor.public(), now=now) as made:
        assert codes.spend(shop_id=shop_id, digests=[digest], code=code, now=now, within=made) is None


def test_only_the_newest_code_lives(world, now, clock):
    shop_id = world.shops["comet"]
    digest = blind.identifier(shop_id, "phone", PHONE)
    made_codes = []
    for moment in (now, clock.forward(seconds=5)):
        with deed(shop_id=shop_id, event="code.issued", actor=Actor.public(), now=moment) as made:
            made_codes.append(
                codes.make(shop_id=shop_id, digest=digest, subject_id=None, item_id=None, now=moment, within=made)
            )
    if made_codes[0] != made_codes[1]:
        with deed(shop_id=shop_id, event="code.tried", actor=Actor.public(), now=clock.now) as made:
            assert (
                codes.spend(shop_id=shop_id, digests=[digest], code=made_codes[0], now=clock.now, within=made) is None
            )
    assert ContactCode.objects.count() == 2
