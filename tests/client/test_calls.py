"""Every operation of the door has a method of its name that sends what the document names and reads what it gives."""

import dataclasses
import inspect
import json
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from camket.api.urls import api
from camket.client import Camket, ConflictError, DeniedError, InvalidError, NotFoundError, UnauthorizedError, answers
from camket.ledger.models import Entry
from camket.shops.models import Answered
from camket.subjects.models import Subject
from tests.cast import MINH, THAO

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text("utf-8")
FIELDS = [("name", THAO.name), ("phone", THAO.phone)]
E164 = "+84987654321"


def _document() -> dict:
    return json.loads(json.dumps(api.get_openapi_schema()))


def _operations() -> dict[str, dict]:
    return {
        operation["operationId"]: operation for verbs in _document()["paths"].values() for operation in verbs.values()
    }


def _methods() -> dict[str, inspect.Signature]:
    found = inspect.getmembers(Camket, inspect.isfunction)
    return {name: inspect.signature(made) for name, made in found if not name.startswith("_")}


def test_every_operation_is_a_method() -> None:
    assert set(_operations()) == set(_methods()) - {"acting_for", "close"}


def _schema(operation: dict) -> dict:
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    return _document()["components"]["schemas"].get(reference, {})


@pytest.mark.parametrize("name", sorted(_operations()))
def test_a_method_takes_what_the_document_names(name) -> None:
    operation, parameters = _operations()[name], set(_methods()[name].parameters) - {"self"}
    path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
    headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
    body = set(_schema(operation).get("properties", {}))
    paged = {"limit", "after"} if "after" in body else set()
    keyed = {"idempotency_key"} if "Idempotency-Key" in headers else set()
    assert parameters == path | (body - paged) | keyed


def test_answers_hold_what_the_document_names() -> None:
    schemas = _document()["components"]["schemas"]
    shapes = [set(schema.get("properties", {})) for schema in schemas.values()]
    kinds = [kind for _, kind in inspect.getmembers(answers, dataclasses.is_dataclass)]
    unknown = [kind.__name__ for kind in kinds if {field.name for field in dataclasses.fields(kind)} not in shapes]
    assert unknown == []


@pytest.mark.django_db(transaction=True)
def test_the_example_of_the_page_runs(served, doors, monkeypatch) -> None:
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    monkeypatch.setenv("SHOP_URL", served)
    monkeypatch.setenv("SHOP_TOKEN", doors.clerk.token)
    said = StringIO()
    with redirect_stdout(said):
        exec(compile(example, "docs/client.md", "exec"), {})
    seen, refused, order = said.getvalue().splitlines()
    assert seen.startswith("+84987654321 ·")
    assert re.match(r"(deny|gap) \(.*\) [0-9a-f-]{36}$|(deny|gap) \(.*\) UUID", refused)
    assert order.endswith(" placed")


