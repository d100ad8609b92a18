"""Every operation × every key: who gets which status. An operation without a row here fails the first test."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.cast import LAN, MINH, THAO

WORK = {"purpose": "order", "work": "order:1042"}
# operation: (method, path, body, {key: status}); `m` is Minh of comet, `i` his phone, `a` his assignment, `e` an entry.
# The keys: clerk and director of comet, a system of comet that names nobody, a clerk's key for delivery only, and the
# clerk of another shop. Missing, revoked and ended keys answer 401 everywhere.
OPEN = {"clerk": 200, "director": 200, "system": 200, "narrow": 200, "stranger": 200}
MANAGED = {"clerk": 403, "director": 200, "system": 403, "narrow": 403, "stranger": 403}
ROWS: dict[str, tuple[str, str, Any, dict[str, int]]] = {
    "words": ("GET", "words", None, OPEN),
    "policy": ("GET", "policy", None, OPEN),
    "decide": ("POST", "decide", {"action": "read", "purpose": "order"}, OPEN),
    "read_chat": ("POST", "chat-proposals", {"text": "lấy 2 cái"}, OPEN),
    "checkpoint": ("GET", "ledger/checkpoint", None, OPEN | {"stranger": 200}),
    "entry_receipt": ("GET", "entries/{e}/receipt", None, OPEN | {"stranger": 404}),
    "send_code": ("POST", "contact-codes", {"kind": "phone", "value": THAO.phone}, dict.fromkeys(OPEN, 202)),
    "intake": (
        "POST",
        "intake/purchase",
        {"fields": [{"category": "name", "value": THAO.name}, {"category": "phone", "value": THAO.phone}]},
        {"clerk": 201, "director": 201, "system": 201, "narrow": 201, "stranger": 403},
    ),
    "find": (
        "POST",
        "subjects/find",
        {"category": "phone", "value": THAO.phone, **WORK},
        {"clerk": 200, "director": 403, "system": 403, "narrow": 403, "stranger": 200},
    ),
    "look": (
        "POST",
        "subjects/{m}/look",
        {"categories": ["phone"], **WORK},
        {"clerk": 200, "director": 403, "system": 403, "narrow": 403, "stranger": 404},
    ),
    "look_by": (
        "POST",
        "subjects/look",
        {"category": "phone", "value": MINH.phone, "categories": ["phone"], **WORK},
        {"clerk": 200, "director": 403, "system": 403, "narrow": 403, "stranger": 404},
    ),
    "look_many": (
        "POST",
        "subjects/look-many",
        {"subject_ids": ["{m}"], "categories": ["phone"], **WORK},
        {"clerk": 200, "director": 200, "system": 403, "narrow": 403, "stranger": 200},
    ),
    "intake_many": (
        "POST",
        "intake-many/purchase",
        {"people": [{"values": [{"category": "name", "value": THAO.name, "purposes": ["order"]}]}]},
        {"clerk": 201, "director": 201, "system": 201, "narrow": 201, "stranger": 201},
    ),
    "register_webhook": (
        "POST",
        "webhooks",
        {"url": "https://kho.example/camket", "events": ["item.put"]},
        {"clerk": 403, "director": 201, "system": 403, "narrow": 403, "stranger": 403},
    ),
    "webhooks": ("GET", "webhooks", None, MANAGED),
    "dead_messages": ("POST", "webhooks/dead", {}, MANAGED),
    # There is no such webhook: unknown to who may manage them, refused to everybody else.
    "rotate_webhook": ("POST", "webhooks/{i}/secret", {}, MANAGED | {"director": 404}),
    "remove_webhook": ("POST", "webhooks/{i}/remove", {}, MANAGED | {"director": 404}),
    "retry_webhook": ("POST", "webhooks/{i}/retry", {}, MANAGED | {"director": 404}),
    "change": (
        "POST",
        "subjects/{m}/items/{i}/change",
        {"value": "0387654321", "version": 1, **WORK},
        {"clerk": 200, "director": 403, "system": 403, "narrow": 403, "stranger": 404},
    ),
    "verify_contact": (
        "POST",
        "subjects/{m}/items/{i}/verify",
        {"code": "000000"},
        {"clerk": 422, "director": 422, "system": 422, "narrow": 422, "stranger": 404},
    ),
    "record_consent": (
        "POST",
        "subjects/{m}/consents",
        {"purpose": "order", "value": "given", "how": "phone", "text": "Đồng ý."},
        {"clerk": 200, "director": 200, "system": 403, "narrow": 403, "stranger": 404},
    ),
    "withdraw_consent": (
        "POST",
        "subjects/{m}/consents/withdraw",
        {"purpose": "order", "how": "phone"},
        {"clerk": 200, "director": 200, "system": 403, "narrow": 200, "stranger": 404},
    ),
    "consent_state": (
        "POST",
        "subjects/{m}/consents/state",
        WORK,
        {"clerk": 200, "director": 200, "system": 200, "narrow": 403, "stranger": 404},
    ),
    "consent_receipt": (
        "POST",
        "subjects/{m}/consents/receipt",
        {"number": 1, **WORK},
        {"clerk": 404, "director": 404, "system": 404, "narrow": 403, "stranger": 404},
    ),
    "restrain": (
        "POST",
        "subjects/{m}/restraints",
        {"kind": "object", "how": "phone"},
        {"clerk": 200, "director": 200, "system": 403, "narrow": 200, "stranger": 404},
    ),
    "assign_work": (
        "POST",
        "subjects/{m}/assignments",
        {"staff_id": "{lan}", "work": "order:7"},
        {"clerk": 403, "director": 200, "system": 403, "narrow": 403, "stranger": 404},
    ),
    "end_work": (
        "POST",
        "subjects/{m}/assignments/{a}/end",
        {},
        {"clerk": 200, "director": 200, "system": 403, "narrow": 200, "stranger": 404},
    ),
    "break_glass": (
        "POST",
        "subjects/{m}/break-glass",
        {"work": "order:7", "explanation": "khách đang chờ ở quầy", "minutes": 5},
        {"clerk": 200, "director": 200, "system": 422, "narrow": 200, "stranger": 404},
    ),
    "shred": (
        "POST",
        "subjects/{m}/shred",
        {"reason": "request"},
        {"clerk": 403, "director": 200, "system": 403, "narrow": 403, "stranger": 403},
    ),
    "orders": (
        "POST",
        "subjects/{m}/orders",
        WORK,
        {"clerk": 200, "director": 403, "system": 403, "narrow": 403, "stranger": 404},
    ),
    # An id that is no order of hers: unknown to who may move orders, refused to everybody else.
    "set_order_status": (
        "POST",
        "subjects/{m}/orders/{i}/status",
        {"status": "confirmed", "work": "order:1042"},
        {"clerk": 404, "director": 403, "system": 403, "narrow": 403, "stranger": 404},
    ),
    # Whoever brings the code may; she has no sign-up that waits for one.
    "confirm_sign_up": (
        "POST",
        "subjects/{m}/sign-up/confirm",
        {"code": "000000"},
        {"clerk": 422, "director": 422, "system": 422, "narrow": 422, "stranger": 404},
    ),
}
ON_BEHALF = "Camket-On-Behalf-Of"
DEAD = ("nobody", "revoked", "ended")


def operations() -> dict[str, tuple[str, str]]:
    paths = json.loads(Client().get("/api/v1/openapi.json").content)["paths"]
    return {op["operationId"]: (verb.upper(), path) for path, verbs in paths.items() for verb, op in verbs.items()}


def test_every_operation_has_its_row() -> None:
    assert set(operations()) == set(ROWS)


def test_no_address_takes_anything_but_words_and_pseudonyms() -> None:
    """A personal value never stands in an address: parameters are random ids or words of the list."""
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    for path, verbs in document["paths"].items():
        for operation in verbs.values():
            for parameter in operation["parameters"]:
                place, schema = parameter["in"], parameter["schema"]
                assert place in {"path", "header"}, f"{path}: {parameter['name']} is in the {place}"
                kinds = [schema, *schema.get("anyOf", [])]
                assert any(one.get("format") == "uuid" or "enum" in one for one in kinds), f"{path}: {schema}"


@pytest.fixture
def places(doors, minh) -> dict[str, str]:
    from camket.ledger.actions import checkpoint, sequence
    from camket.ledger.models import Entry
    from camket.shops.models import Assignment
    from camket.vault.models import Item
    from tests.api.conftest import THEN

    for shop_id in doors.world.shops.values():
        sequence(shop_id=shop_id, now=THEN, full=True)
        checkpoint(shop_id=shop_id, now=THEN)
    return {
        "m": str(minh),
        "i": str(Item.objects.get(subject_id=minh, category="phone").id),
        "a": str(Assignment.objects.get(subject_id=minh).id),
        "e": str(Entry.objects.filter(subject_id=minh).order_by("id").first().id),
        "lan": str(doors.lan),
    }


def knock(door, operation: str, places: dict[str, str]):
    method, path, body, _ = ROWS[operation]
    path = path.format(**places)
    if method == "GET":
        return door.get(path)
    return door.post(path, body | _filled(body, places))


def _filled(body: dict[str, Any], places: dict[str, str]) -> dict[str, Any]:
    lan = {key: places["lan"] for key, value in body.items() if value == "{lan}"}
    return lan | {key: [places["m"]] for key, value in body.items() if value == ["{m}"]}


@pytest.mark.parametrize("operation", ROWS)
@pytest.mark.parametrize("key", ["clerk", "director", "system", "narrow", "stranger"])
def test_a_key_in_force_gets_what_its_holder_may(doors, places, operation: str, key: str) -> None:
    response = knock(getattr(doors, key), operation, places)
    assert response.status_code == ROWS[operation][3][key], response.content.decode()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("operation", ROWS)
def test_a_dead_key_gets_nothing_anywhere(doors, places, operation: str) -> None:
    assert [knock(getattr(doors, key), operation, places).status_code for key in DEAD] == [401, 401, 401]


@pytest.mark.parametrize(
    "operation", [name for name, row in ROWS.items() if row[0] == "POST" and name not in {"decide", "read_chat"}]
)
def test_a_system_cannot_speak_for_somebody_who_is_not_on_the_staff(doors, places, operation: str) -> None:
    _, path, body, _ = ROWS[operation]
    stranger = str(doors.world.staff["khatra", LAN])
    response = doors.system.post(path.format(**places), body | _filled(body, places), {ON_BEHALF: stranger})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "person.unknown")


def test_who_has_left_has_no_key_any_more(doors, minh) -> None:
    from camket.shops.actions import remove_staff
    from tests.api.conftest import THEN
    from tests.world import OWNER

    assert doors.clerk.get("words").status_code == 200
    remove_staff(shop_id=doors.shop_id, staff_id=doors.lan, actor=OWNER, now=THEN)
    assert doors.clerk.get("words").status_code == 401
    named = doors.system.post(f"subjects/{minh}/look", {"categories": ["phone"], **WORK}, {ON_BEHALF: str(doors.lan)})
    assert (named.status_code, named.json()["error"]["code"]) == (403, "person.unknown")
