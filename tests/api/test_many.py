"""Many people in one call: each decided alone, all in one entry that each of them finds."""

from uuid import UUID, uuid4

from camket.ledger.models import EntrySubject
from camket.subjects.models import Subject
from tests.api.conftest import THEN
from tests.cast import MINH, THAO
from tests.world import OWNER

WORK = {"purpose": "order", "work": "order:1042"}


def _person(*values: tuple[str, str], purposes: tuple[str, ...] = ("order",)) -> dict:
    return {"values": [{"category": one, "value": text, "purposes": list(purposes)} for one, text in values]}


def _members(entry_id: str) -> set[UUID]:
    return set(EntrySubject.objects.filter(entry_id=entry_id).values_list("subject_id", flat=True))


def test_new_people_come_in_together_and_the_bad_ones_alone_stay_out(doors) -> None:
    before = Subject.objects.count()
    people = [
        _person(("name", THAO.name), ("phone", THAO.phone)),
        _person(("phone", "0000")),
        _person(("name", "thẻ 4111 1111 1111 1111")),
        _person(("name", MINH.name), purposes=("marketing",)),
        _person(("name", MINH.name)),
    ]
    answer = doors.clerk.post("intake-many/purchase", {"people": people})
    assert answer.status_code == 201, answer.content
    taken = answer.json()
    kept = [one["subject_id"] is not None for one in taken["people"]]
    assert kept == [True, False, False, False, True]
    assert [len(one["items"]) for one in taken["people"]] == [2, 0, 0, 0, 1]
    assert all(one["code"] for one in taken["people"][1:4])
    assert Subject.objects.count() == before + 2
    assert _members(taken["entry"]) == {UUID(one["subject_id"]) for one in taken["people"] if one["subject_id"]}
    assert "4111" not in answer.content.decode()


def test_a_repeated_list_comes_in_once(doors) -> None:
    body, key = {"people": [_person(("name", THAO.name))]}, {"Idempotency-Key": str(uuid4())}
    first = doors.clerk.post("intake-many/purchase", body, key)
    before = Subject.objects.count()
    assert doors.clerk.post("intake-many/purchase", body, key).content == first.content
    assert Subject.objects.count() == before


def test_many_are_looked_at_in_one_entry_that_each_of_them_finds(doors, minh) -> None:
    from camket.shops.actions import assign_work

    taken = doors.clerk.post("intake-many/purchase", {"people": [_person(("name", THAO.name))] * 2}).json()
    thao, other = (UUID(one["subject_id"]) for one in taken["people"])
    assign_work(shop_id=doors.shop_id, subject_id=thao, staff_id=doors.lan, work="order:1042", actor=OWNER, now=THEN)
    asked = {"subject_ids": [str(minh), str(thao), str(other), str(uuid4())], "categories": ["name"], **WORK}
    seen = doors.clerk.post("subjects/look-many", asked).json()
    names = {one["subject_id"]: [item["value"] for item in one["items"]] for one in seen["opened"]}
    assert names == {str(minh): [MINH.name], str(thao): [THAO.name]}
    assert {one["code"] for one in seen["refused"]} == {"denied", "not_found"}
    refused = next(one for one in seen["refused"] if one["subject_id"] == str(other))
    assert refused["verdict"] == "deny"
    assert _members(seen["entry"]) == {minh, thao, other}


def test_a_list_has_an_end(doors) -> None:
    answer = doors.clerk.post(
        "subjects/look-many", {"subject_ids": [str(uuid4())] * 1001, "categories": ["name"], **WORK}
    )
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "subject_ids")
