"""Work is given, ends, and is replaced for minutes in an emergency; a code proves a contact; erasing leaves nothing."""

from uuid import uuid4

from camket.ledger.actions import checkpoint, sequence
from camket.ledger.models import Entry
from camket.outbox.models import Outbox
from camket.subjects.models import Subject
from camket.vault.messages import opened
from camket.vault.models import Item
from tests.api.conftest import THEN
from tests.cast import MINH

LOOK = {"categories": ["phone"], "purpose": "order", "work": "order:7"}


def test_a_director_gives_work_and_its_end_closes_the_look(doors, minh) -> None:
    path = f"subjects/{minh}/assignments"
    given = {"staff_id": str(doors.lan), "work": "order:7"}
    assert doors.clerk.post(f"subjects/{minh}/look", LOOK).status_code == 403
    assert doors.clerk.post(path, given).status_code == 403
    assigned = doors.director.post(path, given)
    assert assigned.status_code == 200, assigned.content.decode()
    assert doors.clerk.post(f"subjects/{minh}/look", LOOK).status_code == 200
    ended = doors.clerk.post(f"{path}/{assigned.json()['assignment_id']}/end", {})
    assert ended.json() == {"ended": True}
    assert doors.clerk.post(f"subjects/{minh}/look", LOOK).status_code == 403
    assert doors.director.post(f"{path}/{uuid4()}/end", {}).status_code == 404


def test_work_named_by_a_phone_number_is_refused_at_the_door(doors, minh) -> None:
    response = doors.clerk.post(f"subjects/{minh}/look", {**LOOK, "work": f"call:{MINH.phone}"})
    assert (response.status_code, response.json()["error"]["field"]) == (422, "work")
    assert MINH.phone not in response.content.decode()


def test_breaking_the_glass_replaces_a_missing_assignment_only(doors, minh) -> None:
    glass = {"work": "order:7", "explanation": "khách đang chờ ở cửa hàng", "minutes": 30}
    response = doors.clerk.post(f"subjects/{minh}/break-glass", glass)
    assert response.status_code == 200, response.content.decode()
    assert doors.clerk.post(f"subjects/{minh}/look", LOOK).status_code == 200
    assert doors.clerk.post(f"subjects/{minh}/look", {**LOOK, "purpose": "marketing"}).status_code == 403
    assert doors.clerk.post(f"subjects/{minh}/break-glass", {**glass, "explanation": "gấp"}).status_code == 422
    assert doors.clerk.post(f"subjects/{minh}/break-glass", {**glass, "minutes": 241}).status_code == 422


def test_a_code_is_sent_with_one_answer_for_known_and_unknown_and_proves_the_contact(doors, minh) -> None:
    known = doors.system.post("contact-codes", {"kind": "phone", "value": MINH.phone})
    unknown = doors.system.post("contact-codes", {"kind": "phone", "value": "0999888777"})
    assert (known.status_code, unknown.status_code) == (202, 202)
    assert known.json() == unknown.json() == {"accepted": True}
    item = Item.objects.get(subject_id=minh, category="phone")
    path = f"subjects/{minh}/items/{item.id}/verify"
    assert doors.clerk.post(path, {"code": "000000"}).json()["error"]["code"] == "code_refused"
    _, _, text = opened(Outbox.objects.get(subject_id=minh)).reveal()
    code = next(word for word in text.replace(".", " ").split() if word.isdigit() and len(word) == 6)
    assert doors.clerk.post(path, {"code": code}).json() == {"verified": True}
    assert Item.objects.get(subject_id=minh, category="phone").verified


def test_too_many_codes_answer_429_with_the_time_to_wait(doors) -> None:
    asked = {"kind": "phone", "value": "0999888777"}
    answers = [doors.system.post("contact-codes", asked) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert answers[-1].json()["error"]["code"] == "too_many_codes"
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600


def test_a_director_erases_and_nothing_is_left(doors, minh) -> None:
    path = f"subjects/{minh}/shred"
    assert doors.clerk.post(path, {"reason": "request"}).status_code == 403
    assert doors.stranger.post(path, {"reason": "request"}).status_code in {403, 404}
    done = doors.director.post(path, {"reason": "request"})
    assert done.status_code == 200, done.content.decode()
    assert (done.json()["items"], done.json()["left"]) == (2, 0)
    assert not Subject.objects.filter(subject_id=minh).exists()
    assert doors.clerk.post(f"subjects/{minh}/look", {**LOOK, "work": "order:1042"}).status_code == 404
    assert doors.director.post(path, {"reason": "request"}).status_code == 404


def test_an_entry_has_a_receipt_for_its_own_shop_only(doors, minh) -> None:
    look = doors.clerk.post(f"subjects/{minh}/look", {**LOOK, "work": "order:1042"}).json()
    path = f"entries/{look['entry']}/receipt"
    assert doors.clerk.get(path).status_code == 404
    newest = Entry.objects.get(id=look["entry"])
    assert newest.shop_id == doors.shop_id
    sequence(shop_id=doors.shop_id, now=THEN, full=True)
    note = checkpoint(shop_id=doors.shop_id, now=THEN)
    receipt = doors.clerk.get(path)
    assert receipt.status_code == 200, receipt.content.decode()
    assert receipt.json()["checkpoint"] == note == doors.clerk.get("ledger/checkpoint").json()["checkpoint"]
    assert doors.stranger.get(path).status_code == 404
