"""Key services: the file holds closed keys, the service opens them once, nothing of a deed ever asks it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from camket.crypto import KeyFileError, SealError
from camket.crypto.errors import KeyServiceError
from camket.crypto.providers import service, setting
from camket.crypto.providers.custody import PLAIN, Custody
from camket.crypto.providers.live import LiveProvider
from camket.crypto.providers.local import LocalProvider
from camket.crypto.providers.vault import VaultCustody
from tests.crypto.services import ACCESS, REGION, SECRET, TOKEN, Kms, Transit, serving

KINDS = ("vault", "awskms")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials as a process has them; nothing of the machine's own may be found."""
    for name in ("VAULT_TOKEN_FILE", "VAULT_CACERT", "VAULT_ADDR", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(service, "PAUSES", (0.01, 0.02, 0.03))  # as many tries as in earnest, sooner


@pytest.fixture(params=KINDS)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Transit | Kms, Custody]]:
    with serving(Transit() if request.param == "vault" else Kms()) as found:
        yield found, setting.custody(_setting(request.param, found.address))


def _setting(kind: str, address: str) -> str:
    if kind == "vault":
        return f"vault:{address}/transit/camket"
    return f"awskms:alias/camket?region={REGION}&endpoint={address}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "wrapping.key"


def test_the_file_holds_closed_keys_and_the_service_opens_them(served, path: Path) -> None:
    found, custody = served
    made = LocalProvider.open_or_create(path, existing=False, custody=custody)
    wrapped = made.wrap(bytes(range(32)), b"place")
    again = LocalProvider.open_or_create(path, existing=True, custody=custody)
    assert again.unwrap(wrapped, b"place") == bytes(range(32))
    assert [call.lower() for call in found.calls] == ["encrypt", "decrypt"]
    (key,) = made.opened.values()
    held = json.loads(path.read_text())
    assert held["service"] == custody.kind
    assert "key" not in held["keys"][0]
    assert PLAIN.close(key, version=1, key_id="") not in path.read_text()


def test_a_thousand_deeds_ask_the_service_nothing(served, path: Path) -> None:
    found, custody = served
    LocalProvider.open_or_create(path, existing=False, custody=custody)
    live = LiveProvider(path, custody)
    asked = len(found.calls)
    for number in range(1000):
        place = str(number).encode()
        assert live.unwrap(live.wrap(bytes(32), place), place) == bytes(32)
    assert len(found.calls) == asked
    assert all(b"place" not in body for body in found.bodies)


def test_a_new_version_is_asked_for_alone(served, path: Path) -> None:
    found, custody = served
    LocalProvider.open_or_create(path, existing=False, custody=custody)
    live = LiveProvider(path, custody)
    changed = LocalProvider.change(path, custody, lambda held: held.with_new().activated())
    found.calls.clear()
    assert live.unwrap(changed.wrap(bytes(32), b"x"), b"x") == bytes(32)
    assert [call.lower() for call in found.calls] == ["decrypt"]
    assert live.held.active == 2


def test_a_closed_key_moved_to_another_version_does_not_open(served, path: Path) -> None:
    """The associated data (Vault) and the encryption context (AWS) bind version and public id."""
    _, custody = served
    LocalProvider.open_or_create(path, existing=False, custody=custody)
    held = json.loads(path.read_text())
    held["keys"][0]["version"] = held["active"] = 2
    path.write_text(json.dumps(held))
    with pytest.raises(KeyServiceError) as error:
        LocalProvider.open(path, custody)
    assert error.value.code == "key-service-key"


def test_a_service_that_is_busy_is_asked_again_and_a_broken_one_is_told(served, path: Path) -> None:
    found, custody = served
    LocalProvider.open_or_create(path, existing=False, custody=custody)
    found.faults = [500, 503]
    LocalProvider.open(path, custody)
    assert found.faults == []
    found.faults = [503] * 4
    with pytest.raises(KeyServiceError) as error:
        LocalProvider.open(path, custody)
    assert error.value.code == "key-service-unreachable"
    assert found.faults == []
    assert "nothing was opened" in error.value.advice_en


