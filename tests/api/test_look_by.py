"""A look by a contact in one call: the proven holder, the only one who gave it, or nobody."""

from camket.ledger.models import Entry
from tests.cast import MINH, THAO

ASKED = {"categories": ["name"], "purpose": "order", "work": "order:1042"}


def _by_phone(door, phone: str):
    return door.post("subjects/look", {"category": "phone", "value": phone, **ASKED})


def test_the_only_one_who_gave_it_is_opened(doors, minh) -> None:
    answer = _by_phone(doors.clerk, MINH.phone)
    assert answer.status_code == 200
    seen = answer.json()
    assert seen["subject_id"] == str(minh)
    assert [item["value"] for item in seen["items"]] == [MINH.name]
    assert Entry.objects.filter(id=seen["entry"], subject_id=minh).exists()


def test_a_contact_that_nobody_gave_is_nobodys(doors, minh) -> None:
    answer = _by_phone(doors.clerk, THAO.phone)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_of_several_who_gave_it_nobody_is_opened_by_a_guess(doors, minh) -> None:
    sale = {"fields": [{"category": "name", "value": THAO.name}, {"category": "phone", "value": MINH.phone}]}
    assert doors.clerk.post("intake/purchase", sale).status_code == 201
    answer = _by_phone(doors.clerk, MINH.phone)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "contact_ambiguous")
    assert MINH.name.encode() not in answer.content


def test_who_may_not_look_learns_nothing(doors, minh) -> None:
    for phone in (MINH.phone, THAO.phone):
        answer = _by_phone(doors.narrow, phone)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "denied")


def test_work_on_the_person_is_needed(doors, minh) -> None:
    other = {"category": "phone", "value": MINH.phone, **ASKED, "work": "order:7"}
    assert doors.clerk.post("subjects/look", other).status_code == 403
