"""The wrapping key in a file of this machine, and its printed recovery key.

The file is JSON: a check value and every version of the key, the active one named. It is made once, complete or not
at all (a hard link of a finished file), readable by its owner only, in a folder nobody else may write to.
"""

import base64
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from camket.crypto import recovery
from camket.crypto.errors import KeyFileError, SealError
from camket.crypto.seal import KEY_BYTES, seal, unseal

_WRAPPED_VERSION = b"\x01"
_ID_BYTES = 4


def _key_id(key: bytes) -> bytes:
    """Public name and check value of a key: tells whether a wrapped key is ours before trying to open it."""
    return hashlib.sha256(b"camket wrapping key\x00" + key).digest()[:_ID_BYTES]


class LocalProvider:
    """Wraps with the active key of a file; unwraps with whichever of its keys did the wrapping."""

    def __init__(self, keys: Mapping[int, bytes], active: int) -> None:
        self._keys = MappingProxyType(dict(keys))
        self._active = active
        self._by_id = {_key_id(key): key for key in self._keys.values()}

    def __repr__(self) -> str:
        return f"LocalProvider(active={self.key_id})"

    @property
    def key_id(self) -> str:
        """The active key's public id, 8 hex digits."""
        return _key_id(self._keys[self._active]).hex()

    @property
    def versions(self) -> dict[int, str]:
        """Public id of every version held."""
        return {version: _key_id(key).hex() for version, key in sorted(self._keys.items())}

    @property
    def active(self) -> int:
        return self._active

    def wrap(self, key: bytes, context: bytes) -> bytes:
        ours = self._keys[self._active]
        return _WRAPPED_VERSION + _key_id(ours) + seal(ours, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        start = len(_WRAPPED_VERSION)
        if wrapped[:start] != _WRAPPED_VERSION:
            raise SealError
        key_id, sealed = wrapped[start : start + _ID_BYTES], wrapped[start + _ID_BYTES :]
        ours = self._by_id.get(key_id)
        if ours is None:
            raise wrong_file(key_id.hex(), self.key_id)
        return unseal(ours, sealed, context)

    @classmethod
    def open_or_create(cls, path: Path, *, existing: bool) -> Self:
        """Open the key file; make it at the first start.

        `existing` tells that the database already holds wrapped keys: then a missing file is an error, because a new
        key would open nothing and hide the loss. Errors: `KeyFileError`.
        """
        if path.exists():
            return cls.open(path)
        if existing:
            raise _missing(path)
        made = cls({1: secrets.token_bytes(KEY_BYTES)}, 1)
        try:
            made._write(path)
        except FileExistsError:  # another process of the same start was quicker: its key is the key
            return cls.open(path)
        return made

    @classmethod
    def open(cls, path: Path) -> Self:
        if not path.exists():
            raise _missing(path)
        _check_modes(path)
        try:
            held = json.loads(path.read_text(encoding="ascii"))
            return cls(*_parse(held))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _damaged(path) from None

    def recovery_key(self) -> str:
        """Everything the file holds as lines to print and keep on paper. Whoever has it has every key."""
        return recovery.encode(self._keys, self._active)

    @classmethod
    def restore(cls, path: Path, text: str) -> Self:
        """Write the file again, byte for byte, from the printed recovery key. Never replaces a file."""
        restored = cls(*recovery.decode(text))
        try:
            restored._write(path)
        except FileExistsError:
            raise _in_the_way(path) from None
        return restored

    def _write(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_folder(path.parent)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(_render(self._keys, self._active))
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        finally:
            draft.unlink()
        _sync_folder(path.parent)


def _render(keys: Mapping[int, bytes], active: int) -> str:
    held = [
        {"version": version, "id": _key_id(key).hex(), "key": base64.b64encode(key).decode()}
        for version, key in sorted(keys.items())
    ]
    return json.dumps({"camket": "wrapping keys", "active": active, "keys": held}, indent=2) + "\n"


def _parse(held: Any) -> tuple[dict[int, bytes], int]:
    keys = {}
    for row in held["keys"]:
        key = base64.b64decode(row["key"], validate=True)
        if len(key) != KEY_BYTES or _key_id(key).hex() != row["id"]:
            raise ValueError("check value")
        keys[int(row["version"])] = key
    active = int(held["active"])
    if active not in keys or held["camket"] != "wrapping keys":
        raise ValueError("active")
    return keys, active


def _check_modes(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyFileError(
            vi=f"người khác trên máy đọc được tệp khóa `{path}` (quyền {mode:04o})",
            en=f"others on this machine can read the key file `{path}` (mode {mode:04o})",
            advice_vi=f"chạy `chmod 600 {path}`, rồi xem ai đã đọc được nó",
            advice_en=f"run `chmod 600 {path}`, then find out who could read it",
            code="key-file-open",
        )
    _check_folder(path.parent)


def _check_folder(folder: Path) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o022:
        raise KeyFileError(
            vi=f"người khác trên máy ghi được vào thư mục khóa `{folder}` (quyền {mode:04o})",
            en=f"others on this machine can write to the key folder `{folder}` (mode {mode:04o})",
            advice_vi=f"chạy `chmod 700 {folder}`",
            advice_en=f"run `chmod 700 {folder}`",
            code="key-folder-open",
        )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _missing(path: Path) -> KeyFileError:
    return KeyFileError(
        vi=f"cơ sở dữ liệu đã có dữ liệu niêm phong nhưng không thấy tệp khóa `{path}`",
        en=f"the database holds sealed data but the key file `{path}` is missing",
        advice_vi="chạy `camket keys restore` với khóa khôi phục đã in, hoặc chép lại tệp; khóa mới không mở được gì",
        advice_en="run `camket keys restore` with the printed recovery key or put the file back; a new one is no use",
        code="key-file-missing",
    )


def _damaged(path: Path) -> KeyFileError:
    return KeyFileError(
        vi=f"tệp khóa `{path}` bị hỏng: giá trị kiểm tra không khớp",
        en=f"the key file `{path}` is damaged: its check value does not match",
        advice_vi="dời tệp đi nơi khác rồi chạy `camket keys restore` với khóa khôi phục đã in",
        advice_en="move the file away, then run `camket keys restore` with the printed recovery key",
        code="key-file-damaged",
    )


def _in_the_way(path: Path) -> KeyFileError:
    return KeyFileError(
        vi=f"đã có một tệp khóa ở `{path}`",
        en=f"there is a key file at `{path}` already",
        advice_vi="dời tệp đó đi nơi khác trước, đừng xóa nó",
        advice_en="move that file away first, do not delete it",
        code="key-file-exists",
    )


def wrong_file(needed: str, held: str) -> KeyFileError:
    """Tell that the file's keys are not those that the database was wrapped with."""
    return KeyFileError(
        vi=f"dữ liệu cần khóa `{needed}` nhưng tệp khóa đang dùng chỉ có khóa `{held}`",
        en=f"the data needs key `{needed}` but the key file in use holds `{held}`",
        advice_vi="đặt lại đúng tệp khóa, hoặc chạy `camket keys restore` với khóa khôi phục của nó",
        advice_en="put the right key file back, or run `camket keys restore` with its recovery key",
        code="key-file-wrong",
    )
