"""A request that was sent twice is done once: the answer commits with the deed."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection

from camket.base.clock import utc_now
from camket.ledger.models import Entry
from camket.shops import once
from camket.shops.models import Answered
from camket.store.errors import ForgedRowError
from camket.subjects.models import Subject
from tests.cast import THAO

SALE = {"fields": [{"category": "name", "value": THAO.name}, {"category": "phone", "value": THAO.phone}]}
KEY = {"Idempotency-Key": "0b9c6a1e-5f0e-4a53-9d0e-6a1a1c2f3b4d"}
WORK = {"purpose": "order", "work": "order:1042"}


def _counts() -> tuple[int, int]:
    return Subject.objects.count(), Entry.objects.count()


def test_the_same_request_is_done_once_and_answered_alike(doors) -> None:
    first = doors.clerk.post("intake/purchase", SALE, KEY)
    after = _counts()
    second = doors.clerk.post("intake/purchase", SALE, KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.content, first.headers["Content-Type"]) == (second.content, second.headers["Content-Type"])
    assert (first.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert second["Cache-Control"] == "no-store"
    assert _counts() == after


def test_without_a_key_each_request_is_a_new_one_and_nothing_is_kept(doors) -> None:
    one, two = (doors.clerk.post("intake/purchase", SALE).json()["subject_id"] for _ in range(2))
    assert one != two
    assert Answered.objects.count() == 0


def test_an_answer_with_a_key_reads_as_one_without(doors, minh) -> None:
    plain = doors.clerk.post(f"subjects/{minh}/consents/withdraw", {"purpose": "order", "how": "phone"})
    keyed = doors.clerk.post(f"subjects/{minh}/consents/withdraw", {"purpose": "order", "how": "phone"}, KEY)
    assert plain.headers["Content-Type"] == keyed.headers["Content-Type"]
    assert plain.json().keys() == keyed.json().keys()


@pytest.mark.parametrize(
    "change",
    [{"how": "mailbox"}, {"purpose": "marketing"}],
)
def test_another_request_under_the_same_key_is_refused_and_not_done(doors, minh, change) -> None:
    body = {"purpose": "order", "how": "phone"}
    assert doors.clerk.post(f"subjects/{minh}/consents/withdraw", body, KEY).status_code == 200
    before = _counts()
    other = doors.clerk.post(f"subjects/{minh}/consents/withdraw", body | change, KEY)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency.other_request")
    assert other.json()["error"]["field"] == "Idempotency-Key"
    elsewhere = doors.clerk.post(f"subjects/{minh}/restraints", {"kind": "object", "how": "phone"}, KEY)
    assert elsewhere.json()["error"]["code"] == "idempotency.other_request"
    assert _counts() == before


def test_each_api_key_has_idempotency_keys_of_its_own(doors) -> None:
    one = doors.clerk.post("intake/purchase", SALE, KEY).json()
    two = doors.director.post("intake/purchase", SALE, KEY).json()
    assert one["subject_id"] != two["subject_id"]


def test_another_person_behind_the_same_system_is_another_request(doors) -> None:
    behalf = {"Camket-On-Behalf-Of": str(doors.lan), **KEY}
    assert doors.system.post("intake/purchase", SALE, behalf).status_code == 201
    other = doors.system.post("intake/purchase", SALE, {**behalf, "Camket-On-Behalf-Of": str(doors.hanh)})
    assert other.json()["error"]["code"] == "idempotency.other_request"


def test_a_refusal_stays_in_the_ledger_and_is_not_kept_as_an_answer(doors, minh) -> None:
    body = {"value": "0387654321", "version": 1, **WORK}
    item = doors.clerk.post(f"subjects/{minh}/look", {"categories": ["phone"], **WORK}).json()["items"][0]["item_id"]
    refused = doors.director.post(f"subjects/{minh}/items/{item}/change", body, KEY)
    assert refused.status_code == 403
    assert Entry.objects.filter(id=refused.json()["error"]["entry"]).exists()
    again = doors.director.post(f"subjects/{minh}/items/{item}/change", body, KEY)
    assert again.json()["error"]["entry"] != refused.json()["error"]["entry"]
    assert Answered.objects.count() == 0


def test_a_wrong_code_counts_each_time(doors, minh) -> None:
    item = doors.clerk.post(f"subjects/{minh}/look", {"categories": ["phone"], **WORK}).json()["items"][0]["item_id"]
    doors.clerk.post("contact-codes", {"kind": "phone", "value": "0912345678"})
    before = Entry.objects.count()
    for _ in range(2):
        doors.clerk.post(f"subjects/{minh}/items/{item}/verify", {"code": "000000"}, KEY)
    assert Entry.objects.count() == before + 2


def test_a_fault_undoes_the_deed_with_the_answer(doors, minh) -> None:
    def breaks() -> bytes:
        doors.clerk.post(f"subjects/{minh}/restraints", {"kind": "object", "how": "phone"})
        raise OSError("the power fails")

    before = _counts()
    with pytest.raises(OSError, match="power"):
        once.once(request=_request(doors), now=utc_now(), perform=breaks)
    assert _counts() == before
    assert once.once(request=_request(doors), now=utc_now(), perform=lambda: b"done").repeated is False


def _request(doors, said: bytes = b"said") -> once.Request:
    from camket.shops.models import ApiKey

    key = ApiKey.objects.filter(shop_id=doors.shop_id).order_by("id").first()
    return once.Request(shop_id=doors.shop_id, key_id=key.id, token="lan-1", said=said)


def test_an_answer_is_kept_for_a_day(doors) -> None:
    then = utc_now()
    for hours, repeated in ((0, False), (23, True), (24, False), (25, True)):
        outcome = once.once(
            request=_request(doors), now=then + timedelta(hours=hours), perform=lambda hours=hours: b"%d" % hours
        )
        assert outcome.repeated is repeated, hours
    assert outcome.answer == b"24"


def test_answers_whose_day_is_over_are_swept(doors) -> None:
    then = utc_now()
    once.once(request=_request(doors), now=then, perform=lambda: b"one")
    assert once.sweep(now=then + timedelta(hours=23)) == 0
    assert once.sweep(now=then + timedelta(hours=24)) == 1
    assert Answered.objects.count() == 0


def test_an_answer_that_was_written_by_hand_is_not_given(doors) -> None:
    once.once(request=_request(doors), now=utc_now(), perform=lambda: b"one")
    once.once(request=_other(doors), now=utc_now(), perform=lambda: b"two")
    kept = Answered.objects.get(digest=_other(doors).place())
    Answered.objects.filter(digest=_request(doors).place()).update(answer=kept.answer)
    with pytest.raises(ForgedRowError):
        once.once(request=_request(doors), now=utc_now(), perform=lambda: b"three")


def _other(doors) -> once.Request:
    request = _request(doors)
    return once.Request(shop_id=request.shop_id, key_id=request.key_id, token="lan-2", said=request.said)


def test_nothing_that_was_sent_or_answered_can_be_read_from_the_database(doors, all_bytes) -> None:
    answered = doors.clerk.post("intake/purchase", SALE, KEY).json()
    row = Answered.objects.get()
    kept = b"".join((row.digest, row.request, row.answer))
    assert b"0b9c6a1e-5f0e-4a53-9d0e-6a1a1c2f3b4d" not in all_bytes()
    assert [c for c in THAO.canaries if c.encode() in all_bytes()] == []
    assert answered["subject_id"].encode() not in kept
    assert json.dumps(answered["work"]).encode() not in kept


@pytest.mark.parametrize("token", ["", "0912345678", "don-hang-1042", "x" * 201])
def test_a_key_that_is_no_key_is_refused_by_name(doors, token) -> None:
    answer = doors.clerk.post("intake/purchase", SALE, {"Idempotency-Key": token})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "header.Idempotency-Key"


@pytest.mark.django_db(transaction=True)
def test_while_it_is_being_done_a_repeat_waits_its_turn(doors) -> None:
    begun, go, seen = threading.Event(), threading.Event(), []

    def slow() -> bytes:
        begun.set()
        go.wait(10)
        return b"one"

    request = _request(doors)

    def first() -> None:
        seen.append(once.once(request=request, now=utc_now(), perform=slow))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait(10)
    try:
        with pytest.raises(once.InFlightError) as found:
            once.once(request=request, now=utc_now(), perform=lambda: b"two")
        assert found.value.retry_after == 1
    finally:
        go.set()
        thread.join()
    assert seen == [once.Outcome(b"one", repeated=False)]
    assert once.once(request=request, now=utc_now(), perform=lambda: b"two") == once.Outcome(b"one", repeated=True)