@pytest.mark.django_db(transaction=True)
def test_a_customer_from_the_first_order_to_the_last_word(shop, served, doors) -> None:
    goods = {"description": "Máy khoan", "quantity": "2", "unit": "cái"}
    taken = shop.intake("purchase", fields=FIELDS, lines=[goods], sale={"status": "placed"})
    look = {"purpose": "order", "work": taken.work}
    seen = shop.look(taken.subject_id, categories=["phone"], **look)
    assert [item.value for item in seen.items] == [E164]
    assert E164 not in repr(seen)
    assert [one.subject_id for one in shop.find(category="phone", value=THAO.phone, **look)] == [taken.subject_id]
    by = shop.look_by(category="phone", value=THAO.phone, categories=["name"], **look)
    assert (by.subject_id, [item.value for item in by.items]) == (taken.subject_id, [THAO.name])
    both = shop.look_many(subject_ids=[taken.subject_id, uuid4()], categories=["name"], **look)
    assert [one.items[0].value for one in both.opened] == [THAO.name]
    assert [one.code for one in both.refused] == ["not_found"]
    person = {"values": [{"category": "name", "value": MINH.name, "purposes": ["order"]}]}
    many = shop.intake_many("purchase", people=[person, {"values": [{**person["values"][0], "value": "a@b"}]}])
    assert many.people[0].subject_id is not None
    changed = shop.change(taken.subject_id, seen.items[0].item_id, value="0387654321", version=1, **look)
    assert changed.version == 2
    (order,) = shop.orders(taken.subject_id, **look)
    assert (
        shop.set_order_status(taken.subject_id, order.order_id, status="confirmed", was="placed").status == "confirmed"
    )
    said = shop.record_consent(taken.subject_id, purpose="order", value="given", how="form", text="Vâng.")
    assert shop.consent_receipt(taken.subject_id, number=said.number, **look).notice.text == "Vâng."
    shop.withdraw_consent(taken.subject_id, purpose="order", how="phone")
    assert shop.consent_state(taken.subject_id, **look).state == "refused"
    assert shop.restrain(taken.subject_id, kind="object", how="phone").lifted is False
    with Camket(served, doors.director.token) as director:
        given = director.assign_work(taken.subject_id, staff_id=doors.lan, work="order:7")
        director.end_work(taken.subject_id, given.assignment_id)
        assert shop.break_glass(taken.subject_id, work="order:8", explanation="khách đang chờ ở quầy", minutes=5).until
        gone = director.shred(taken.subject_id, reason="request")
    assert (gone.items > 0, gone.left) == (True, 0)


@pytest.mark.django_db(transaction=True)
def test_what_concerns_nobody(shop) -> None:
    assert shop.decide(action="read", role="customer_service", purpose="order").verdict in {"allow", "deny", "gap"}
    assert shop.policy().shop == "comet"
    assert "roles" in {family.family for family in shop.words()}
    chat = shop.read_chat(f"lấy 2 cái nồi, giao {MINH.phone}")
    assert chat.phone
    assert MINH.phone not in repr(chat)
    shop.send_code(kind="phone", value=THAO.phone)


@pytest.mark.django_db(transaction=True)
def test_refusals_say_which_clause_and_where_they_are_on_record(shop, served, doors, minh) -> None:
    with pytest.raises(DeniedError) as refused:
        shop.look(minh, categories=["phone"], purpose="marketing", work="order:1042")
    assert refused.value.verdict in {"deny", "gap"}
    assert Entry.objects.filter(id=refused.value.entry).exists()
    assert refused.value.vi
    assert refused.value.en in str(refused.value)
    with pytest.raises(NotFoundError):
        shop.look(uuid4(), categories=["phone"], purpose="order", work="order:1042")
    with pytest.raises(InvalidError) as invalid:
        shop.look(minh, categories=["phones"], purpose="order", work="order:1042")
    assert (invalid.value.field, invalid.value.code) == ("categories.0", "word.unknown")
    item = shop.look(minh, categories=["phone"], purpose="order", work="order:1042").items[0]
    with pytest.raises(ConflictError):
        shop.change(minh, item.item_id, value=THAO.phone, version=9, purpose="order", work="order:1042")
    with Camket(served, "comet_wrong") as stranger, pytest.raises(UnauthorizedError):
        stranger.policy()


@pytest.mark.django_db(transaction=True)
def test_a_system_names_the_person_who_is_signed_in(served, doors, minh) -> None:
    asked = {"categories": ["phone"], "purpose": "order", "work": "order:1042"}
    with Camket(served, doors.system.token) as system:
        with pytest.raises(DeniedError):
            system.look(minh, **asked)
        assert system.acting_for(doors.lan).look(minh, **asked).items


@pytest.mark.django_db(transaction=True)
def test_a_key_of_ones_own_makes_a_call_one_across_restarts(shop) -> None:
    key = UUID("0b9c6a1e-5f0e-4a53-9d0e-6a1a1c2f3b4d")
    before = Subject.objects.count()
    first = shop.intake("purchase", fields=FIELDS, idempotency_key=key)
    assert shop.intake("purchase", fields=FIELDS, idempotency_key=key) == first
    assert (Subject.objects.count(), Answered.objects.count()) == (before + 1, 1)
