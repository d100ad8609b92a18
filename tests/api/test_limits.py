"""How often a key and a stranger may knock, how deep a body may be, and what a key may call until when."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, RequestFactory

from camket.api import limits, parsing, scopes
from camket.api.limits import Buckets, Doorkeeper, Rate
from camket.base.clock import utc_now
from camket.ledger import entry
from camket.ledger.models import Entry
from camket.shops.actions import issue_api_key
from camket.shops.errors import ShopError
from camket.shops.models import ApiKey
from tests.api.conftest import EVERYTHING, THEN, Door
from tests.world import OWNER


@pytest.fixture
def strict(settings):
    """Five calls at once and one a second more for a key; three wrong keys for an address."""
    settings.CAMKET_RATE_KEY, settings.CAMKET_RATE_STRANGER = "1/5", "0.001/3"
    limits.doorkeeper.cache_clear()
    yield
    limits.doorkeeper.cache_clear()


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    buckets = Buckets(Rate(2, 4))
    assert [buckets.take("a", 10.0).wait for _ in range(5)] == [0, 0, 0, 0, 1]
    assert buckets.take("b", 10.0).left == 3
    assert buckets.take("a", 10.4).wait == 1
    assert buckets.take("a", 10.6).wait == 0
    assert buckets.take("a", 99.0) == limits.Taken(left=3, full_in=1, wait=0)
    assert buckets.take("a", 50.0).left == 2  # a clock that steps back gives nothing


def test_buckets_stay_few() -> None:
    buckets = Buckets(Rate(1, 1))
    for number in range(20_100):
        buckets.take(number, 0.0)
    assert len(buckets._levels) == 20_000


@pytest.mark.parametrize("text", ["", "x", "1", "1/0", "-1/2", "inf/2", "nan/2"])
def test_a_rate_that_is_none_is_refused(text) -> None:
    with pytest.raises(ValueError, match=r"."):
        Rate.parse(text)


def test_a_key_is_told_what_it_may_still_do_and_when_to_come_back(doors, strict) -> None:
    answers = [doors.clerk.get("words") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0]["RateLimit-Policy"] == '"key";q=5;w=5'
    assert answers[0]["RateLimit"].startswith('"key";r=4;t=')
    last = answers[-1]
    assert (last.json()["error"]["code"], last["Retry-After"]) == ("rate.limited", "1")
    assert last["RateLimit"].startswith('"key";r=0;')
    assert doors.director.get("words").status_code == 200


def test_a_guesser_is_stopped_and_locks_nobody_out_who_came_before(doors, strict) -> None:
    assert doors.clerk.get("words").status_code == 200
    guesses = [Door(Client(), f"comet_{number}").get("words") for number in range(4)]
    assert [answer.status_code for answer in guesses] == [401, 401, 401, 429]
    assert int(guesses[-1]["Retry-After"]) > 0
    assert doors.nobody.get("words").status_code == 429
    assert doors.director.get("words").status_code == 429  # not seen before from anywhere
    assert doors.clerk.get("words").status_code == 200


def _keeper(*proxies: str) -> Doorkeeper:
    return Doorkeeper(keys=Rate(1, 1), strangers=Rate(1, 1), proxies=frozenset(proxies))


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "found"),
    [
        ("203.0.113.9", "", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", ("10.0.0.1",), "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", ("10.0.0.1", "10.0.0.2"), "198.51.100.1"),
        ("10.0.0.1", "not an address", ("10.0.0.1",), "unknown"),
        ("2001:db8:1:2:3:4:5:6", "", (), "2001:db8:1:2::/64"),
    ],
)
def test_who_knocks_is_the_peer_or_whom_a_trusted_proxy_names(peer, forwarded, proxies, found) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert _keeper(*proxies).address(request) == found


def test_a_body_in_chunks_is_refused_before_it_is_read(doors) -> None:
    answer = Client().post(
        "/api/v1/decide",
        data=b"{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {doors.clerk.token}", "Transfer-Encoding": "chunked"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (411, "body.length_required")


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b"[" * 32 + b"]" * 32, False),
        (b"[" * 33 + b"]" * 33, True),
        (b'{"a":' * 33 + b"1" + b"}" * 33, True),
        (b"[" + b"[]," * 500 + b"[]]", False),
        (b'["' + b"[" * 500 + b'", "\\"' + b"{" * 500 + b'"]', False),
        (b"[" * 200_000, True),
    ],
)
def test_a_body_may_be_32_levels_deep(body, deep) -> None:
    assert parsing.too_deep(body) is deep


def test_a_body_that_is_too_deep_is_refused_as_malformed(doors) -> None:
    answer = Client().post(
        "/api/v1/decide",
        data=b'{"action":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {doors.clerk.token}"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "body.malformed")


def _key(doors, **given) -> Door:
    issued = issue_api_key(
        shop_id=doors.shop_id,
        role="customer_service",
        purposes=EVERYTHING,
        staff_id=doors.lan,
        actor=OWNER,
        now=THEN,
        **given,
    )
    return Door(Client(), issued.token)


def test_a_key_calls_only_the_operations_it_was_issued_for(doors, minh) -> None:
    look = {"categories": ["phone"], "purpose": "order", "work": "order:1042"}
    narrow = _key(doors, scopes=["look", "words"])
    assert narrow.get("words").status_code == 200
    assert narrow.post(f"subjects/{minh}/look", look).status_code == 200
    for refused in (narrow.get("policy"), narrow.post(f"subjects/{minh}/orders", {**look, "categories": []})):
        body = refused.json()["error"]
        assert (refused.status_code, body["code"], body["verdict"]) == (403, "denied", "deny")
        kept = entry.read(Entry.objects.get(id=body["entry"]).body)
        assert (kept["e"], kept["d"]["lacking"]) == ("gate.refused", ["scope"])


def test_every_operation_has_a_name_that_a_scope_can_hold(doors) -> None:
    document = json.loads(Client().get("/api/v1/openapi.json").content)["paths"]
    named = {operation["operationId"] for verbs in document.values() for operation in verbs.values()}
    assert set(scopes.operations().values()) == named


def test_a_key_widened_by_hand_opens_nothing(doors) -> None:
    narrow = _key(doors, scopes=["words"])
    ApiKey.objects.filter(scopes__isnull=False).update(scopes=None)
    assert narrow.get("words").status_code == 401


@pytest.mark.parametrize("given", [{"scopes": []}, {"scopes": ["a b"]}, {"ends_at": THEN}])
def test_bounds_that_are_none_are_refused(doors, given) -> None:
    with pytest.raises(ShopError):
        _key(doors, **given)


def test_the_last_thirty_days_of_a_key_are_told(doors) -> None:
    soon, later = utc_now() + timedelta(days=29), utc_now() + timedelta(days=31)
    told = _key(doors, ends_at=soon).get("words")[scopes.ENDS]
    assert datetime.fromisoformat(told) == soon.astimezone(UTC).replace(microsecond=0)
    assert scopes.ENDS not in _key(doors, ends_at=later).get("words")
    assert scopes.ENDS not in doors.clerk.get("words")


def test_a_role_that_does_not_reach_is_refused_with_its_entry(doors, minh) -> None:
    refused = doors.clerk.post(f"subjects/{minh}/shred", {"reason": "request"})
    body = refused.json()["error"]
    assert (refused.status_code, body["code"], body["verdict"]) == (403, "not_allowed", "deny")
    kept = Entry.objects.get(id=body["entry"])
    assert kept.subject_id == minh
    assert entry.read(kept.body)["d"]["lacking"] == ["role"]


def test_showing_an_answer_is_a_look(doors, minh) -> None:
    asked = {"purpose": "order", "work": "order:1042"}
    doors.clerk.post(
        f"subjects/{minh}/consents", {"purpose": "order", "value": "given", "how": "form", "text": "Vâng."}
    )
    before = set(Entry.objects.values_list("id", flat=True))
    assert doors.clerk.post(f"subjects/{minh}/consents/state", asked).status_code == 200
    assert doors.clerk.post(f"subjects/{minh}/consents/receipt", {"number": 1, **asked}).status_code == 200
    assert doors.clerk.post(f"subjects/{minh}/consents/receipt", {"number": 2, **asked}).status_code == 404
    looked = [entry.read(row.body) for row in Entry.objects.exclude(id__in=before).order_by("id")]
    assert [(one["e"], one["d"]["shown"], one["p"], one["w"]) for one in looked] == [
        ("consent.looked", "state", "order", "order:1042"),
        ("consent.looked", "receipt", "order", "order:1042"),
    ]
