"""Consent, withdrawal, restriction and objection through the door: one purpose each, and use stops at once."""

from uuid import uuid4

import pytest

from camket.consent.models import ConsentEvent
from camket.ledger.models import Entry

LOOK = {"categories": ["name", "phone"], "purpose": "order", "work": "order:1042"}
GIVEN = {
    "purpose": "marketing",
    "value": "given",
    "how": "form",
    "text": "Tôi đồng ý nhận tin khuyến mãi.",
    "channel": "email",
}


def state_of(doors, minh, **more):
    asked = {"purpose": "marketing", "work": "order:1042", **more}
    return doors.clerk.post(f"subjects/{minh}/consents/state", asked).json()["state"]


def test_consent_has_three_values_and_a_receipt_with_the_exact_words(doors, minh) -> None:
    assert state_of(doors, minh) == "never_asked"
    given = doors.clerk.post(f"subjects/{minh}/consents", GIVEN)
    assert given.status_code == 200, given.content.decode()
    assert (state_of(doors, minh, channel="email"), state_of(doors, minh, channel="sms")) == ("given", "never_asked")
    receipt = doors.clerk.post(
        f"subjects/{minh}/consents/receipt",
        {"number": given.json()["number"], "purpose": "marketing", "work": "order:1042"},
    ).json()
    assert (receipt["notice"]["text"], receipt["event_state"]) == (GIVEN["text"], "dpv:ConsentGiven")
    withdrawn = doors.clerk.post(f"subjects/{minh}/consents/withdraw", {"purpose": "marketing", "how": "phone"})
    assert withdrawn.json()["value"] == "refused"
    assert state_of(doors, minh, channel="email") == "refused"
    assert ConsentEvent.objects.filter(subject_id=minh).count() == 2


def test_a_program_without_a_person_cannot_answer_for_the_customer(doors, minh) -> None:
    response = doors.system.post(f"subjects/{minh}/consents", GIVEN)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "not_allowed")
    assert ConsentEvent.objects.count() == 0


def test_a_consent_without_words_is_refused_by_the_field(doors, minh) -> None:
    response = doors.clerk.post(f"subjects/{minh}/consents", {**GIVEN, "text": " "})
    assert (response.status_code, response.json()["error"]["field"]) == (422, "text")


def test_a_key_reads_the_state_for_its_purposes_only_and_the_refusal_is_on_record(doors, minh) -> None:
    before = Entry.objects.count()
    response = doors.narrow.post(f"subjects/{minh}/consents/state", {"purpose": "marketing", "work": "order:1042"})
    assert (response.status_code, response.json()["error"]["verdict"]) == (403, "deny")
    assert Entry.objects.filter(id=response.json()["error"]["entry"]).count() == 1
    assert Entry.objects.count() == before + 1


@pytest.mark.parametrize("kind", ["restrict", "object"])
def test_a_restraint_stops_use_at_once_and_can_be_lifted(doors, minh, kind: str) -> None:
    path = f"subjects/{minh}/restraints"
    assert doors.clerk.post(f"subjects/{minh}/look", LOOK).status_code == 200
    assert doors.clerk.post(path, {"kind": kind, "how": "phone"}).status_code == 200
    assert doors.clerk.post(f"subjects/{minh}/look", LOOK).status_code == 403
    assert doors.clerk.post(path, {"kind": kind, "how": "phone", "lifted": True}).json()["lifted"] is True
    assert doors.clerk.post(f"subjects/{minh}/look", LOOK).status_code == 200


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("consents", GIVEN),
        ("consents/withdraw", {"purpose": "marketing", "how": "phone"}),
        ("consents/state", {"purpose": "order", "work": "order:1"}),
        ("consents/receipt", {"number": 1, "purpose": "order", "work": "order:1"}),
        ("restraints", {"kind": "object", "how": "phone"}),
    ],
)
def test_another_shops_person_is_unknown(doors, minh, path: str, data: dict) -> None:
    stranger = doors.stranger.post(f"subjects/{minh}/{path}", data)
    nobody = doors.clerk.post(f"subjects/{uuid4()}/{path}", data)
    assert (stranger.status_code, nobody.status_code) == (404, 404)
    assert stranger.json() == nobody.json()
