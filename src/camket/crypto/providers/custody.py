"""Who keeps the wrapping keys that the key file lists: the file itself, or a key service that closes each of them.

With a service the file holds closed keys only. They are opened once, when the file is read, and kept in memory: no
item key and no value ever goes to a service, and no deed waits for one.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final, Protocol

PURPOSE: Final = "wrapping-key"


class Custody(Protocol):
    """Closes and opens wrapping keys. `kind` is written into the file; `entry` names the field that holds a key.

    What `context` gives is bound to the closed key: one that was moved to another version does not open. Errors:
    `KeyServiceError`, and ValueError for text that is no closed key.
    """

    kind: str
    entry: str

    def close(self, key: bytes, *, version: int, key_id: str) -> str: ...

    def open(self, closed: str, *, version: int, key_id: str) -> bytes: ...


class PlainCustody:
    """The key stands in the file as it is (base64), and the file's mode 0600 is what protects it."""

    kind = "file"
    entry = "key"

    def close(self, key: bytes, *, version: int, key_id: str) -> str:  # noqa: ARG002 - nothing is bound to a plain key
        return base64.b64encode(key).decode()

    def open(self, closed: str, *, version: int, key_id: str) -> bytes:  # noqa: ARG002 - the same holds here
        return base64.b64decode(closed, validate=True)


PLAIN: Final = PlainCustody()


def context(*, version: int, key_id: str) -> Mapping[str, str]:
    """Say what a closed key is bound to, as words: AWS calls it the encryption context."""
    return {"camket": PURPOSE, "version": str(version), "id": key_id}


def context_bytes(*, version: int, key_id: str) -> bytes:
    """Say the same in one text, for services that take associated data."""
    return f"camket/{PURPOSE}/{version}/{key_id}".encode()


def text_of(data: bytes) -> str:
    """Write bytes as a service and the file take them."""
    return base64.b64encode(data).decode()


def bytes_of(text: str) -> bytes:
    """Read what `text_of` wrote; ValueError for anything else."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
