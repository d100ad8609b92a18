"""HashiCorp Vault and OpenBao: the transit engine closes and opens the wrapping keys.

The token comes from `VAULT_TOKEN`, from the file that `VAULT_TOKEN_FILE` names (an agent's sink), or from
`~/.vault-token`; it is read anew each time, since an agent renews it. `VAULT_CACERT` names the authority to trust.
The key must be of an AEAD kind (`aes256-gcm96`, the default), for associated data. The engine's own rotation is
followed by `camket keys rewrap`, which opens and closes anew: `rewrap` of the engine takes no associated data.
"""

import os
from pathlib import Path
from typing import Any

from camket.crypto.errors import KeyServiceError
from camket.crypto.providers import service
from camket.crypto.providers.custody import bytes_of, context_bytes, text_of
from camket.crypto.providers.service import BusyError

_EXTRA = "vault"
_BUSY = ("VaultDown", "InternalServerError", "BadGateway", "RateLimitExceeded", "VaultNotInitialized")


class VaultCustody:
    """One key of one transit engine. Asks over the network only when a key is closed or opened."""

    kind = "vault"
    entry = "closed"

    def __init__(
        self,
        *,
        address: str,
        mount: str,
        name: str,
        namespace: str | None = None,
        pauses: tuple[float, ...] | None = None,
    ) -> None:
        self._address = address
        self._mount = mount
        self._name = name
        self._namespace = namespace
        self._pauses = pauses

    def __repr__(self) -> str:
        return f"VaultCustody({self._address}, {self._mount}/{self._name})"

    def close(self, key: bytes, *, version: int, key_id: str) -> str:
        told = self._ask("encrypt_data", plaintext=text_of(key), bound=context_bytes(version=version, key_id=key_id))
        return self._field(told, "ciphertext")

    def open(self, closed: str, *, version: int, key_id: str) -> bytes:
        told = self._ask("decrypt_data", ciphertext=closed, bound=context_bytes(version=version, key_id=key_id))
        return bytes_of(self._field(told, "plaintext"))

    def _ask(self, call: str, *, bound: bytes, **words: str) -> Any:
        return service.patiently(
            lambda: self._once(call, associated_data=text_of(bound), **words),
            service=self._address,
            pauses=self._pauses,
        )

    def _once(self, call: str, **words: str) -> Any:
        hvac, requests = service.part("hvac", _EXTRA), service.part("requests", _EXTRA)
        with requests.Session() as session:
            session.trust_env = False  # no .netrc of the machine may add a login; proxies for a key are a mistake
            session.verify = os.environ.get("VAULT_CACERT") or True
            client = hvac.Client(
                url=self._address,
                token=self._token(),
                timeout=(service.CONNECT_SECONDS, service.ANSWER_SECONDS),
                session=session,
                namespace=self._namespace,
                allow_redirects=False,
            )
            try:
                return getattr(client.secrets.transit, call)(name=self._name, mount_point=self._mount, **words)
            except (requests.ConnectionError, requests.Timeout):
                raise BusyError from None
            except hvac.exceptions.VaultError as error:
                raise self._fault(type(error).__name__, opening="ciphertext" in words) from None

    def _fault(self, name: str, *, opening: bool) -> Exception:
        if name in _BUSY:
            return BusyError()
        if name == "InvalidRequest" and opening:
            return service.not_opened(self._address)
        return service.refused(self._address)

    def _token(self) -> str:
        found = os.environ.get("VAULT_TOKEN", "")
        for place in (os.environ.get("VAULT_TOKEN_FILE"), Path.home() / ".vault-token"):
            if not found and place and Path(place).is_file():
                found = Path(place).read_text("ascii").strip()
        if not found:
            raise service.no_login(self._address, "`VAULT_TOKEN`, `VAULT_TOKEN_FILE`")
        return found

    def _field(self, told: Any, name: str) -> str:
        try:
            return str(told["data"][name])
        except (TypeError, KeyError):
            raise service.refused(self._address) from None


__all__ = ["KeyServiceError", "VaultCustody"]
