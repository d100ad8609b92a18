"""A disk that can lose power, fill up and refuse writing, for real processes: see disk.c beside this file."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

SOURCE = Path(__file__).with_name("disk.c")
ROOT = Path(__file__).resolve().parents[2]
# Nothing grows · nothing is written · nothing is synced.
Fault = Literal["ENOSPC", "EROFS", "EIO"]
_BLOCK = 4096


class NoCompilerError(Exception):
    """There is no C compiler."""


class NoBirthError(Exception):
    """The file system does not tell when a file was made, so an old file could pass for a new one of its number."""


def scratch() -> Path:
    """Give the folder under which disks are made: memory where there is such a folder, as nothing really syncs."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())


def build(folder: Path) -> Path:
    """Compile the library that is preloaded."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NoCompilerError("no C compiler: apt-get install gcc libc6-dev")
    library = folder / "disk.so"
    words = [compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"]
    subprocess.run(words, check=True)
    return library


class Disk:
    """Watches the files below `root`; `env` is for the processes that write there. `journal`: see disk.c, names."""

    def __init__(self, library: Path, root: Path, image: Path, *, journal: bool = False) -> None:
        self.root = root
        self._journal = journal
        self._image = image
        self._library = library
        for folder in (image, image / "objects", image / "folders"):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o1777)  # the database's own user writes there too

    @property
    def env(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(self._library),
            "DISK_ROOT": str(self.root),
            "DISK_IMAGE": str(self._image),
            **({"DISK_NAMES": "journal"} if self._journal else {}),
        }

    def settle(self) -> None:
        """Make everything durable as it is, as an old disk that was idle for long."""
        for kind in ("objects", "folders"):
            for path in (self._image / kind).iterdir():
                path.unlink()
        words = [sys.executable, "-m", "campaigns.faults.settle", str(self.root)]
        subprocess.run(words, check=True, cwd=ROOT, env={**os.environ, **self.env})
        for path in self._image.rglob("*"):
            if path.is_file():
                path.chmod(0o666)

    def fail(self, fault: Fault | None) -> None:
        """Let writing fail from now on; with None let it succeed again."""
        path = self._image / "fault"
        if fault is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(fault)
            path.chmod(0o644)

    def lose(self) -> int:
        """Put back what was durable, after every process that writes here was killed; how many files are not as before.

        What is put back is durable from then on.
        """
        lost = self.root.with_name(self.root.name + ".lost")
        owner = self.root.stat()
        self.root.rename(lost)
        try:
            self._write(self._key(lost), self.root, owner.st_mode & 0o7777)
            changed = sum(1 for path in _differing(lost, self.root))
        finally:
            shutil.rmtree(lost)
        for path in (self.root, *self.root.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        self.settle()
        return changed

    def _key(self, folder: Path) -> str:
        """Name a folder as the library does: its number on the file system and its birth."""
        done = subprocess.run(["stat", "-c", "%i %W %.9W", folder], check=True, capture_output=True, text=True)
        inode, whole, birth = done.stdout.split()
        if whole == "0":
            raise NoBirthError(f"the file system of {folder.parent} keeps no birth times; use another one")
        return f"{inode}-{birth}"

    def _write(self, key: str, place: Path, mode: int) -> None:
        place.mkdir()
        place.chmod(mode)
        listed = self._image / "folders" / key
        for line in listed.read_text("utf-8").splitlines() if listed.exists() else ():
            kind, child, child_mode, name = line.split(" ", 3)
            target = place / name
            if kind == "d":
                self._write(child, target, int(child_mode, 8))
                continue
            held = self._image / "objects" / child
            if held.exists():
                shutil.copyfile(held, target)
            else:
                target.touch()  # the name was kept, the bytes never were
            target.chmod(int(child_mode, 8))


def _differing(before: Path, after: Path) -> Iterator[Path]:
    for path in before.rglob("*"):
        if path.is_file() and not path.is_symlink():
            other = after / path.relative_to(before)
            if not other.exists() or other.read_bytes() != path.read_bytes():
                yield path
