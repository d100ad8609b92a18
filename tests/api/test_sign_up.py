"""A newsletter sign-up through the door waits for its code, and the answer is the same for everybody."""

import re

from camket.consent.queries import state
from camket.outbox.models import Outbox
from camket.vault.messages import opened
from tests.cast import KHOI, MINH

YES = {"purpose": "marketing", "value": "given", "how": "form", "text": "Tôi muốn nhận tin", "channel": "email"}


def _sent(doors, email):
    body = {"fields": [{"category": "email", "value": email}], "consents": [YES], "declared": ["truthful_data"]}
    response = doors.system.post("intake/newsletter", body)
    assert response.status_code == 201, response.content.decode()
    return response.json()


def test_a_sign_up_is_pending_until_its_code_comes_back(doors) -> None:
    sent = _sent(doors, MINH.email)
    assert (sent["pending"], sent["items"], sent["proposals"]) == (True, [], None)
    asked = {"shop_id": doors.shop_id, "subject_id": sent["subject_id"], "purpose": "marketing", "channel": "email"}
    path = f"subjects/{sent['subject_id']}/sign-up/confirm"
    assert doors.system.get(path).status_code == 405
    wrong = doors.system.post(path, {"code": "000000"})
    assert (wrong.status_code, wrong.json()["error"]["code"], state(**asked)) == (422, "code_refused", "never_asked")
    code = re.findall(r"\d{6}", opened(Outbox.objects.get(subject_id=sent["subject_id"])).reveal()[2])[0]
    assert doors.stranger.post(path, {"code": code}).status_code == 404
    right = doors.system.post(path, {"code": code})
    assert (right.status_code, right.json()["confirmed"], state(**asked)) == (200, True, "given")


def test_known_and_unknown_contacts_are_answered_alike(doors) -> None:
    code = _sent(doors, MINH.email)
    path = f"subjects/{code['subject_id']}/sign-up/confirm"
    said = opened(Outbox.objects.get(subject_id=code["subject_id"])).reveal()[2]
    doors.system.post(path, {"code": re.findall(r"\d{6}", said)[0]})
    known, unknown = _sent(doors, MINH.email), _sent(doors, KHOI.email)
    own = {"subject_id", "work", "entry"}
    assert {key: known[key] for key in known.keys() - own} == {key: unknown[key] for key in unknown.keys() - own}
    for _ in range(3):
        _sent(doors, MINH.email)
    body = {"fields": [{"category": "email", "value": MINH.email}], "consents": [YES], "declared": ["truthful_data"]}
    late = doors.system.post("intake/newsletter", body)
    assert (late.status_code, late.json()["error"]["code"]) == (429, "too_many_codes")
