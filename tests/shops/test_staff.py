"""Staff, roles, undertakings, work, agreements and API keys."""

import hashlib
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from camket.base.actor import Actor
from camket.ledger.queries import verify_database
from camket.shops import queries, undertaking
from camket.shops.actions import (
    add_agreement,
    add_staff,
    assign_work,
    end_agreement,
    end_work,
    grant_role,
    issue_api_key,
    remove_staff,
    revoke_api_key,
    revoke_role,
    sign_undertaking,
)
from camket.shops.errors import NotAllowedError, ShopError, UnknownError, UnknownShopError, UnknownWordError
from camket.shops.models import ApiKey, Assignment, StaffRole, Undertaking
from camket.subjects.actions import create
from tests.cast import LAN

OWNER = Actor(kind="owner")


@pytest.fixture
def comet(world):
    return world.shops["comet"]


@pytest.fixture
def lan(world):
    return world.staff["comet", LAN]


def test_a_new_person_may_do_nothing(comet, now):
    person = add_staff(shop_id=comet, name="  Đỗ Văn Nam ", actor=OWNER, now=now)
    (listed,) = [one for one in queries.staff_list(shop_id=comet) if one.staff_id == person.id]
    assert (listed.name, listed.roles, listed.undertaking) == ("Đỗ Văn Nam", (), 0)


def test_roles_come_and_go_and_the_ledger_agrees(comet, lan, now):
    for _ in range(2):
        grant_role(shop_id=comet, staff_id=lan, role="sales", actor=OWNER, now=now)
    assert StaffRole.objects.filter(staff_id=lan).count() == 2
    for _ in range(2):
        revoke_role(shop_id=comet, staff_id=lan, role="sales", actor=OWNER, now=now)
    assert [row.role for row in StaffRole.objects.filter(staff_id=lan)] == ["customer_service"]
    assert verify_database(comet) == []


@pytest.mark.parametrize("role", ["customer", "system", "king"])
def test_what_is_no_role_of_staff_is_refused(comet, lan, now, role):
    with pytest.raises(ShopError) as refused:
        grant_role(shop_id=comet, staff_id=lan, role=role, actor=OWNER, now=now)
    assert refused.value.field == "role"


def test_an_undertaking_is_dated_versioned_and_signed_once(comet, lan, now, clock):
    first = Undertaking.objects.get(staff_id=lan)
    assert (first.version, first.text_digest) == (undertaking.VERSION, undertaking.digest())
    again = sign_undertaking(shop_id=comet, staff_id=lan, actor=OWNER, now=clock.forward(days=9))
    assert again.signed_at == first.signed_at


def test_managing_needs_a_director_of_this_shop(world, comet, lan, now):
    for actor in (world.lan("comet"), world.hanh("khatra"), Actor.public(), Actor.worker()):
        with pytest.raises(NotAllowedError):
            add_staff(shop_id=comet, name="Ai đó", actor=actor, now=now)
        with pytest.raises(NotAllowedError):
            grant_role(shop_id=comet, staff_id=lan, role="director", actor=actor, now=now)
    assert add_staff(shop_id=comet, name="Ai đó", actor=world.hanh("comet"), now=now)


def test_who_left_is_unknown(comet, lan, now):
    remove_staff(shop_id=comet, staff_id=lan, actor=OWNER, now=now)
    with pytest.raises(UnknownError):
        queries.staff(shop_id=comet, staff_id=lan)
    with pytest.raises(UnknownError):
        grant_role(shop_id=comet, staff_id=lan, role="sales", actor=OWNER, now=now)


def _work(world, comet, lan, now, **given):
    subject_id = create(shop_id=comet, origin="purchase", actor=OWNER, now=now)
    asked = {"work": "order:1042", "actor": world.hanh("comet")}
    return assign_work(shop_id=comet, subject_id=subject_id, staff_id=lan, now=now, **{**asked, **given})


def test_work_is_assigned_and_ended(world, comet, lan, now, clock):
    row = _work(world, comet, lan, now)
    end_work(
        shop_id=comet,
        subject_id=row.subject_id,
        assignment_id=row.id,
        actor=world.lan("comet"),
        now=clock.forward(hours=1),
    )
    assert Assignment.objects.get(id=row.id).until == row.since + 3_600_000


def test_nobody_gives_work_to_themselves(world, comet, lan, now):
    with pytest.raises(NotAllowedError):
        _work(world, comet, lan, now, actor=world.lan("comet"))


@pytest.mark.parametrize("work", ["0912345678", "order", "order:Nguyễn Văn Minh", "order:minh@example.com", "ORDER:1"])
def test_a_piece_of_work_is_a_reference_and_no_personal_data(world, comet, lan, now, work):
    with pytest.raises(ShopError) as refused:
        _work(world, comet, lan, now, work=work)
    assert refused.value.field == "work"
    assert "Minh" not in str(refused.value)
    assert "0912345678" not in str(refused.value)


def test_cover_names_the_absent_colleague(world, comet, lan, now, clock):
    absent = uuid4()
    row = _work(world, comet, lan, now, reason="cover", cover_for=absent, until=clock.forward(days=5))
    assert (row.reason, row.cover_for, row.until - row.since) == ("cover", absent, 5 * 86_400_000)
    with pytest.raises(UnknownError):
        _work(world, comet, lan, now, reason="curiosity")


def _agreement(comet, now, **given):
    asked = {
        "partner": "Giao Hàng Xanh",
        "recipient": "partner",
        "service": "lắp đặt tại nhà",
        "categories": ["name", "phone", "postal_address"],
        "purposes": ["delivery"],
        "since": now,
        "until": None,
    }
    return add_agreement(shop_id=comet, actor=OWNER, now=now, **{**asked, **given})


