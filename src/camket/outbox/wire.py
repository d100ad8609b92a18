"""Sends one webhook to an address that somebody typed in, and to no place inside our own walls.

The host is resolved once, every address it has must be a public one, and the connection goes to the address that was
checked: a name that changes its mind in between (DNS rebinding) leads nowhere else. Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from camket.outbox.errors import SendError

SECONDS: Final = 5.0
_OK: Final = 200
_REDIRECT: Final = 300
_GONE: Final = 410
_HTTPS: Final = 443

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Ask for the addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Wire:
    """How webhooks leave. `private` allows addresses inside the shop's own network, as the settings say."""

    private: bool
    resolve: Resolve = resolve
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send; return when the other side took it (2xx). SendError otherwise, permanent where it is gone for good."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _HTTPS
        connection = _Pinned(host, port, address=self._address(host, port), context=self.context, timeout=self.seconds)
        try:
            connection.request("POST", parts.path or "/", body=body, headers=dict(headers))
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            raise SendError(permanent=False, code="hook-unreachable") from None
        finally:
            connection.close()
        if not _OK <= status < _REDIRECT:
            raise SendError(permanent=status == _GONE, code=f"hook-{status}")

    def _address(self, host: str, port: int) -> str:
        try:
            found = self.resolve(host, port)
        except OSError:
            raise SendError(permanent=False, code="hook-unknown-host") from None
        if not found or not all(self._may(address) for address in found):
            raise SendError(permanent=False, code="hook-private")
        return found[0]

    def _may(self, address: str) -> bool:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
        mapped = getattr(found, "ipv4_mapped", None)
        found = mapped or found
        if found.is_multicast or found.is_unspecified or found.is_reserved:
            return False
        return self.private or found.is_global


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was checked, and checks the certificate for the host that was named."""

    def __init__(self, host: str, port: int, *, address: str, context: ssl.SSLContext, timeout: float) -> None:
        super().__init__(host, port, context=context, timeout=timeout)
        self._address = address
        self._tls = context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
