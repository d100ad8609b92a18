"""A remembered tree is what reading gives; what is not this user's alone, or not whole, is passed over."""

from pathlib import Path

import pytest

from camket.cli import remembered
from camket.policy.load import of_tree
from camket.policy.yaml_source import read

POLICIES = sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "camket"


def _files(cache):
    return sorted(cache.glob("policy-*.json"))


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_a_remembered_tree_is_the_one_that_was_read(cache, path):
    raw = path.read_bytes()
    expected = read(raw, "x")
    for _ in range(2):
        found = remembered.tree(raw, "x")
        assert (found.data, found.marks, found.keys, found.problems) == (
            expected.data,
            expected.marks,
            expected.keys,
            [],
        )
        assert len(_files(cache)) == 1
    assert of_tree(found).digest == of_tree(expected).digest


def test_folder_and_files_are_private(cache):
    remembered.tree(POLICIES[0].read_bytes(), "x")
    assert (cache.stat().st_mode & 0o777, _files(cache)[0].stat().st_mode & 0o777) == (0o700, 0o600)


def _other(cache):
    """Put another policy's tree where the first one's is kept, with its own digest kept."""
    raw = POLICIES[0].read_bytes()
    remembered.tree(POLICIES[1].read_bytes(), "x")
    wrong = _files(cache)[0].read_bytes()
    remembered.tree(raw, "x")
    place = next(one for one in _files(cache) if one.read_bytes() != wrong)
    return raw, place, wrong


def test_a_tree_put_in_the_place_of_another_is_not_taken(cache):
    raw, place, wrong = _other(cache)
    place.write_bytes(wrong)
    assert remembered.tree(raw, "x").data == read(raw, "x").data


@pytest.mark.parametrize("content", [b"", b"\n", b"{}", b"0" * 64 + b'\n{"data": {}}'])
def test_a_broken_file_is_passed_over(cache, content):
    raw, place, _ = _other(cache)
    place.write_bytes(content)
    assert remembered.tree(raw, "x").data == read(raw, "x").data


def test_what_others_may_write_or_is_a_link_is_not_read(cache, tmp_path):
    raw, place, _ = _other(cache)
    forged = remembered.json.dumps({"data": {"camket": 1}, "marks": [], "keys": []}).encode()
    whole = remembered._sum(place, forged) + b"\n" + forged
    place.write_bytes(whole)
    assert remembered.tree(raw, "x").data == {"camket": 1}  # the forgery is good but for its place
    place.chmod(0o606)
    assert remembered.tree(raw, "x").data == read(raw, "x").data
    place.unlink()
    (tmp_path / "elsewhere").write_bytes(whole)
    (tmp_path / "elsewhere").chmod(0o600)
    place.symlink_to(tmp_path / "elsewhere")
    assert remembered.tree(raw, "x").data == read(raw, "x").data
    place.unlink()
    place.write_bytes(whole)
    place.chmod(0o600)
    cache.chmod(0o770)
    assert remembered.tree(raw, "x").data == read(raw, "x").data


def test_a_file_with_problems_is_read_each_time(cache):
    assert remembered.tree(b"a: 1\na: 2\n", "x").problems
    assert _files(cache) == []


def test_without_a_home_nothing_is_remembered(cache, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("HOME", raising=False)
    assert remembered.tree(POLICIES[0].read_bytes(), "x").data
    assert not cache.exists()


def test_old_files_go(cache):
    for number in range(remembered._MOST_FILES + 3):
        remembered.tree(f"a: {number}\n".encode(), "x")
    assert len(_files(cache)) == remembered._MOST_FILES