def test_an_agreement_opens_its_fields_purposes_and_period(comet, now, clock):
    row = _agreement(comet, now)

    def running(moment=now, **asked):
        wanted = {"recipient": "partner", "purpose": "delivery", "categories": ["name"]}
        return queries.agreement_in_force(shop_id=comet, now=moment, **{**wanted, **asked})

    assert running().id == row.id
    assert running(purpose="marketing") is None
    assert running(categories=["name", "email"]) is None
    assert running(recipient="carrier") is None
    assert running(partner="Ai khác") is None
    end_agreement(shop_id=comet, agreement_id=row.id, actor=OWNER, now=clock.forward(days=1))
    assert running() is None


def test_an_agreement_that_is_over_opens_nothing(comet, now, clock):
    _agreement(comet, now, until=clock.forward(days=30))
    asked = {"shop_id": comet, "recipient": "partner", "purpose": "delivery", "categories": ["name"]}
    assert queries.agreement_in_force(**asked, now=now) is not None
    assert queries.agreement_in_force(**asked, now=clock.now) is None


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("recipient", {"recipient": "friend"}),
        ("categories", {"categories": ["shoe"]}),
        ("purposes", {"purposes": ["fun"]}),
    ],
)
def test_unknown_words_of_an_agreement_are_refused(comet, now, field, given):
    with pytest.raises(ShopError) as refused:
        _agreement(comet, now, **given)
    assert refused.value.field == field


def test_an_unknown_word_names_the_near_ones(comet, now):
    person = add_staff(shop_id=comet, name="Vũ Thị Lan", actor=OWNER, now=now)
    with pytest.raises(UnknownWordError) as refused:
        grant_role(shop_id=comet, staff_id=person.id, role="customer-servce", actor=OWNER, now=now)
    assert (refused.value.code, refused.value.field) == ("word.unknown", "role")
    assert "`customer_service`" in refused.value.advice_vi
    with pytest.raises(UnknownWordError, match="`order`"):
        _issue(comet, now, purposes=["ordr"])
    with pytest.raises(ShopError, match="at least one purpose"):
        _issue(comet, now, purposes=[])


def test_an_unknown_shop_is_told_which_shops_there_are(comet):
    with pytest.raises(UnknownShopError) as near:
        queries.shop_by_slug(slug="comett")
    assert near.value.advice_en.startswith("choose one of: `comet`; ")
    with pytest.raises(UnknownShopError) as far:
        queries.shop_by_slug(slug="xyzzy")
    assert "`comet`" in far.value.advice_vi
    assert "(none yet)" in UnknownShopError("comet", []).advice_en


# --- API keys


def _issue(comet, now, **given):
    asked = {"role": "system", "purposes": ["order"], "system": "webshop", "actor": OWNER}
    return issue_api_key(shop_id=comet, now=now, **{**asked, **given})


def test_a_token_is_shown_once_and_kept_as_a_digest(comet, now):
    issued = _issue(comet, now)
    assert issued.token.startswith("comet_")
    assert issued.token not in repr(issued)
    row = ApiKey.objects.get(id=issued.key_id)
    assert row.digest[:16] == hashlib.sha256(issued.token.encode()).digest()[:16]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM camket_api_key")
        kept = repr(cursor.fetchall())
    assert issued.token.removeprefix("comet_") not in kept


def test_a_token_leads_to_its_holder(comet, lan, now):
    system = queries.key_holder(token=_issue(comet, now).token, now=now)
    assert (system.system, system.staff_id, system.actor().on_behalf) == ("webshop", None, None)
    assert system.actor(lan).on_behalf == str(lan)
    person = queries.key_holder(
        token=_issue(comet, now, system="", staff_id=lan, role="customer_service").token, now=now
    )
    assert person.actor().on_behalf == str(lan)
    assert person.actor(uuid4()).on_behalf == str(lan)


def test_unknown_ended_and_revoked_tokens_are_alike(comet, now, clock):
    revoked, ended = _issue(comet, now), _issue(comet, now, ends_at=clock.forward(days=1))
    for _ in range(2):
        revoke_api_key(shop_id=comet, key_id=revoked.key_id, actor=OWNER, now=now)
    said = set()
    for token in (revoked.token, ended.token, "comet_" + "x" * 43, ""):
        with pytest.raises(UnknownError) as refused:
            queries.key_holder(token=token, now=clock.now)
        said.add(str(refused.value))
    assert len(said) == 1
    assert verify_database(comet) == []


@pytest.mark.parametrize("holder", [{"system": ""}, {"system": "webshop", "staff_id": UUID(int=1)}])
def test_a_key_has_exactly_one_holder(comet, now, holder):
    with pytest.raises(ShopError) as refused:
        _issue(comet, now, **holder)
    assert refused.value.field == "system"


def test_the_database_holds_a_key_to_one_holder_too(comet, lan, now):
    key_id = _issue(comet, now).key_id
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(id=key_id).update(staff_id=lan)


@pytest.mark.parametrize("given", [{"role": "king"}, {"purposes": []}, {"purposes": ["fun"]}])
def test_a_key_has_a_role_and_purposes_of_the_list(comet, now, given):
    with pytest.raises(ShopError):
        _issue(comet, now, **given)


def test_a_persons_key_needs_a_person_of_this_shop(world, comet, now):
    with pytest.raises(UnknownError):
        _issue(comet, now, system="", staff_id=world.staff["khatra", LAN])
