"""Files outside the database: whole or not at all, for their owner only. Power cuts: tests/faults."""

from pathlib import Path

import pytest

from camket.base.durable import make_folder, write_once


def test_a_file_is_written_once_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_once(path, "first")
    with pytest.raises(FileExistsError):
        write_once(path, "second")
    assert path.read_text("utf-8") == "first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_folders_are_made_to_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "keys"
    make_folder(folder)
    make_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
