"""What a shop's own systems are told: from the ledger to a TLS wire, signed, without values."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from camket.client import SignatureError, verify
from camket.ledger.actions import sequence
from camket.outbox import delivering, hooks
from camket.outbox.backoff import MOST_ATTEMPTS
from camket.outbox.errors import HookError, SendError
from camket.outbox.models import Delivery, Webhook
from camket.outbox.wire import Wire
from camket.shops.actions import register_webhook, remove_webhook, retry_webhook, rotate_webhook
from camket.shops.errors import NotAllowedError
from camket.store.models import ShopSecret
from camket.vault.actions import rescan, shred
from camket.vault.models import Erasure
from tests import kept
from tests.cast import MINH

SLUG = "comet"
HOST = "kho.example"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `kho.example`, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "kho.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@contextmanager
def receiving(certificate: Path, statuses: list[int]) -> Iterator[tuple[str, list[tuple[bytes, dict[str, str]]]]]:
    """A system that takes what is sent over TLS; it answers with `statuses`, the last one for ever."""
    seen: list[tuple[bytes, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
            self.send_response(status)
            self.send_header("Location", "https://127.0.0.1/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's own name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://{HOST}:{server.server_port}/camket", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wire(certificate: Path, *, private: bool = True, addresses: tuple[str, ...] = ("127.0.0.1",)) -> Wire:
    context = ssl.create_default_context(cafile=str(certificate))
    return Wire(private=private, resolve=lambda *_: list(addresses), context=context, seconds=3.0)


def _register(world, now, url: str = f"https://{HOST}/camket", events: tuple[str, ...] = ("item.put",)):
    return register_webhook(shop_id=world.shops[SLUG], url=url, events=list(events), actor=world.hanh(SLUG), now=now)


def _erased(people: set[UUID]) -> set[UUID]:
    return set(Erasure.objects.filter(subject_id__in=people).values_list("subject_id", flat=True))


def _queue(world, now) -> None:
    sequence(shop_id=world.shops[SLUG], now=now)
    while delivering.queue(shop_id=world.shops[SLUG], now=now, erased=_erased):
        pass


def _send(world, now, over: Wire) -> int:
    return delivering.send(shop_id=world.shops[SLUG], now=now, wire=over, erased=_erased)


def test_an_event_arrives_signed_and_without_values(world, now, certificate) -> None:
    with receiving(certificate, [200]) as (url, seen):
        made = _register(world, now, url)
        subject_id = kept.keep(world, SLUG, MINH, now)
        _queue(world, now)
        assert _send(world, now, wire(certificate)) == 1
        assert _send(world, now, wire(certificate)) == 0
    ((body, headers),) = seen
    event = verify(body, headers["Camket-Signature"], made.secret, now=now.timestamp())
    assert (event.event, event.shop, event.subject) == ("item.put", SLUG, subject_id)
    assert set(json.loads(body)) == {"id", "event", "shop", "subject", "entry", "at"}
    assert [canary for canary in MINH.canaries if canary.encode() in body] == []
    assert Delivery.objects.count() == 0


def test_what_was_before_or_was_not_asked_for_is_not_sent(world, now) -> None:
    kept.keep(world, SLUG, MINH, now)
    _register(world, now + timedelta(seconds=1))
    kept.assign(world, SLUG, kept.keep(world, SLUG, MINH, now + timedelta(seconds=2)), now + timedelta(seconds=2))
    _queue(world, now + timedelta(seconds=3))
    assert list(Delivery.objects.values_list("event", flat=True)) == ["item.put"]


def test_two_secrets_sign_while_one_is_replaced(world, now, certificate) -> None:
    with receiving(certificate, [200]) as (url, seen):
        old = _register(world, now, url)
        new = rotate_webhook(shop_id=world.shops[SLUG], webhook_id=old.webhook_id, actor=world.hanh(SLUG), now=now)
        assert old.secret != new.secret
        for days in (1, 4):
            at = now + timedelta(days=days)
            kept.keep(world, SLUG, MINH, at)
            _queue(world, at)
            _send(world, at, wire(certificate))
    (first, signed), (second, signed_later) = ((body, headers["Camket-Signature"]) for body, headers in seen)
    day, later = (now + timedelta(days=1)).timestamp(), (now + timedelta(days=4)).timestamp()
    assert verify(first, signed, old.secret, now=day) == verify(first, signed, new.secret, now=day)
    assert verify(second, signed_later, [old.secret, new.secret], now=later)
    with pytest.raises(SignatureError):
        verify(second, signed_later, old.secret, now=later)


@pytest.mark.parametrize(
    "change",
    [
        lambda body, signed, at: (body + b" ", signed, at),
        lambda body, signed, at: (body, signed, at + 301),
        lambda body, signed, at: (body, signed, at - 301),
        lambda body, signed, at: (body, signed.replace("t=", "t=1"), at),
        lambda body, signed, at: (body, f"{signed},t=5", at),
        lambda body, signed, at: (body, signed.split(",")[0], at),
        lambda body, _, at: (body, "", at),
    ],
)
def test_a_changed_or_old_webhook_is_refused(world, now, change) -> None:
    made = _register(world, now)
    hook = Webhook.objects.get()
    body = hooks.message(shop=SLUG, delivery_id=hook.id, event="item.put", subject_id=None, entry_id=hook.id)
    signed = hooks.signature(hook, body, now)
    assert verify(body, signed, made.secret, now=now.timestamp()).subject is None
    changed, other, at = change(body, signed, now.timestamp())
    with pytest.raises(SignatureError):
        verify(changed, other, made.secret, now=at)


def test_a_system_that_is_down_is_tried_again_and_given_up_at_last(world, now, certificate) -> None:
    shop_id = world.shops[SLUG]
    with receiving(certificate, [500]) as (url, seen):
        made = _register(world, now, url)
        kept.keep(world, SLUG, MINH, now)
        _queue(world, now)
        at = now
        for _ in range(MOST_ATTEMPTS):
            _send(world, at, wire(certificate))
            _send(world, at, wire(certificate))  # not due again at once
            at += timedelta(hours=7)
        assert len(seen) == MOST_ATTEMPTS
    assert len({json.loads(body)["id"] for body, _ in seen}) == 1
    (given_up,) = delivering.dead(shop_id=shop_id)
    assert (given_up.code, given_up.attempts) == ("hook-500", MOST_ATTEMPTS)
    assert retry_webhook(shop_id=shop_id, webhook_id=made.webhook_id, actor=world.hanh(SLUG), now=at) == 1
    assert delivering.dead(shop_id=shop_id) == []
    Delivery.objects.update(dead_at=0)
    assert delivering.sweep(now=at) == 1


def test_a_system_that_is_gone_is_not_asked_again_and_a_redirect_is_not_followed(world, now, certificate) -> None:
    with receiving(certificate, [302, 410]) as (url, seen):
        _register(world, now, url)
        kept.keep(world, SLUG, MINH, now)
        _queue(world, now)
        _send(world, now, wire(certificate))
        assert Delivery.objects.get().code == "hook-302"
        _send(world, now + timedelta(hours=1), wire(certificate))
        assert len(seen) == 2
    assert [row.code for row in delivering.dead(shop_id=world.shops[SLUG])] == ["hook-410"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"],
)
def test_nothing_is_sent_inside_our_own_walls(certificate, address) -> None:
    assert not ip_address(address).is_global or address.startswith("::ffff")
    for addresses in ((address,), ("203.0.114.1", address)):
        with pytest.raises(SendError) as refused:
            wire(certificate, private=False, addresses=addresses).post(f"https://{HOST}/", b"{}", {})
        assert refused.value.code == "hook-private"


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1", "255.255.255.255"])
def test_no_setting_allows_what_is_no_host(certificate, address) -> None:
    with pytest.raises(SendError):
        wire(certificate, private=True, addresses=(address,)).post(f"https://{HOST}/", b"{}", {})


def test_the_certificate_is_checked_for_the_name(certificate) -> None:
    with receiving(certificate, [200]) as (url, seen):
        with pytest.raises(SendError) as refused:
            wire(certificate).post(url.replace(HOST, "other.example"), b"{}", {})
        assert refused.value.code == "hook-unreachable"
        assert seen == []


def test_what_concerns_an_erased_person_goes_but_that_they_were_erased_is_told(world, now) -> None:
    shop_id = world.shops[SLUG]
    _register(world, now, events=("item.put", "subject.shredded"))
    early, late = (kept.keep(world, SLUG, MINH, now) for _ in range(2))
    _queue(world, now)
    assert Delivery.objects.count() == 2
    last = kept.keep(world, SLUG, MINH, now)
    for subject_id in (early, last):
        shred(shop_id=shop_id, subject_id=subject_id, actor=world.hanh(SLUG), now=now, reason="request")
        assert rescan(subject_id=subject_id) == []
    _queue(world, now)
    waiting = Delivery.objects.order_by("id")
    assert sorted(row.event for row in waiting) == ["item.put", "subject.shredded", "subject.shredded"]
    assert waiting.get(event="item.put").subject_id == late
    assert rescan(subject_id=early) == rescan(subject_id=last) == []
    told = {json.loads(delivering._message(row))["subject"] for row in waiting.filter(event="subject.shredded")}
    assert told == {str(early), str(last)}


def test_an_address_written_by_hand_is_told_nothing(world, now, certificate) -> None:
    with receiving(certificate, [200]) as (url, seen):
        _register(world, now)
        Webhook.objects.update(url=url)
        kept.keep(world, SLUG, MINH, now)
        _queue(world, now)
        _send(world, now, wire(certificate))
    assert (seen, Delivery.objects.count()) == ([], 0)


def test_a_removed_address_is_told_nothing_and_its_secrets_go(world, now) -> None:
    made = _register(world, now)
    kept.keep(world, SLUG, MINH, now)
    _queue(world, now)
    remove_webhook(shop_id=world.shops[SLUG], webhook_id=made.webhook_id, actor=world.hanh(SLUG), now=now)
    assert Delivery.objects.count() == 0
    assert not ShopSecret.objects.filter(name__startswith="hook-").exists()
    kept.keep(world, SLUG, MINH, now)
    _queue(world, now)
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://kho.example/",
        "https://",
        "https://user:pass@kho.example/",
        "https://kho.example/?token=1",
        "https://kho.example/#x",
        "https://kho.example/ x",
        "https://kho.éxample/",
        "https://kho.example:99999/",
        "https://[::1/",
    ],
)
def test_an_address_that_is_none_is_refused(world, now, url) -> None:
    with pytest.raises(HookError):
        _register(world, now, url)


def test_only_a_director_registers_and_only_events_of_the_ledger(world, now) -> None:
    given = {"shop_id": world.shops[SLUG], "url": "https://kho.example/", "now": now}
    with pytest.raises(NotAllowedError):
        register_webhook(**given, events=["item.put"], actor=world.lan(SLUG))
    for event in ("item.stolen", "webhook.removed"):
        with pytest.raises(HookError):
            register_webhook(**given, events=[event], actor=world.hanh(SLUG))


def test_the_secret_stands_nowhere_in_the_database(world, now, all_bytes) -> None:
    made = _register(world, now)
    assert made.secret.removeprefix("whsec_").encode() not in all_bytes()
    assert made.secret not in repr(made)
