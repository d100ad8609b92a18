"""Searching: exact values by blind index, names by truncated tokens that are opened and filtered inside the vault."""

import pytest

from camket.ledger.models import Entry, EntrySubject
from camket.subjects.models import NameToken
from camket.vault.actions import find
from camket.vault.errors import RefusedError, VaultError
from tests import kept
from tests.bodies import body_of as entry_body
from tests.cast import KHOI, MINH, THAO, Person


def _find(world, now, kind, text, *, slug="comet", purpose="order", actor=None):
    return [
        found.subject_id
        for found in find(
            shop_id=world.shops[slug],
            kind=kind,
            text=text,
            purpose=purpose,
            work=None,
            actor=actor or world.lan(slug),
            now=now,
        )
    ]


@pytest.mark.parametrize("written", ["0912345678", "+84 912 345 678", "84912345678", "0912.345.678"])
def test_every_spelling_of_a_phone_finds_its_person(world, now, written):
    minh = kept.keep(world, "comet", MINH, now)
    kept.keep(world, "comet", THAO, now)
    assert _find(world, now, "phone", written) == [minh]


def test_numbers_before_and_after_2018_are_one_person(world, now):
    old = kept.keep(world, "comet", Person("Vũ Minh Anh", "01681234567", "a@example.com", MINH.address), now)
    assert _find(world, now, "phone", "0381234567") == [old]


@pytest.mark.parametrize("name", ["Nguyễn Văn Minh", "nguyen van minh", "Văn Minh", "NGUYỄN MINH"])
def test_a_name_is_found_by_its_whole_or_with_the_given_name(world, now, name):
    minh = kept.keep(world, "comet", MINH, now)
    for person in (THAO, KHOI):
        kept.keep(world, "comet", person, now)
    assert _find(world, now, "name", name) == [minh]


@pytest.mark.parametrize("name", ["Nguyễn", "Minh Nguyễn Văn", "Trần Văn Minh"])
def test_a_family_name_alone_or_another_order_finds_nobody(world, now, name):
    kept.keep(world, "comet", MINH, now)
    assert _find(world, now, "name", name) == []


def test_candidates_that_only_share_a_digest_are_filtered_and_ledgered(world, now):
    """INVARIANT 15: a foreign row with the same tokens is opened inside the vault and left out of the answer."""
    minh, thao = (kept.keep(world, "comet", person, now) for person in (MINH, THAO))
    theirs = NameToken.objects.filter(subject_id=thao).first()
    for token in NameToken.objects.filter(subject_id=minh):
        NameToken(token=token.token, subject_id=thao, item_id=theirs.item_id, shop_id=world.shops["comet"]).save(
            force_insert=True
        )
    assert _find(world, now, "name", MINH.name) == [minh]
    entries = [entry for entry in Entry.objects.all() if entry_body(entry)["e"] == "item.found"]
    (entry,) = entries
    assert entry_body(entry)["d"] == {"kind": "name", "found": 1, "opened": 2}
    assert {row.subject_id for row in EntrySubject.objects.filter(entry_id=entry.id)} == {minh, thao}


def test_a_search_needs_a_role_for_the_purpose(world, now):
    kept.keep(world, "comet", MINH, now)
    with pytest.raises(RefusedError) as refused:
        _find(world, now, "phone", MINH.phone, purpose="market_research")
    assert Entry.objects.filter(id=refused.value.entry_id).exists()


def test_another_shop_finds_nobody(world, now):
    kept.keep(world, "comet", MINH, now)
    assert _find(world, now, "phone", MINH.phone, slug="1stwatch") == []


def test_what_has_no_index_cannot_be_searched(world, now):
    with pytest.raises(VaultError):
        _find(world, now, "postal_address", "Hà Nội")
