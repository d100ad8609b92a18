"""Reads through the door: opened where the policy lets them, refused with the clause where it does not."""

from uuid import uuid4

from camket.ledger.models import Entry
from tests.cast import MINH

ORDER = {"categories": ["name", "phone"], "purpose": "order", "work": "order:1042"}


def test_a_clerk_sees_what_the_policy_opens_and_the_ledger_knows(doors, minh) -> None:
    response = doors.clerk.post(f"subjects/{minh}/look", ORDER)
    assert response.status_code == 200, response.content.decode()
    seen = response.json()
    assert {item["category"]: item["value"] for item in seen["items"]} == {
        "name": MINH.name,
        "phone": "+84" + MINH.phone[1:],
    }
    assert "completion:c14" in seen["citations"]
    assert Entry.objects.filter(id=seen["entry"], subject_id=minh).count() == 1


def test_another_purpose_is_refused_with_its_clause_and_its_entry(doors, minh) -> None:
    response = doors.clerk.post(f"subjects/{minh}/look", {**ORDER, "purpose": "marketing"})
    assert response.status_code == 403
    error = response.json()["error"]
    assert error["verdict"] == "deny"
    assert error["clauses"]
    assert Entry.objects.filter(id=error["entry"]).count() == 1
    assert MINH.phone not in response.content.decode()


def test_work_that_was_not_assigned_opens_nothing(doors, minh) -> None:
    response = doors.clerk.post(f"subjects/{minh}/look", {**ORDER, "work": "order:9"})
    assert response.status_code == 403
    assert "assignment" in response.content.decode() or "phân công" in response.json()["error"]["message"]["vi"]


def test_a_key_for_other_purposes_is_refused(doors, minh) -> None:
    response = doors.narrow.post(f"subjects/{minh}/look", ORDER)
    assert (response.status_code, response.json()["error"]["verdict"]) == (403, "deny")


def test_a_system_names_the_person_who_is_signed_in(doors, minh) -> None:
    refused = doors.system.post(f"subjects/{minh}/look", ORDER)
    assert refused.status_code == 403
    opened = doors.system.post(f"subjects/{minh}/look", ORDER, {"Camket-On-Behalf-Of": str(doors.lan)})
    assert opened.status_code == 200, opened.content.decode()


def test_another_shop_and_nobody_are_equally_unknown(doors, minh) -> None:
    stranger = doors.stranger.post(f"subjects/{minh}/look", ORDER)
    nobody = doors.clerk.post(f"subjects/{uuid4()}/look", ORDER)
    assert (stranger.status_code, nobody.status_code) == (404, 404)
    assert stranger.json() == nobody.json()


def test_a_customer_is_found_by_a_contact_in_the_body(doors, minh) -> None:
    asked = {"category": "phone", "value": "0912 345 678", "purpose": "order", "work": "order:1042"}
    response = doors.clerk.post("subjects/find", asked)
    assert response.status_code == 200, response.content.decode()
    assert [found["subject_id"] for found in response.json()["found"]] == [str(minh)]
    assert doors.stranger.post("subjects/find", {**asked, "purpose": "marketing"}).status_code == 403


def test_a_value_is_corrected_at_the_version_that_was_read(doors, minh) -> None:
    work = {"purpose": "order", "work": "order:1042"}
    item = doors.clerk.post(f"subjects/{minh}/look", {**work, "categories": ["phone"]}).json()["items"][0]
    path = f"subjects/{minh}/items/{item['item_id']}/change"
    changed = doors.clerk.post(path, {**work, "value": "0387654321", "version": item["version"]})
    assert changed.status_code == 200, changed.content.decode()
    again = doors.clerk.post(path, {**work, "value": "0387654322", "version": item["version"]})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    seen = doors.clerk.post(f"subjects/{minh}/look", {**work, "categories": ["phone"]}).json()["items"]
    assert [(one["value"], one["version"]) for one in seen] == [("+84387654321", changed.json()["version"])]


def test_a_value_that_cannot_be_read_names_its_field_and_nothing_more(doors, minh) -> None:
    asked = {"category": "phone", "value": "không phải số", "purpose": "order", "work": "order:1042"}
    response = doors.clerk.post("subjects/find", asked)
    assert response.status_code == 422
    assert "không phải số" not in response.content.decode()
