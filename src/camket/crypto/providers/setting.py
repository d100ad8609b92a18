"""Reads `CAMKET_KEYS`: where the key file is, and which key service, if any, closes the keys in it.

`/path` or `file:/path` · `vault:https://host:8200/transit/name` (HashiCorp Vault, OpenBao; mount and key name) ·
`awskms:alias/name` or `awskms:arn:…`. After a `?`: `file=` (the key file's place), for Vault `namespace=`, for AWS
`region=` and `endpoint=`. Never a token, a name or a password: those come from the environment of the process.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from camket.crypto.errors import KeyFileError
from camket.crypto.providers.custody import PLAIN, Custody

_DEFAULT_FILE: Final = "keys/wrapping.key"
_KNOWN: Final = {"vault": frozenset({"file", "namespace"}), "awskms": frozenset({"file", "region", "endpoint"})}


@dataclass(frozen=True, slots=True)
class KeySetting:
    """What was set. `service` is empty, or the whole setting of a key service."""

    path: Path
    service: str


def read(text: str, *, home: Path) -> KeySetting:
    """Take the setting apart; `KeyFileError` (`key-setting`) when it is no place and no service that we know."""
    kind, colon, rest = text.partition(":")
    if colon and kind == "file" and rest:
        return KeySetting(Path(rest), "")
    if colon and kind in _KNOWN:
        words = _words(kind, rest)
        return KeySetting(Path(words.get("file") or home / _DEFAULT_FILE), text)
    if not text or (colon and "/" not in kind):
        raise _unknown()
    return KeySetting(Path(text), "")


def custody(service: str) -> Custody:
    """Make the custody that a setting names. Nothing is asked over the network yet."""
    if not service:
        return PLAIN
    kind, _, rest = service.partition(":")
    words = _words(kind, rest)
    place = rest.partition("?")[0]
    if kind == "vault":
        from camket.crypto.providers.vault import VaultCustody  # late import: optional

        address, mount, name = _transit(place)
        return VaultCustody(address=address, mount=mount, name=name, namespace=words.get("namespace"))
    from camket.crypto.providers.awskms import AwsCustody  # late import: optional

    if not place:
        raise _unknown()
    return AwsCustody(key=place, region=words.get("region"), endpoint=words.get("endpoint"))


def _words(kind: str, rest: str) -> dict[str, str]:
    words = dict(parse_qsl(rest.partition("?")[2], keep_blank_values=True))
    if not words.keys() <= _KNOWN[kind]:
        raise _unknown()
    return words


def _transit(place: str) -> tuple[str, str, str]:
    """Take an address apart: scheme and host, the mount of the transit engine, the name of the key."""
    parts = urlsplit(place)
    mount, slash, name = parts.path.strip("/").rpartition("/")
    local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not slash or not parts.hostname or parts.username or not (parts.scheme == "https" or (local and parts.scheme)):
        raise _unknown()
    return f"{parts.scheme}://{parts.netloc}", mount, name


def _unknown() -> KeyFileError:
    return KeyFileError(
        vi="`CAMKET_KEYS` không phải tệp khóa hay dịch vụ khóa dùng được",
        en="`CAMKET_KEYS` is neither a key file nor a key service that can be used",
        advice_vi="viết đường dẫn tệp, `vault:https://máy:8200/transit/tên` hoặc `awskms:alias/tên?region=…`",
        advice_en="write a file's path, `vault:https://host:8200/transit/name` or `awskms:alias/name?region=…`",
        code="key-setting",
    )