def test_a_wrong_login_is_refused_at_once(served, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, custody = served
    LocalProvider.open_or_create(path, existing=False, custody=custody)
    found.bodies.clear()
    monkeypatch.setenv("VAULT_TOKEN", "hvs.somebody-else")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    custody = setting.custody(_setting(custody.kind, found.address))  # a process reads its environment once
    with pytest.raises(KeyServiceError) as error:
        LocalProvider.open(path, custody)
    assert error.value.code == "key-service-refused"
    assert len(found.bodies) == 1
    told = f"{error.value} {error.value.advice_vi} {custody!r}"
    assert "hvs.somebody-else" not in told
    assert "wrong" not in told


def test_no_login_at_all_is_told(served, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, custody = served
    for name in ("VAULT_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(KeyServiceError) as error:
        LocalProvider.open_or_create(path, existing=False, custody=custody)
    assert error.value.code == "key-service-login"
    assert not path.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_is_not_there_is_told_in_time(kind: str, path: Path) -> None:
    with serving(Transit() if kind == "vault" else Kms()) as found:
        custody = setting.custody(_setting(kind, found.address))
    with pytest.raises(KeyServiceError) as error:
        LocalProvider.open_or_create(path, existing=False, custody=custody)
    assert error.value.code == "key-service-unreachable"
    assert list(path.parent.iterdir()) == []


def test_a_service_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "ANSWER_SECONDS", 0.2)  # a setting of ours, so that the test need not wait
    with serving(Transit()) as found:
        found.sleep = 0.6
        custody = VaultCustody(address=found.address, mount="transit", name="camket", pauses=(0.01,))
        with pytest.raises(KeyServiceError) as error:
            custody.close(bytes(32), version=1, key_id="00")
    assert error.value.code == "key-service-unreachable"
    assert len(found.bodies) == 2


def test_the_services_own_rotation_is_followed_by_closing_anew(path: Path) -> None:
    with serving(Transit()) as found:
        custody = setting.custody(_setting("vault", found.address))
        made = LocalProvider.open_or_create(path, existing=False, custody=custody)
        found.answer("POST", "/v1/transit/keys/camket/rotate", {"x-vault-token": TOKEN}, {}, b"")
        assert "vault:v1:" in path.read_text()
        LocalProvider.change(path, custody, lambda held: held)
        assert "vault:v1:" not in path.read_text()
        found.oldest = 2
        assert LocalProvider.open(path, custody).versions == made.versions


def test_a_vault_key_that_is_too_old_for_the_service_is_told(path: Path) -> None:
    with serving(Transit()) as found:
        custody = setting.custody(_setting("vault", found.address))
        LocalProvider.open_or_create(path, existing=False, custody=custody)
        found.oldest = 2
        with pytest.raises(KeyServiceError) as error:
            LocalProvider.open(path, custody)
    assert error.value.code == "key-service-key"


def test_namespace_and_token_file_of_an_agent(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    sink = tmp_path / "sink"
    sink.write_text(f"{TOKEN}\n")
    monkeypatch.setenv("VAULT_TOKEN_FILE", str(sink))
    with serving(Transit(namespace="shop")) as found:
        custody = setting.custody(f"vault:{found.address}/transit/camket?namespace=shop")
        made = LocalProvider.open_or_create(path, existing=False, custody=custody)
        assert LocalProvider.open(path, custody).versions == made.versions


def test_the_printed_key_moves_the_keys_into_a_service_and_out_again(served, path: Path) -> None:
    _, custody = served
    plain = LocalProvider.open_or_create(path, existing=False)
    wrapped = plain.wrap(bytes(32), b"x")
    inside = path.with_name("inside.key")
    LocalProvider.restore(inside, plain.recovery_key(), custody)
    assert LocalProvider.open(inside, custody).unwrap(wrapped, b"x") == bytes(32)
    for given, place in ((PLAIN, inside), (custody, path)):
        with pytest.raises(KeyFileError) as error:
            LocalProvider.open(place, given)
        assert error.value.code == "key-file-custody"


def test_a_wrapped_key_is_bound_to_its_place_with_a_service_too(served, path: Path) -> None:
    _, custody = served
    made = LocalProvider.open_or_create(path, existing=False, custody=custody)
    with pytest.raises(SealError):
        made.unwrap(made.wrap(bytes(32), b"one"), b"two")


@pytest.mark.parametrize(
    ("text", "place", "kind"),
    [
        ("/etc/camket/key", "/etc/camket/key", ""),
        ("file:/etc/camket/key", "/etc/camket/key", ""),
        ("relative/key", "relative/key", ""),
        ("vault:https://v.example:8200/transit/camket", "HOME/keys/wrapping.key", "vault"),
        ("vault:https://v.example/a/b/camket?file=/k&namespace=x", "/k", "vault"),
        ("awskms:alias/camket?region=ap-southeast-1", "HOME/keys/wrapping.key", "awskms"),
        ("awskms:arn:aws:kms:ap-southeast-1:1:key/x?file=/k", "/k", "awskms"),
    ],
)
def test_settings_that_are_understood(text: str, place: str, kind: str) -> None:
    found = setting.read(text, home=Path("HOME"))
    assert (str(found.path), setting.custody(found.service).kind) == (place, kind or "file")


@pytest.mark.parametrize(
    "text",
    [
        "vualt:https://v.example/transit/camket",
        "vault:http://v.example/transit/camket",
        "vault:https://v.example/camket",
        "vault:https://user:secret@v.example/transit/camket",
        "vault:https://v.example/transit/camket?token=secret",
        "awskms:?region=x",
        "awskms:alias/x?secret=y",
    ],
)
def test_settings_that_are_refused_are_not_repeated(text: str) -> None:
    with pytest.raises(KeyFileError) as error:
        setting.custody(setting.read(text, home=Path("HOME")).service)
    assert error.value.code == "key-setting"
    assert "secret" not in f"{error.value}"
