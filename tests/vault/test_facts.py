"""Facts that stand in values, settings and agreements, and the retention classes that items fall into."""

from datetime import timedelta

import pytest

from camket.base.actor import Actor
from camket.base.clock import from_ms
from camket.law import floor
from camket.policy import compile_rulebook, load_text
from camket.shops import queries as shops
from camket.shops.actions import add_agreement, set_setting
from camket.subjects.actions import create
from camket.vault.actions import Value, Wish, ask, attempt, look, masked, put, show
from camket.vault.classes import retention
from camket.vault.errors import RefusedError
from camket.vault.facts import PROVABLE, Facts, all_facts
from camket.vault.models import Item
from tests import kept
from tests.cast import MINH

OWNER = Actor(kind="owner")


def test_nothing_is_established_by_default():
    """What nobody looked up is missing; only what stands in the values themselves is taken away later."""
    bare = Facts().established(
        actor=Actor(kind="staff", id="x"), purpose="order", work=None, channel=None, category="phone", proven=()
    )
    assert bare == {
        "circulating",
        "not_objected",
        "not_restricted",
        "own_server",
        "representative",
        "third_party_consent",
    }


def test_a_caller_proves_nothing_that_the_gate_looks_up_itself():
    looked_up = {
        "agreement",
        "assignment",
        "circulating",
        "consent",
        "double_opt_in",
        "not_objected",
        "not_restricted",
        "own_server",
        "representative",
        "sensitive_consent",
        "third_party_consent",
        "undertaking",
        "verified_contact",
    }
    assert set(PROVABLE) | looked_up == set(all_facts())
    assert not set(PROVABLE) & looked_up
    met = Facts().established(
        actor=Actor(kind="staff", id="x"), purpose=None, work=None, channel=None, category=None, proven=all_facts()
    )
    assert not met & {"assignment", "consent", "undertaking", "agreement"}


def test_what_has_left_circulation_is_kept_and_no_longer_opened(world, now):
    """shop-003-16: a circulation period per category, after which it is stored but not used."""
    subject_id = kept.keep(world, "shop-003", MINH, now)
    until = Item.objects.get(subject_id=subject_id, category="phone").circulates_until
    asked = {"purpose": "answer_enquiry", "work": "enquiry:7"}
    assert kept.lan_looks(world, "shop-003", subject_id, from_ms(until - 1), **asked).values
    with pytest.raises(RefusedError) as refused:
        kept.lan_looks(world, "shop-003", subject_id, from_ms(until), **asked)
    assert refused.value.lacking == ("circulating",)
    assert Item.objects.filter(subject_id=subject_id, category="phone").exists()


def test_a_fresh_value_opens_beside_an_old_one_that_stays_closed(world, now):
    subject_id = kept.keep(world, "shop-003", MINH, now)
    later = from_ms(Item.objects.get(subject_id=subject_id, category="phone").circulates_until) + timedelta(days=1)
    put(
        shop_id=world.shops["shop-003"],
        subject_id=subject_id,
        values=[Value("phone", "0987654321", ("answer_enquiry",))],
        source="feedback",
        actor=world.hanh("shop-003"),
        now=later,
    )
    seen = kept.lan_looks(world, "shop-003", subject_id, later, purpose="answer_enquiry", work="enquiry:7")
    assert ([show(value) for value in seen.values], seen.withheld) == (["+84987654321"], 1)


def test_data_about_a_third_person_needs_its_statement(world, now):
    """shop-003-11."""
    shop_id = world.shops["shop-003"]
    subject_id = create(shop_id=shop_id, origin="feedback", actor=Actor.public(), now=now)

    def give(stated):
        return put(
            shop_id=shop_id,
            subject_id=subject_id,
            values=[Value("phone", MINH.phone, ("answer_enquiry",), third_party=True, stated=stated)],
            source="feedback",
            actor=Actor.public(),
            now=now,
        )

    with pytest.raises(RefusedError) as refused:
        give(stated=False)
    assert refused.value.lacking == ("third_party_consent",)
    assert len(give(stated=True)) == 1


def test_another_host_is_not_the_shops_own_server(world, now):
    """comet-6: the worker reads on COMET's own server only."""
    subject_id, shop_id = kept.keep(world, "comet", MINH, now), world.shops["comet"]
    wish = Wish(action="read", purpose="order", categories=("phone",))
    asked = {"shop_id": shop_id, "actor": Actor.worker(), "subject_id": subject_id, "wish": wish, "now": now}
    assert [answer.verdict.value for answer in ask(**asked).values()] == ["allow"]
    set_setting(shop_id=shop_id, name="own_server", value="no", actor=OWNER, now=now)
    (answer,) = ask(**asked).values()
    assert (answer.verdict.value, answer.lacking) == ("deny", ("own_server",))


