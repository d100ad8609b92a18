"""The attacker holds an API key: of a narrow role or purpose, or one planted or widened by SQL."""

import json
from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client

from camket.consent.models import ConsentEvent, Restraint
from camket.ledger.models import Entry
from camket.shops.actions import issue_api_key
from camket.shops.models import ApiKey
from camket.shops.tokens import new_token
from camket.subjects.models import Subject
from tests.api.conftest import THEN, Door, doors, minh
from tests.world import OWNER

__all__ = ["doors", "minh"]

GIVEN = {
    "purpose": "marketing",
    "value": "given",
    "how": "form",
    "text": "Tôi đồng ý nhận tin khuyến mãi.",
    "channel": "email",
}
LOOK = {"categories": ["name", "phone"], "purpose": "order", "work": "order:1042"}


@pytest.fixture
def low(doors):
    """The director's own key for a till: it acts as customer service, for delivery."""
    issued = issue_api_key(
        shop_id=doors.shop_id,
        role="customer_service",
        purposes=["delivery"],
        staff_id=doors.hanh,
        actor=OWNER,
        now=THEN,
    )
    return Door(Client(), issued.token)


def test_a_narrow_key_of_the_director_does_not_manage(doors, minh, low):
    """INVARIANT 14: the key's role limits the person who holds it: it neither erases nor assigns work."""
    shredded = low.post(f"subjects/{minh}/shred", {"reason": "request"})
    assigned = low.post(f"subjects/{minh}/assignments", {"staff_id": str(doors.hanh), "work": "order:7"})
    assert (shredded.status_code, assigned.status_code) == (403, 403)
    assert Subject.objects.filter(subject_id=minh).exists()
    assert doors.director.post(f"subjects/{minh}/shred", {"reason": "request"}).status_code == 200


def test_a_receipt_of_an_answer_for_another_purpose_is_not_given(doors, minh):
    number = doors.clerk.post(f"subjects/{minh}/consents", GIVEN).json()["number"]
    asked = {"number": number, "purpose": "delivery", "work": "order:1042"}
    assert doors.narrow.post(f"subjects/{minh}/consents/receipt", asked).status_code == 404
    assert doors.clerk.post(f"subjects/{minh}/consents/receipt", asked).status_code == 404


def test_a_key_opens_no_use_for_a_purpose_that_is_not_its_own(doors, minh):
    """It may take back and stop for any purpose, and give or lift for its own ones only."""
    before = Entry.objects.count()
    given = doors.narrow.post(f"subjects/{minh}/consents", GIVEN)
    assert (given.status_code, given.json()["error"]["verdict"]) == (403, "deny")
    assert Entry.objects.filter(id=given.json()["error"]["entry"]).exists()
    assert Entry.objects.count() == before + 1
    assert not ConsentEvent.objects.exists()
    withdrawn = doors.narrow.post(f"subjects/{minh}/consents/withdraw", {"purpose": "marketing", "how": "phone"})
    assert withdrawn.status_code == 200


@pytest.mark.parametrize("purpose", [None, "order"])
def test_a_key_lifts_no_restriction_beyond_its_purposes(doors, minh, purpose):
    asked = {"kind": "restrict", "how": "phone", **({"purpose": purpose} if purpose else {})}
    assert doors.narrow.post(f"subjects/{minh}/restraints", asked).status_code == 200
    assert doors.narrow.post(f"subjects/{minh}/restraints", {**asked, "lifted": True}).status_code == 403
    assert Restraint.objects.count() == 1


def test_a_form_cannot_claim_that_an_answer_was_confirmed_twice(doors):
    answer = {**GIVEN, "how": "double_opt_in"}
    fields = [{"category": "email", "value": "khoi@example.org"}]
    sent = doors.system.post("intake/newsletter", {"fields": fields, "consents": [answer]})
    assert sent.status_code in {403, 422}, sent.content.decode()
    assert not ConsentEvent.objects.filter(how="double_opt_in").exists()


def _planted(doors, token):
    """The attacker knows how digests are made, but not the shop's secret."""
    half = sha256(token.encode()).digest()
    return ApiKey(
        id=doors.hanh,
        shop_id=doors.shop_id,
        digest=half,
        staff_id=doors.lan,
        role="customer_service",
        purposes=["order"],
        issued_at=0,
    )


def test_a_key_planted_by_sql_opens_nothing(doors, minh):
    token = new_token("comet")
    _planted(doors, token).save(force_insert=True)
    assert Door(Client(), token).post(f"subjects/{minh}/look", LOOK).status_code == 401


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("purposes", json.dumps(["delivery", "order"])),
        ("role", "director"),
        ("ends_at", 9_999_999_999_999),
        ("shop_id", 3),
    ],
)
def test_a_key_widened_by_sql_opens_nothing(doors, minh, column, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE camket_api_key SET {column} = %s", [value])
    assert doors.narrow.post(f"subjects/{minh}/look", LOOK).status_code == 401
    assert doors.clerk.get("policy").status_code == 401


def test_a_revoked_key_brought_back_by_sql_opens_nothing(doors, minh):
    ApiKey.objects.update(revoked_at=None)
    assert doors.clerk.get("policy").status_code == 200
    assert doors.revoked.get("policy").status_code == 401
