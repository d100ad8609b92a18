"""The gate: no opening without a permit, no permit without its entry, an error denies (invariants 2 and 14)."""

import copy
import pickle
from uuid import uuid4

import pytest

from camket.base.actor import Actor
from camket.base.plain import Token
from camket.ledger.models import Entry
from camket.shops import queries as shops
from camket.shops.actions import issue_api_key
from camket.shops.models import Assignment
from camket.vault import opening
from camket.vault.actions import Wish, ask, attempt, break_glass, granted, look
from camket.vault.errors import RefusedError, VaultError
from camket.vault.permits import Bound, Permit
from tests import kept
from tests.bodies import body_of as entry_body
from tests.cast import HANH, KHOI, LAN, MINH

READ = Wish(action="read", purpose="order", categories=("phone",), work=kept.WORK)


@pytest.fixture
def minh(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    return subject_id


def _rows(world, subject_id, now):
    return opening.read(shop_id=world.shops["comet"], subject_id=subject_id, categories=("phone",), now_ms=0)


def _granted(world, subject_id, now):
    return granted(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        wish=READ,
        event="item.looked",
        actor=world.lan("comet"),
        now=now,
    )


def test_a_permit_is_made_by_the_gate_alone(world, now, minh):
    bound = Bound(world.shops["comet"], minh, world.lan("comet"), "order", None, "read", frozenset({"phone"}), uuid4())
    with pytest.raises(PermissionError):
        Permit(bound, token=Token())


def test_a_permit_is_spent_by_one_use(world, now, minh):
    with _granted(world, minh, now) as grant:
        rows = _rows(world, minh, now)
        assert len(opening.open_rows(grant.permit, rows, masked=frozenset())) == 1
        with pytest.raises(PermissionError):
            opening.open_rows(grant.permit, rows, masked=frozenset())


def test_a_permit_opens_nobody_elses_rows_and_no_other_category(world, now, minh):
    khoi = kept.keep(world, "comet", KHOI, now)
    with _granted(world, minh, now) as grant, pytest.raises(PermissionError):
        opening.open_rows(grant.permit, _rows(world, khoi, now), masked=frozenset())
    names = opening.read(shop_id=world.shops["comet"], subject_id=minh, categories=("name",), now_ms=0)
    with _granted(world, minh, now) as grant, pytest.raises(PermissionError):
        opening.open_rows(grant.permit, names, masked=frozenset())


@pytest.mark.parametrize("taken", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_permit_cannot_be_taken_along(world, now, minh, taken):
    with _granted(world, minh, now) as grant, pytest.raises(TypeError):
        taken(grant.permit)


def test_a_permit_names_the_entry_that_is_committed_with_it(world, now, minh):
    with _granted(world, minh, now) as grant:
        entry_id = grant.permit.bound.entry_id
        assert not Entry.objects.filter(id=entry_id).exists()
    assert entry_body(Entry.objects.get(id=entry_id))["e"] == "item.looked"


def test_a_deed_that_fails_leaves_no_entry_and_gives_no_value(world, now, minh):
    before = Entry.objects.count()
    with pytest.raises(RuntimeError), _granted(world, minh, now):
        raise RuntimeError
    assert Entry.objects.count() == before


def test_an_error_while_deciding_denies_and_is_ledgered(world, now, minh):
    def broken():
        raise ZeroDivisionError

    with (
        pytest.raises(RefusedError) as refused,
        granted(
            shop_id=world.shops["comet"],
            subject_id=minh,
            wish=READ,
            event="item.looked",
            actor=world.lan("comet"),
            now=now,
            absent=broken,
        ),
    ):
        raise AssertionError("the block must not run")
    assert refused.value.clauses == ("error",)
    assert entry_body(Entry.objects.get(id=refused.value.entry_id))["d"]["citations"] == ["error"]


def test_asking_opens_and_records_nothing(world, now, minh):
    before = Entry.objects.count()
    answers = ask(shop_id=world.shops["comet"], actor=world.lan("comet"), subject_id=minh, wish=READ, now=now)
    assert [answer.verdict.value for answer in answers.values()] == ["allow"]
    assert Entry.objects.count() == before


def test_a_refusal_tells_the_clause_and_no_value(world, now, minh):
    with pytest.raises(RefusedError) as refused:
        attempt(
            shop_id=world.shops["shop-001"],
            actor=world.hanh("shop-001"),
            wish=Wish(action="sell", categories=("phone",)),
            now=now,
        )
    assert refused.value.clauses
    said = f"{refused.value} {refused.value.vi} {refused.value.en}"
    assert [canary for canary in MINH.canaries if canary in said] == []


# --- keys of persons and systems


def _key(world, now, **holder):
    issued = issue_api_key(
        shop_id=world.shops["comet"],
        role=holder.pop("role", "customer_service"),
        purposes=holder.pop("purposes", ["order"]),
        actor=world.hanh("comet"),
        now=now,
        **holder,
    )
    return shops.key_holder(token=issued.token, now=now)


def _look(world, subject_id, now, actor, purpose="order"):
    return look(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        categories=["phone"],
        purpose=purpose,
        work=kept.WORK,
        actor=actor,
        now=now,
    )


def test_a_systems_look_names_the_signed_in_person(world, now, minh):
    holder = _key(world, now, system="desk", role="system")
    with pytest.raises(RefusedError) as refused:
        _look(world, minh, now, holder.actor())
    assert refused.value.lacking == ("person",)
    lan = world.staff["comet", LAN]
    entry_id = _look(world, minh, now, holder.actor(lan)).entry_id
    assert entry_body(Entry.objects.get(id=entry_id))["a"] == ["system", holder.key_id.bytes, lan.bytes]


def test_a_key_is_for_its_purposes_only(world, now, minh):
    holder = _key(world, now, staff_id=world.staff["comet", LAN])
    assert _look(world, minh, now, holder.actor()).values
    with pytest.raises(RefusedError) as refused:
        _look(world, minh, now, holder.actor(), purpose="delivery")
    assert refused.value.lacking == ("key",)


def test_a_persons_key_never_has_a_role_that_the_person_has_not(world, now, minh):
    holder = _key(world, now, staff_id=world.staff["comet", LAN], role="director")
    with pytest.raises(RefusedError) as refused:
        _look(world, minh, now, holder.actor())
    assert refused.value.lacking == ("role",)


def test_an_unknown_key_id_opens_nothing(world, now, minh):
    forged = Actor(kind="system", id=str(uuid4()), on_behalf=str(world.staff["comet", LAN]))
    with pytest.raises(RefusedError) as refused:
        _look(world, minh, now, forged)
    assert refused.value.lacking == ("key",)


# --- break-glass


def test_break_glass_replaces_a_missing_assignment_for_a_while(world, now, clock):
    from camket.outbox.models import Outbox
    from camket.shops.models import Staff

    subject_id = kept.keep(world, "comet", KHOI, now)
    Staff.objects.filter(id=world.staff["comet", HANH]).update(email="hanh@comet.example")
    with pytest.raises(RefusedError):
        kept.lan_looks(world, "comet", subject_id, now)
    broken = break_glass(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        work=kept.WORK,
        explanation="Khách gọi gấp, đồng nghiệp nghỉ ốm",
        minutes=15,
        actor=world.lan("comet"),
        now=now,
    )
    seen = kept.lan_looks(world, "comet", subject_id, now)
    assert entry_body(Entry.objects.get(id=seen.entry_id))["d"]["broken_glass"] is True
    assert broken.reason == "break_glass"
    assert [row.kind for row in Outbox.objects.filter(subject_id=subject_id)] == ["break_glass"]
    with pytest.raises(RefusedError):
        kept.lan_looks(world, "comet", subject_id, clock.forward(minutes=16))


def test_break_glass_replaces_no_purpose_role_or_consent(world, now):
    subject_id = kept.keep(world, "comet", KHOI, now)
    break_glass(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        work=kept.WORK,
        explanation="Khách gọi gấp, đồng nghiệp nghỉ ốm",
        minutes=15,
        actor=world.lan("comet"),
        now=now,
    )
    for purpose in ("market_research", "invoice", "after_sales"):
        with pytest.raises(RefusedError):
            kept.lan_looks(world, "comet", subject_id, now, purpose=purpose)


@pytest.mark.parametrize(("minutes", "explanation"), [(0, "khách gọi gấp"), (241, "khách gọi gấp"), (5, "gấp")])
def test_break_glass_is_timed_and_explained(world, now, minutes, explanation):
    subject_id = kept.keep(world, "comet", KHOI, now)
    with pytest.raises(VaultError):
        break_glass(
            shop_id=world.shops["comet"],
            subject_id=subject_id,
            work=kept.WORK,
            explanation=explanation,
            minutes=minutes,
            actor=world.lan("comet"),
            now=now,
        )
    assert not Assignment.objects.filter(subject_id=subject_id).exists()


def test_the_gate_alone_names_permits():
    """No other module of the source makes a permit or reads its token."""
    from tests.house import source

    using = {
        source.name(path)
        for path in source.python_files("src")
        if "_GATE" in path.read_text("utf-8") or "Permit(" in path.read_text("utf-8")
    }
    assert using == {"src/camket/vault/gate.py", "src/camket/vault/permits.py"}
