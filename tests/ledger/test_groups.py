"""Bulk deeds over many people: few bytes each, found by each of them, proven to each of them."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger import groups, verifier
from camket.ledger.actions import deed
from camket.ledger.errors import NoSuchEntryError
from camket.ledger.models import EntryGroup, EntrySubject
from camket.ledger.queries import entries_of, receipt, verify_database
from tests.ledger.setting import LAN, NOW, STAFF, after, message, open_shop, sign, unwritten
from tests.worlds import attacker


def _people(count: int) -> list[UUID]:
    return [uuid7(to_ms(NOW)) for _ in range(count)]


def _seen(people: list[UUID]) -> UUID:
    with deed(shop_id=1, event="item.looked", actor=STAFF, now=NOW, purpose="order", bulk=True) as looking:
        for subject_id in people:
            looking.member(subject_id)
    return looking.entry_id


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, groups.FEWEST - 1, groups.FEWEST, 33, 300])
def test_everybody_finds_the_look_and_nobody_else(count: int) -> None:
    open_shop()
    people, strangers = _people(count), _people(5)
    entry_id = _seen(people)
    for subject_id in people[:20]:
        assert [said.id for said in entries_of(subject_id)] == [entry_id]
    assert [said for subject_id in strangers for said in entries_of(subject_id)] == []
    assert (EntryGroup.objects.count() == 0) == (EntrySubject.objects.count() == count) == (count < groups.FEWEST)
    assert verify_database() == []


@pytest.mark.django_db
def test_many_members_take_few_bytes() -> None:
    open_shop()
    _seen(_people(1000))
    rows = EntryGroup.objects.count()
    stored = sum(len(row.subjects) for row in EntryGroup.objects.all())
    # A row of PostgreSQL costs 28 bytes, entry, cell and shop 22 and a length 4, its place in the index 44 at most.
    assert (stored + rows * (28 + 22 + 4 + 44)) / 1000 < 24


@pytest.mark.django_db
def test_members_with_rows_of_their_own_stand_alone() -> None:
    open_shop()
    people = _people(groups.FEWEST)
    with deed(shop_id=1, event="import.run", actor=STAFF, now=NOW, bulk=True) as importing:
        for subject_id in people:
            importing.member(subject_id)
        importing.insert(unwritten(people[0]))
    assert (EntryGroup.objects.count(), EntrySubject.objects.count()) == (0, groups.FEWEST)
    assert EntrySubject.objects.filter(rows__isnull=True).count() == groups.FEWEST - 1
    assert verify_database() == []


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, 17, 100])
def test_a_receipt_proves_a_member(count: int) -> None:
    open_shop()
    people = _people(count)
    entry_id = _seen(people)
    with pytest.raises(NoSuchEntryError):
        receipt(entry_id, member=people[0])
    sign(now=after(1))
    for subject_id in people[:3]:
        given = receipt(entry_id, member=subject_id)
        assert (given["camket_receipt"], "rows" in given["member"]) == (2, False)
        assert verifier.check_receipt(json.dumps(given)) == []
    with pytest.raises(NoSuchEntryError):
        receipt(entry_id, member=LAN)


@pytest.mark.django_db
def test_a_forged_membership_is_found() -> None:
    open_shop()
    people = _people(40)
    entry_id = _seen(people)
    with deed(shop_id=1, event="import.run", actor=STAFF, now=NOW, bulk=True) as importing:
        importing.insert_many([unwritten(people[0]), unwritten(people[1])])
    message(people[0])
    sign(now=after(1))
    whole = receipt(entry_id, member=people[0])
    other = receipt(importing.entry_id, member=people[1])["member"]
    assert "rows" in other
    for name, value in [
        *((name, other[name]) for name in ("subject", "index", "proof", "rows")),
        *(("subject", wrong) for wrong in (str(LAN), "", "xyz", None)),
        *(("index", wrong) for wrong in (-1, 40, "0")),
        ("proof", []),
    ]:
        if whole["member"].get(name) != value:
            forged = {**whole, "member": {**whole["member"], name: value}}
            assert verifier.check_receipt(json.dumps(forged)) != [], (name, value)
    own = receipt(next(said.id for said in entries_of(people[0]) if said.event == "outbox.queued"), with_entry=True)
    for forged in ({**own, "member": whole["member"]}, {key: whole[key] for key in whole if key != "entry"}):
        assert verifier.check_receipt(json.dumps(forged)) != []
    rows = receipt(importing.entry_id, member=people[1])
    assert verifier.check_receipt(json.dumps(rows)) == []


@pytest.mark.django_db
def test_members_kept_together_cannot_be_changed() -> None:
    open_shop()
    _seen(_people(40))
    sign(now=after(1))
    row = EntryGroup.objects.order_by("cell").first()
    assert row is not None
    for statement, value in (
        ("UPDATE camket_entry_group SET subjects = %s WHERE cell = %s", row.subjects[16:]),
        ("UPDATE camket_entry_group SET subjects = %s WHERE cell = %s", row.subjects[:-1] + b"\xff"),
        ("UPDATE camket_entry_group SET subjects = %s WHERE cell = %s", row.subjects + LAN.bytes),
    ):
        assert attacker.sql(statement, value, row.cell) == 1
        assert {(problem.kind, problem.table) for problem in verify_database()} == {("changed", "camket_entry_subject")}
    assert attacker.sql("UPDATE camket_entry_group SET subjects = %s WHERE cell = %s", row.subjects, row.cell) == 1
    assert verify_database() == []
    assert attacker.sql("UPDATE camket_entry_group SET cell = %s WHERE cell = %s", 7, row.cell) == 1
    assert verify_database() != []


@given(st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=400, unique=True))
def test_groups_hold_everybody_once_in_a_cell_that_is_asked_for(subjects: list[bytes]) -> None:
    found = list(groups.grouped(sorted(subjects)))
    assert sorted(name for _, ids in found for name in groups.places.split(ids)) == sorted(subjects)
    for number, ids in found:
        for name in groups.places.split(ids):
            assert number in [groups.cell(name, bits) for bits in range(25)]
