"""Intake through the door: what the policy lets a source bring is kept, the rest is dropped or refused."""

import pytest

from camket.intake.models import Order
from camket.ledger.models import Entry
from camket.subjects.models import Subject
from camket.vault.models import Item
from tests.cast import MINH, THAO

OWN_WORDS = "Tôi đồng ý cho COMET chăm sóc sau khi mua hàng."


def order(person=THAO, **more):
    return {
        "fields": [
            {"category": "name", "value": person.name},
            {"category": "phone", "value": person.phone},
            {"category": "postal_address", "value": person.address},
        ],
        "lines": [{"description": "Máy khoan", "quantity": "2", "unit": "cái", "price": "500000"}],
        **more,
    }


def test_an_order_is_taken_in_by_the_website(doors) -> None:
    response = doors.system.post("intake/purchase", order())
    assert response.status_code == 201, response.content.decode()
    taken = response.json()
    assert Item.objects.filter(subject_id=taken["subject_id"]).count() == len(taken["items"]) == 4
    assert Order.objects.get(id=taken["order_id"]).total == 1_000_000
    assert Entry.objects.filter(id=taken["entry"], subject_id=taken["subject_id"]).count() == 1
    assert taken["proposals"] is None


def test_what_staff_took_in_they_may_look_at_for_that_work(doors) -> None:
    taken = doors.clerk.post("intake/purchase", order()).json()
    seen = doors.clerk.post(
        f"subjects/{taken['subject_id']}/look",
        {"categories": ["phone"], "purpose": "order", "work": taken["work"]},
    )
    assert [item["value"] for item in seen.json()["items"]] == ["+84987654321"]


@pytest.mark.parametrize(
    ("source", "clause"), [("bought_list", "PDPL-7.6"), ("device", "3.2"), ("wholesale_enquiry", "3.2")]
)
def test_a_source_that_law_or_text_closes_is_refused_with_its_clause(doors, source: str, clause: str) -> None:
    response = doors.system.post(f"intake/{source}", order())
    assert response.status_code == 403
    error = response.json()["error"]
    assert (error["verdict"], error["clauses"][0]) == ("deny", clause)
    assert Entry.objects.filter(id=error["entry"]).count() == 1
    assert Subject.objects.count() == 0


def test_the_public_never_learns_that_a_contact_is_known(doors, minh) -> None:
    """A victim's phone with an attacker's name: a new person, and not a word about the known one."""
    public = doors.system.post("intake/purchase", order(MINH)).json()
    assert public["subject_id"] != str(minh)
    assert public["proposals"] is None
    assert doors.clerk.post("intake/purchase", order(MINH)).json()["proposals"] == 2


def test_the_public_cannot_add_to_a_known_person(doors, minh) -> None:
    response = doors.system.post("intake/purchase", order(subject_id=str(minh)))
    assert (response.status_code, response.json()["error"]["code"]) == (403, "public_join")


def test_a_card_number_is_turned_away_and_never_repeated(doors) -> None:
    card = "4111 1111 1111 1111"
    data = order()
    data["fields"].append({"category": "order_note", "value": f"thẻ {card} hết hạn 12/29"})
    response = doors.system.post("intake/purchase", data)
    assert response.status_code == 422
    assert response.json()["error"]["field"] == "order_note"
    assert card not in response.content.decode()
    assert Item.objects.count() == 0


def test_a_consent_comes_in_with_the_exact_words(doors) -> None:
    answer = {"purpose": "after_sales", "value": "given", "how": "form", "text": OWN_WORDS}
    taken = doors.system.post("intake/purchase", order(consents=[answer]))
    assert taken.status_code == 201, taken.content.decode()
    state = doors.clerk.post(
        f"subjects/{taken.json()['subject_id']}/consents/state", {"purpose": "after_sales", "work": "order:1"}
    )
    assert state.json() == {"state": "given", "restrained": []}


def test_an_unknown_source_has_no_address(doors) -> None:
    response = doors.system.post("intake/telepathy", order())
    assert (response.status_code, response.json()["error"]["code"]) == (422, "word.unknown")


def test_a_pasted_chat_is_read_and_not_kept(doors) -> None:
    chat = f"Chào shop\n{THAO.name} {THAO.phone}\n{THAO.address}\nlấy 2 cái máy khoan nhé\nthẻ 4111111111111111"
    response = doors.clerk.post("chat-proposals", {"text": chat})
    assert response.status_code == 200, response.content.decode()
    found = response.json()
    assert (found["name"], found["phone"]) == (THAO.name, "+84987654321")
    assert found["forbidden"] == ["card_number"]
    assert "4111111111111111" not in response.content.decode()
    assert Subject.objects.count() == Item.objects.count() == 0
