"""A look by a contact: search and look are one deed with one entry."""

import pytest

from camket.ledger.models import Entry
from camket.subjects.errors import UnknownSubjectError
from camket.subjects.models import Identifier
from camket.vault.actions import look_by, show
from camket.vault.errors import AmbiguousContactError, RefusedError, VaultError
from tests import kept
from tests.cast import KHOI, MINH, THAO

pytestmark = pytest.mark.django_db


def _look(world, now, text, *, kind="email", categories=("name", "phone"), purpose="order", slug="comet"):
    return look_by(
        shop_id=world.shops[slug],
        kind=kind,
        text=text,
        categories=categories,
        purpose=purpose,
        work=kept.WORK,
        actor=world.lan(slug),
        now=now,
    )


def _minh(world, now):
    subject_id = kept.keep(world, "comet", MINH, now)
    kept.assign(world, "comet", subject_id, now)
    return subject_id


def test_one_call_finds_and_opens_with_one_entry(world, now):
    subject_id = _minh(world, now)
    before = Entry.objects.count()
    found, seen = _look(world, now, MINH.email.upper())
    assert found == subject_id
    assert {value.category: show(value) for value in seen.values} == {"name": MINH.name, "phone": "+84912345678"}
    assert Entry.objects.count() == before + 1
    assert Entry.objects.get(id=seen.entry_id).subject_id == subject_id


def test_a_stranger_is_unknown_and_the_search_is_ledgered(world, now):
    _minh(world, now)
    before = Entry.objects.count()
    with pytest.raises(UnknownSubjectError):
        _look(world, now, THAO.email)
    assert Entry.objects.count() == before + 1


def test_an_unproven_contact_of_two_people_opens_nobody(world, now):
    _minh(world, now)
    kept.assign(world, "comet", kept.keep(world, "comet", MINH, now), now)
    with pytest.raises(AmbiguousContactError):
        _look(world, now, MINH.email)


def test_another_purpose_is_refused(world, now):
    _minh(world, now)
    with pytest.raises(RefusedError) as refused:
        _look(world, now, MINH.email, purpose="market_research")
    assert Entry.objects.filter(id=refused.value.entry_id).exists()


def test_a_planted_look_up_row_opens_nothing(world, now):
    """An attacker with the database points their own known email at the victim's item."""
    minh = _minh(world, now)
    kept.keep(world, "comet", KHOI, now)
    row = Identifier.objects.get(kind="email", subject_id=minh)
    khoi = Identifier.objects.exclude(subject_id=minh).get(kind="email")
    Identifier.objects.filter(digest=khoi.digest).delete()
    Identifier(
        digest=khoi.digest, subject_id=minh, item_id=row.item_id, shop_id=row.shop_id, kind="email", verified=False
    ).save(force_insert=True)
    with pytest.raises(RefusedError):
        _look(world, now, KHOI.email)


def test_names_are_searched_elsewhere(world, now):
    with pytest.raises(VaultError):
        _look(world, now, MINH.name, kind="name")
