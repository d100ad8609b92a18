"""Lines of the lists outside the database: JSON, each with a mark under the shop's secret.

What stands in such a list is destroyed again after a restore, so nobody who can only write to the folder may add to it:
a line whose mark does not fit stops everything. A line that was torn by a power cut is passed over: what it would have
said was never done. Lines of a shop that the database does not know are passed over too.

Limit: who can write to the folder can cut lines off. It is kept where the database's backups are not.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from camket.base.durable import make_folder, sync_folder
from camket.base.errors import CamketError
from camket.store import secrets
from camket.store.errors import SecretMissingError

_MARK_BYTES: Final = 16


class ListChangedError(CamketError):
    """A line of a list outside the database was not written by the software."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"danh sách `{name}` ngoài cơ sở dữ liệu có dòng không do phần mềm ghi",
            f"the list `{name}` outside the database has a line that the software did not write",
            "tìm xem ai ghi được vào thư mục `CAMKET_CHECKPOINTS`, rồi đặt lại danh sách từ bản chép của nó",
            "find out who can write to the folder `CAMKET_CHECKPOINTS`, then put the list back from a copy of it",
            "database-list-changed",
        )


def line(content: Mapping[str, Any]) -> str:
    """Write a line; its `shop` is the shop whose secret marks it."""
    text = _text(content)
    return _text({**content, "mark": _mark(content["shop"], text)})


def read(raw: bytes, name: str) -> dict[str, Any] | None:
    """Read a line, or None for one that is torn or of an unknown shop. Errors: ListChangedError."""
    try:
        said = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(said, dict) or not isinstance(said.get("shop"), int):
        raise ListChangedError(name)
    mark = said.pop("mark", "")
    try:
        wanted = _mark(said["shop"], _text(said))
    except SecretMissingError:
        return None
    if not isinstance(mark, str) or not hmac.compare_digest(mark.encode(), wanted.encode()):
        raise ListChangedError(name)
    return said


def add(place: Path, lines: list[str]) -> None:
    """Append whole lines, synced; a torn last line is closed first."""
    new = not place.exists()
    make_folder(place.parent)
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, ("\n" * torn + "".join(f"{line}\n" for line in lines)).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        sync_folder(place.parent)


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"), sort_keys=True)


def _mark(shop_id: int, text: str) -> str:
    key = secrets.secret(shop_id, "mac")
    return hmac.digest(key, b"outside list\0" + text.encode(), hashlib.sha256)[:_MARK_BYTES].hex()
