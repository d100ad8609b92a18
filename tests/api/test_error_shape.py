"""One error shape for everything.

    {"error": {"code", "message": {"vi", "en"}, "advice": {"vi", "en"}, "field", "clauses", "verdict", "entry"}}

Each test below is one producer of errors; all go through `canonical`.
"""

import json
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from camket.api import page as api_page
from camket.api.routes import words as words_route
from tests.cast import MINH

NOBODY = "01890000-0000-7000-8000-000000000000"
KEYS = {"code", "message", "advice", "field", "clauses", "verdict", "entry"}


def canonical(response: HttpResponse, status: int, code: str) -> dict:
    """Check the shape down to the last key; give the error."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert body.keys() == {"error"}
    error = body["error"]
    assert error.keys() == KEYS
    assert error["code"] == code
    for pair in (error["message"], error["advice"]):
        assert pair.keys() == {"vi", "en"}
        assert pair["vi"]
        assert pair["en"]
        assert pair["vi"] != pair["en"]
    assert error["field"] is None or isinstance(error["field"], str)
    assert isinstance(error["clauses"], list)
    assert error["verdict"] in {None, "deny", "gap"}
    assert error["entry"] is None or UUID(error["entry"])
    return error


def raw(doors, body: bytes, content_type: str = "application/json") -> HttpResponse:
    return Client().post(
        "/api/v1/decide",
        data=body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {doors.clerk.token}"},
    )


@pytest.mark.parametrize("door", ["nobody", "revoked", "ended"])
def test_a_key_that_does_not_work(doors, door: str) -> None:
    response = getattr(doors, door).get("words")
    canonical(response, 401, "key.invalid")
    assert response["WWW-Authenticate"] == 'Bearer realm="camket"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x y", "Basic abc", "Bearer khóa", "bearer\x00"])
def test_a_malformed_key(doors, header: str) -> None:
    canonical(Client().get("/api/v1/words", headers={"Authorization": header}), 401, "key.invalid")


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        '{"action": "read"}'.encode("utf-16"),
        b'{"action": NaN}',
        b'{"action": "read", "action": "edit"}',
    ],
)
def test_a_body_that_is_no_json_object(doors, body: bytes) -> None:
    canonical(raw(doors, body), 400, "body.malformed")


def test_a_body_nested_beyond_reading(doors) -> None:
    canonical(raw(doors, b'{"action":' * 20_000), 400, "body.malformed")


def test_a_body_of_another_type(doors) -> None:
    canonical(raw(doors, b"action=read", "application/x-www-form-urlencoded"), 415, "body.unsupported_type")


def test_a_body_that_is_too_large(doors) -> None:
    canonical(raw(doors, b" " * 300_000), 413, "body.too_large")


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({}, "field.missing", "action"),
        ({"action": "read", MINH.phone: 1}, "field.unknown", None),
        ({"action": "fly"}, "word.unknown", "action"),
        ({"action": 1}, "field.invalid", "action"),
        ({"action": "read", "without": ["consent"] * 41}, "field.too_many", "without"),
    ],
)
def test_a_field_that_does_not_fit(doors, data: dict, code: str, field: str | None) -> None:
    response = doors.clerk.post("decide", data)
    assert canonical(response, 422, code)["field"] == field
    assert MINH.phone not in response.content.decode()


def test_an_unknown_word_names_the_near_ones_and_not_what_was_sent(doors) -> None:
    error = canonical(doors.clerk.post("decide", {"action": "read", "purpose": "marketting"}), 422, "word.unknown")
    assert error["advice"]["vi"].startswith("có phải ý bạn là `marketing`? ")
    assert error["advice"]["en"].startswith("did you mean `marketing`? ")
    response = doors.clerk.post("decide", {"action": "read", "purpose": MINH.phone})
    assert "?" not in canonical(response, 422, "word.unknown")["advice"]["en"]
    assert MINH.phone not in response.content.decode()


def test_a_lone_surrogate_is_no_text(doors) -> None:
    response = raw(doors, b'{"category": "phone", "value": "\\ud800", "purpose": "order", "work": "order:1"}')
    canonical(response, 422, "field.missing")


@pytest.mark.parametrize(
    "path", ["nowhere", "subjects/not-a-uuid/look", "words/", "entries/01890000-0000-7000-8000-000000000000/receipt"]
)
def test_an_address_that_leads_nowhere(doors, path: str) -> None:
    canonical(doors.clerk.get(path), 404, "not_found")


def test_a_method_that_is_not_taken(doors) -> None:
    response = doors.clerk.post("words", {})
    canonical(response, 405, "method.not_allowed")
    assert response["Allow"] == "GET"


def test_a_refusal_has_its_verdict_clauses_and_entry(doors, minh) -> None:
    asked = {"categories": ["phone"], "purpose": "marketing", "work": "order:1042"}
    error = canonical(doors.clerk.post(f"subjects/{minh}/look", asked), 403, "denied")
    assert (error["verdict"], bool(error["clauses"]), bool(error["entry"])) == ("deny", True, True)


def test_a_gap_offers_a_completion(doors, minh) -> None:
    asked = {"categories": ["bank_account"], "purpose": "order", "work": "order:1042"}
    error = canonical(doors.clerk.post(f"subjects/{minh}/look", asked), 403, "gap")
    assert (error["verdict"], bool(error["entry"])) == ("gap", True)
    assert "complete the policy" in error["advice"]["en"]
    assert "bổ sung" in error["advice"]["vi"]


def test_a_conflict(doors, minh) -> None:
    work = {"purpose": "order", "work": "order:1042"}
    item = doors.clerk.post(f"subjects/{minh}/look", {**work, "categories": ["phone"]}).json()["items"][0]
    changed = {**work, "value": "0387654321", "version": item["version"] + 1}
    canonical(doors.clerk.post(f"subjects/{minh}/items/{item['item_id']}/change", changed), 409, "conflict")


def test_a_fault_of_ours_tells_nothing(doors, monkeypatch, caplog) -> None:
    def broken() -> None:
        raise RuntimeError(MINH.phone)

    monkeypatch.setattr(words_route, "words", broken)
    response = doors.clerk.get("words")
    canonical(response, 500, "server.failed")
    assert "failed with RuntimeError" in caplog.text
    assert MINH.phone not in caplog.text + response.content.decode()


def test_a_fault_outside_the_operations_tells_nothing(doors, monkeypatch, caplog) -> None:
    def broken(_api: object) -> None:
        raise RuntimeError("no document")

    monkeypatch.setattr(api_page, "_document", broken)
    client = Client(raise_request_exception=False)
    canonical(client.get("/api/v1/openapi.json"), 500, "server.failed")


def test_an_unknown_host(doors) -> None:
    canonical(Client().get("/api/v1/words", headers={"host": "evil.example"}), 400, "request.refused")


def test_the_document_states_the_shape_for_every_error(doors) -> None:
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    assert document["openapi"] == "3.1.0"
    assert set(document["components"]["schemas"]["ErrorBody"]["required"]) == KEYS
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                if not status.startswith("2"):
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorOut"}, f"{method} {path} {status}"