def test_a_masked_look_has_nothing_behind_the_mask(world, now):
    """comet opens phones to marketing under the duty to mask, with consent."""
    from camket.shops.actions import add_staff, grant_role, sign_undertaking

    subject_id, shop_id = kept.keep(world, "comet", MINH, now), world.shops["comet"]
    kept.agree(world, "comet", subject_id, "marketing", now)
    person = add_staff(shop_id=shop_id, name="Đỗ Văn Nam", actor=OWNER, now=now)
    grant_role(shop_id=shop_id, staff_id=person.id, role="marketing", actor=OWNER, now=now)
    sign_undertaking(shop_id=shop_id, staff_id=person.id, actor=OWNER, now=now)
    (seen,) = look(
        shop_id=shop_id,
        subject_id=subject_id,
        categories=["phone"],
        purpose="marketing",
        work=None,
        actor=Actor(kind="staff", id=str(person.id)),
        now=now,
    ).values
    assert (show(seen), masked(seen), seen.only_masked) == ("•••678", "•••678", True)


def test_nothing_goes_to_a_partner_outside_an_agreement_in_force(world, now, clock):
    """khatra-7."""
    shop_id = world.shops["khatra"]
    wish = Wish(
        action="disclose", purpose="delivery", categories=("name", "phone"), recipient="partner", partner="Giao Xanh"
    )
    asked = {"shop_id": shop_id, "actor": Actor.worker(), "wish": wish}
    with pytest.raises(RefusedError) as refused:
        attempt(**asked, now=now)
    assert "agreement" in refused.value.lacking
    add_agreement(
        shop_id=shop_id,
        partner="Giao Xanh",
        recipient="partner",
        service="giao hàng",
        categories=["name", "phone", "postal_address"],
        purposes=["delivery"],
        since=now,
        until=clock.forward(days=30),
        actor=OWNER,
        now=now,
    )
    subject_id = kept.keep(world, "khatra", MINH, now)
    held = ask(shop_id=shop_id, actor=Actor.worker(), subject_id=subject_id, wish=wish, now=now)
    ended = ask(shop_id=shop_id, actor=Actor.worker(), subject_id=subject_id, wish=wish, now=clock.now)
    assert all("agreement" not in answer.lacking for answer in held.values())
    assert all("agreement" in answer.lacking for answer in ended.values())


# --- retention classes


def _class(slug, category, now, **anchors):
    return retention(
        rulebook=shops.rulebook(_class.world.shops[slug]), category=category, collected=now, anchors=anchors
    )


@pytest.fixture
def classes(world):
    _class.world = world
    return _class


def test_a_known_anchor_gives_a_date_and_an_unknown_one_is_named(classes, now):
    known = classes("comet", "review", now)
    assert (known.name.split(":")[-1], from_ms(known.expires_at)) == ("collected", now.replace(year=2028))
    assert classes("comet", "phone", now).expires_at is None
    assert classes("comet", "phone", now).name.endswith(":last_contact")
    assert from_ms(classes("comet", "phone", now, last_contact=now).expires_at) == now.replace(year=2029)


def test_an_overruled_sentence_keeps_nothing_for_ever(classes, now):
    """1stwatch-6 and shop-003-6 say "for ever"; the completion's period runs from day one."""
    for slug in ("1stwatch", "shop-003"):
        assert "forever" not in classes(slug, "phone", now).name
        assert classes(slug, "phone", now, last_contact=now, order_completed=now).expires_at is not None


def test_of_several_finite_rules_the_shortest_runs(now):
    text = """
camket: 1
shop: kho
title: {text: Chính sách}
law: [vn]
clauses:
  - {id: "1", text: Giữ ba năm., promises: [{keep: {for: P36M, after: collected}}]}
  - {id: "2", text: Số điện thoại giữ một năm., promises: [{keep: {categories: phone, for: P12M, after: collected}}]}
"""
    policy = load_text(text)
    book = compile_rulebook(policy, floor(policy.law))
    found = {
        category: retention(rulebook=book, category=category, collected=now, anchors={}).name
        for category in ("phone", "email")
    }
    assert found == {"phone": "2:collected", "email": "1:collected"}
