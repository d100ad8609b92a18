"""What reading a policy file gave, kept for the next command: finding every line and column takes a tenth of a second.

Kept is the tree of a file without problems, in the user's own cache folder, under a digest of the file's bytes and of
the program that read it. It is as good as Python's own compiled files beside the sources, and held to more: the folder
and the files must be this user's alone, nothing that is a link is followed, and content that is not whole is passed
over. What a tree means is checked and compiled anew by each command; the server never reads from here.
"""

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any, Final

import pydantic

from camket.policy import source
from camket.policy.source import Tree

_MOST_FILES: Final = 32
_MOST_BYTES: Final = 8_000_000
_PRIVATE: Final = 0o077


def tree(raw: bytes, file: str) -> Tree:
    """Give what `yaml_source.read` gives for these bytes, remembered or read now."""
    place = _place(raw)
    found = _recall(place, file) if place else None
    if found is None:
        from camket.policy.yaml_source import read  # late import: start-up

        found = read(raw, file)
        if place and found.data is not None and not found.problems:
            _keep(place, found)
    return found


def _place(raw: bytes) -> Path | None:
    """Name the file for these bytes in a folder that is ours alone; None where there is no such folder."""
    home = os.environ.get("XDG_CACHE_HOME") or (f"{os.environ['HOME']}/.cache" if os.environ.get("HOME") else "")
    if not home.startswith("/"):
        return None
    folder = Path(home) / "camket"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.lstat()
        reader = Path(source.__file__).with_name("yaml_source.py").read_bytes() + _yaml_version()
    except OSError:
        return None
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & _PRIVATE:
        return None
    parts = (hashlib.sha256(part).digest() for part in (reader, raw))
    return folder / f"policy-{hashlib.sha256(b''.join(parts)).hexdigest()}.json"


def _yaml_version() -> bytes:
    """Give the file of the YAML reader that tells its version, without importing it: it lies beside pydantic."""
    return (Path(pydantic.__file__).parent.parent / "ruamel" / "yaml" / "__init__.py").read_bytes()


def _recall(place: Path, file: str) -> Tree | None:
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as opened:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & _PRIVATE:
            return None
        digest, _, content = opened.read(_MOST_BYTES).partition(b"\n")
    if digest != _sum(place, content):
        return None
    held = json.loads(content)
    return Tree(file, held["data"], _marks(held["marks"]), _marks(held["keys"]))


def _keep(place: Path, found: Tree) -> None:
    """Write a new file and put it in place whole; a cache that cannot be written is no error."""
    held = {"data": found.data, "marks": _listed(found.marks), "keys": _listed(found.keys)}
    content = json.dumps(held, ensure_ascii=False, separators=(",", ":")).encode()
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_sum(place, content) + b"\n" + content)
        draft.replace(place)
        kept = sorted(place.parent.glob("policy-*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in kept[_MOST_FILES:]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def _sum(place: Path, content: bytes) -> bytes:
    return hashlib.sha256(place.name.encode() + b"\n" + content).hexdigest().encode()


def _listed(marks: dict[source.Path, source.Mark]) -> list[Any]:
    return [[list(path), *mark] for path, mark in marks.items()]


def _marks(listed: list[Any]) -> dict[source.Path, source.Mark]:
    return {tuple(path): (line, column) for path, line, column in listed}
