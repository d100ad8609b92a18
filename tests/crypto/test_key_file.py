"""The wrapping key file: made once, whole, private; restored from paper; never replaced by accident."""

import json
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.crypto import KeyFileError, Keyring, SealError, recovery
from camket.crypto.providers.local import LocalProvider

keyrings = st.dictionaries(st.integers(1, 65535), st.binary(min_size=32, max_size=32), min_size=1, max_size=4)


def _code(error: pytest.ExceptionInfo[KeyFileError]) -> str:
    return error.value.code


def test_the_first_start_makes_a_private_file_and_the_next_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "wrapping.key"
    made = LocalProvider.open_or_create(path, existing=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["wrapping.key"]
    wrapped = made.wrap(bytes(32), b"place")
    assert LocalProvider.open_or_create(path, existing=True).unwrap(wrapped, b"place") == bytes(32)


def test_a_missing_file_is_an_error_once_there_is_data(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError) as error:
        LocalProvider.open_or_create(tmp_path / "wrapping.key", existing=True)
    assert _code(error) == "key-file-missing"
    assert "camket keys restore" in error.value.advice_vi
    assert "camket keys restore" in error.value.advice_en
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys" / "wrapping.key"
    LocalProvider.open_or_create(path, existing=False)
    path.chmod(mode)
    with pytest.raises(KeyFileError) as error:
        LocalProvider.open(path)
    assert _code(error) == "key-file-open"


def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(KeyFileError) as error:
        LocalProvider.open_or_create(tmp_path / "open" / "wrapping.key", existing=False)
    assert _code(error) == "key-folder-open"


def test_a_damaged_file_is_told_by_its_check_value(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "wrapping.key"
    LocalProvider.open_or_create(path, existing=False)
    content = json.loads(path.read_text())
    content["keys"][0]["key"] = "A" * 43 + "="
    for broken in (json.dumps(content), "", "{}", "not json", '{"camket": "wrapping keys", "active": 2, "keys": []}'):
        path.write_text(broken)
        with pytest.raises(KeyFileError) as error:
            LocalProvider.open(path)
        assert _code(error) == "key-file-damaged"


def test_another_installations_file_is_told_before_anything_is_tried(tmp_path: Path) -> None:
    ours = LocalProvider.open_or_create(tmp_path / "a" / "wrapping.key", existing=False)
    theirs = LocalProvider.open_or_create(tmp_path / "b" / "wrapping.key", existing=False)
    with pytest.raises(KeyFileError) as error:
        theirs.unwrap(ours.wrap(bytes(32), b"place"), b"place")
    assert _code(error) == "key-file-wrong"
    assert ours.key_id in error.value.en


def test_a_wrapped_key_opens_in_its_place_only(tmp_path: Path) -> None:
    ring = Keyring(LocalProvider.open_or_create(tmp_path / "keys" / "wrapping.key", existing=False))
    wrapped = ring.wrap(ring.new_key(), b"subject 1")
    with pytest.raises(SealError):
        ring.unwrap(wrapped, b"subject 2")


def test_parallel_first_starts_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "wrapping.key"
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(LocalProvider.open_or_create(path, existing=False).key_id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_the_printed_key_restores_the_file_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "wrapping.key"
    text = LocalProvider.open_or_create(path, existing=False).recovery_key()
    before = path.read_bytes()
    path.unlink()
    LocalProvider.restore(path, text)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(KeyFileError) as error:
        LocalProvider.restore(path, text)
    assert _code(error) == "key-file-exists"


@given(keys=keyrings, data=st.data())
def test_every_file_has_a_printed_key_that_people_may_type_their_way(
    keys: dict[int, bytes], data: st.DataObject
) -> None:
    active = data.draw(st.sampled_from(sorted(keys)))
    text = recovery.encode(keys, active)
    typed = text.lower().replace("0", "o").replace("1", "l").replace("\n", "   ").replace(" ", "-", 3)
    assert recovery.decode(text) == (keys, active)
    assert recovery.decode(typed) == (keys, active)


@given(at=st.integers(min_value=0), letter=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_mistyped_letter_is_never_accepted(at: int, letter: str) -> None:
    text = recovery.encode({1: bytes(range(32))}, 1)
    places = [place for place, found in enumerate(text) if found.isalnum()]
    place = places[at % len(places)]
    wrong = text[:place] + letter + text[place + 1 :]
    if wrong != text:
        with pytest.raises(KeyFileError):
            recovery.decode(wrong)


def test_a_slip_is_named_by_its_group() -> None:
    text = recovery.encode({1: bytes(range(32))}, 1)
    groups = text.split()
    groups[4] = groups[4][::-1]
    with pytest.raises(KeyFileError) as error:
        recovery.decode(" ".join(groups))
    assert "group 5" in error.value.en
    assert "nhóm thứ 5" in error.value.vi


@pytest.mark.parametrize("text", ["", "xin chào", "AAAAAA", "ABCDE1 ABCDE1"])
def test_what_is_no_recovery_key_is_refused(text: str) -> None:
    with pytest.raises(KeyFileError):
        recovery.decode(text)


def test_nothing_of_the_key_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "wrapping.key"
    provider = LocalProvider.open_or_create(path, existing=False)
    key = json.loads(path.read_text())["keys"][0]["key"]
    assert key not in repr(provider) + str(provider.versions)
