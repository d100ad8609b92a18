"""Checkpoints as C2SP signed notes (https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note), Ed25519.

camket/comet
1234
<root, base64>

— camket/comet <key hash and signature, base64>
"""

import base64
import hashlib
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ED25519 = b"\x01"
_HASH_BYTES = 4


class Statement(NamedTuple):
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes


def origin(name: str) -> str:
    """Name the log of a shop as its notes do."""
    return f"camket/{name}"


def public_key(seed: bytes) -> bytes:
    """Derive the 32-byte Ed25519 public key of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def verifier_key(name: str, public: bytes) -> str:
    """Give the log's public key as a C2SP verifier key: `origin+hash+key`."""
    key = base64.b64encode(_ED25519 + public).decode()
    return f"{origin(name)}+{_key_hash(origin(name), public).hex()}+{key}"


def sign(statement: Statement, seed: bytes) -> str:
    """Write the statement as a note signed with the key of the seed."""
    text = _text(statement)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    line = base64.b64encode(_key_hash(statement.origin, public_key(seed)) + signature).decode()
    return f"{text}\n— {statement.origin} {line}\n"


def read(note: str, public: bytes) -> Statement | None:
    """Read a note whose signature by `public` holds; None for anything else."""
    text, _, signatures = note.partition("\n\n")
    lines = text.split("\n")
    try:
        statement = Statement(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
        if note != f"{_text(statement)}\n{signatures}":
            return None
        return statement if _signed(statement, signatures, public) else None
    except (IndexError, ValueError):
        return None


def _signed(statement: Statement, signatures: str, public: bytes) -> bool:
    wanted = f"— {statement.origin} "
    lines = signatures.split("\n")
    if lines.pop() or not all(line.startswith("— ") for line in lines):
        return False
    for line in lines:
        if line.startswith(wanted):
            found = base64.b64decode(line.removeprefix(wanted), validate=True)
            if found[:_HASH_BYTES] == _key_hash(statement.origin, public):
                return _holds(public, found[_HASH_BYTES:], _text(statement).encode())
    return False


def _holds(public: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _text(statement: Statement) -> str:
    return f"{statement.origin}\n{statement.size}\n{base64.b64encode(statement.root).decode()}\n"


def _key_hash(origin: str, public: bytes) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public).digest()[:_HASH_BYTES]
