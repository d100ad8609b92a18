"""The file format: what was written is read, and anything else is refused."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camket.vault.backup.archive import Archive, Head, Kind, Writer
from camket.vault.backup.errors import BackupError

KEY = bytes(range(32))
COLUMNS = (("id", "id"), ("note", "text"), ("day", "day"), ("many", "json"), ("yes", "bool"), ("none", "int"))


def _head(kind: Kind, **more: Any) -> Head:
    return Head(kind, b"s" * 16, 1_772_000_000_000, ("0001_initial",), ("comet",), "sqlite", **more)


def _written(folder: Path, kind: Kind = "data", key: bytes | None = None, rows: Any = None, name: str = "x") -> Path:
    path = folder / f"{name}.{kind}"
    with path.open("wb") as file:
        writer = Writer(file, _head(kind), key)
        writer.table("camket_shop", COLUMNS)
        writer.rows(rows or [[os.urandom(16), "Hàng Bạc", "2026-03-02", {"a": [1, None]}, True, None]] * 3)
        writer.table("camket_staff", (("id", "id"),))
        writer.finish()
    return path


@given(
    rows=st.lists(
        st.tuples(
            st.binary(min_size=16, max_size=16),
            st.text(),
            st.dates().map(str),
            st.recursive(st.none() | st.integers(-(2**63), 2**63) | st.text(), st.lists, max_leaves=5),
            st.booleans(),
            st.none() | st.integers(-(2**63), 2**63 - 1),
        ).map(list),
        max_size=20,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_what_was_written_is_read(tmp_path: Path, rows: list[Any]) -> None:
    for kind, key in (("data", None), ("keys", KEY)):
        path = tmp_path / f"x.{kind}"
        with path.open("wb") as file:
            writer = Writer(file, _head(kind), key)  # type: ignore[arg-type]  # one of the two words
            writer.table("camket_shop", COLUMNS)
            writer.rows(rows)
            assert writer.finish() == {"camket_shop": len(rows)}
        archive = Archive(path, kind)  # type: ignore[arg-type]  # the same
        assert [row for found in archive.rows(key) for row in found.rows] == rows
        assert archive.check(key) == {"camket_shop": len(rows)}
        assert archive.whole()


def test_an_empty_table_is_told_too(tmp_path: Path) -> None:
    archive = Archive(_written(tmp_path), "data")
    assert [found.table for found in archive.rows() if not found.rows] == ["camket_shop", "camket_staff"]


@pytest.mark.parametrize(("kind", "key"), [("data", None), ("keys", KEY)])
def test_any_changed_byte_and_any_cut_is_found(tmp_path: Path, kind: Kind, key: bytes | None) -> None:
    path = _written(tmp_path, kind, key)
    content = path.read_bytes()
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 0x41
        path.write_bytes(changed)
        with pytest.raises(BackupError) as refused:
            Archive(path, kind).check(key)
        assert refused.value.code in {"backup-damaged", "backup-wrong-kind", "backup-newer"}
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(BackupError):
            Archive(path, kind).check(key)
    path.write_bytes(content + b"\0")
    with pytest.raises(BackupError):
        Archive(path, kind).check(key)


def test_pieces_of_two_files_do_not_mix(tmp_path: Path) -> None:
    """Even with a digest made anew, a sealed piece opens only in its own file and place."""
    import hashlib

    from camket.vault.backup.archive import MAGIC

    def frames(path: Path) -> list[bytes]:
        content, at, found = path.read_bytes(), len(MAGIC), []
        while at < len(content):
            size = int.from_bytes(content[at : at + 4], "big")
            found.append(content[at : at + 4 + size])
            at += 4 + size
        return found

    def joined(parts: list[bytes]) -> bytes:
        body = MAGIC + b"".join(parts)
        return body + (32).to_bytes(4, "big") + hashlib.sha256(body).digest()

    first = frames(_written(tmp_path, "keys", KEY, name="a"))
    second = tmp_path / "b.keys"
    with second.open("wb") as file:
        writer = Writer(file, _head("keys", ends_at=1), KEY)
        writer.table("camket_shop", COLUMNS)
        writer.rows([[b"t" * 16, "", "2026-03-02", [], False, 1]])
        writer.table("camket_staff", (("id", "id"),))
        writer.finish()
    other = frames(second)
    head, table, rows, staff, end, _ = first
    mixed = tmp_path / "m.keys"
    for parts in (
        [head, table, other[2], staff, end],
        [head, rows, table, staff, end],
        [head, table, staff, end],
        [head, table, rows, rows, staff, end],
        [other[0], table, rows, staff, end],
    ):
        mixed.write_bytes(joined(parts))
        assert Archive(mixed, "keys").whole()
        with pytest.raises(BackupError):
            Archive(mixed, "keys").check(KEY)
    mixed.write_bytes(joined([head, table, rows, staff, end]))
    assert Archive(mixed, "keys").check(KEY) == {"camket_shop": 3, "camket_staff": 0}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"SQLite format 3\0" * 9, os.urandom(4096)])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.data"
    path.write_bytes(content)
    with pytest.raises(BackupError) as refused:
        Archive(path, "data")
    assert refused.value.code == "backup-damaged"
    assert "x.data" in refused.value.vi


def test_the_two_kinds_and_a_newer_format_are_told_apart(tmp_path: Path) -> None:
    path = _written(tmp_path)
    with pytest.raises(BackupError) as refused:
        Archive(path, "keys")
    assert refused.value.code == "backup-wrong-kind"
    path.write_bytes(b"camket backup 2\n" + path.read_bytes()[16:])
    with pytest.raises(BackupError) as refused:
        Archive(path, "data")
    assert refused.value.code == "backup-newer"


def test_the_wrong_key_opens_nothing(tmp_path: Path) -> None:
    path = _written(tmp_path, "keys", KEY)
    with pytest.raises(BackupError):
        Archive(path, "keys").check(bytes(32))
    assert b"camket_staff" not in path.read_bytes()
