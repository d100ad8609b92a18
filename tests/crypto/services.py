"""The other side of the key services, for tests: small servers that speak the real protocols over real HTTP.

`Transit` does what the transit engine of HashiCorp Vault and OpenBao does (encrypt, decrypt, rewrap, rotate, with
associated data, a token and a namespace); `Kms` does what AWS KMS does (Encrypt, Decrypt, ReEncrypt with an encryption
context) and checks the signature of every call. Both keep real AES-256-GCM keys that never leave them.
"""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "hvs.test-token-of-the-tests"
ACCESS, SECRET, REGION = "AKIDTESTTESTTEST", "secret/of+the/tests", "ap-southeast-1"


class AnswerError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class Service:
    """State shared by the calls. `faults` are statuses to answer first; `sleep` delays each answer."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.bodies: list[bytes] = []
        self.faults: list[int] = []
        self.sleep = 0.0
        self.address = ""

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        self.bodies.append(body)
        time.sleep(self.sleep)
        if self.faults:
            return self.faults.pop(0), {"errors": ["not now"], "__type": "KMSInternalException"}
        try:
            return 200, self.answer(method, path, headers, json.loads(body or b"{}"), body)
        except AnswerError as found:
            return found.status, found.body

    def answer(self, method: str, path: str, headers: dict[str, str], words: Any, body: bytes) -> dict[str, Any]:
        raise NotImplementedError


class Transit(Service):
    """One transit engine at `/v1/transit`."""

    def __init__(self, *, namespace: str | None = None) -> None:
        super().__init__()
        self.keys = {"camket": {1: os.urandom(32)}}
        self.oldest = 1
        self.namespace = namespace

    def answer(self, method: str, path: str, headers: dict[str, str], words: Any, _: bytes) -> dict[str, Any]:
        if headers.get("x-vault-token") != TOKEN or headers.get("x-vault-namespace") != self.namespace:
            raise AnswerError(403, {"errors": ["permission denied"]})
        parts = path.strip("/").split("/")
        if method not in {"POST", "PUT"} or parts[:2] != ["v1", "transit"]:
            raise AnswerError(404, {"errors": []})
        call, name = ("rotate", parts[3]) if parts[2] == "keys" and parts[4:] == ["rotate"] else (parts[2], parts[3])
        self.calls.append(call)
        if name not in self.keys:
            raise AnswerError(400, {"errors": ["encryption key not found"]})
        return {"data": getattr(self, f"_{call}")(self.keys[name], words)}

    def _encrypt(self, keys: dict[int, bytes], words: Any) -> dict[str, Any]:
        newest, nonce = max(keys), os.urandom(12)
        bound = base64.b64decode(words.get("associated_data", ""))
        made = nonce + AESGCM(keys[newest]).encrypt(nonce, base64.b64decode(words["plaintext"], validate=True), bound)
        return {"ciphertext": f"vault:v{newest}:{base64.b64encode(made).decode()}", "key_version": newest}

    def _decrypt(self, keys: dict[int, bytes], words: Any) -> dict[str, Any]:
        try:
            head, version, text = words["ciphertext"].split(":")
            made, key = base64.b64decode(text, validate=True), keys[int(version.removeprefix("v"))]
            if head != "vault" or int(version.removeprefix("v")) < self.oldest:
                raise AnswerError(
                    400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]}
                )
            plain = AESGCM(key).decrypt(made[:12], made[12:], base64.b64decode(words.get("associated_data", "")))
        except (ValueError, KeyError, InvalidTag):
            raise AnswerError(400, {"errors": ["cipher: message authentication failed"]}) from None
        return {"plaintext": base64.b64encode(plain).decode()}

    def _rewrap(self, keys: dict[int, bytes], words: Any) -> dict[str, Any]:
        plain = self._decrypt(keys, {"ciphertext": words["ciphertext"]})["plaintext"]
        return self._encrypt(keys, {"plaintext": plain})

    def _rotate(self, keys: dict[int, bytes], _: Any) -> dict[str, Any]:
        keys[max(keys) + 1] = os.urandom(32)
        return {}


class Kms(Service):
    """AWS KMS with one key, `alias/camket`; a call whose signature is wrong is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = {"alias/camket": os.urandom(32), "alias/other": os.urandom(32)}

    def answer(self, method: str, path: str, headers: dict[str, str], words: Any, body: bytes) -> dict[str, Any]:
        if not _signed(method, path, headers, body):
            raise AnswerError(400, {"__type": "InvalidSignatureException", "message": "no"})
        call = headers["x-amz-target"].removeprefix("TrentService.")
        self.calls.append(call)
        return {
            "Encrypt": self._encrypt,
            "Decrypt": self._decrypt,
            "ReEncrypt": self._re_encrypt,
        }[call](words)

    def _key(self, name: str) -> bytes:
        if name not in self.keys:
            raise AnswerError(400, {"__type": "NotFoundException", "message": "no such key"})
        return self.keys[name]

    def _encrypt(self, words: Any) -> dict[str, Any]:
        key, nonce = self._key(words["KeyId"]), os.urandom(12)
        bound = json.dumps(words.get("EncryptionContext", {}), sort_keys=True).encode()
        made = hashlib.sha256(key).digest()[:8] + nonce
        made += AESGCM(key).encrypt(nonce, base64.b64decode(words["Plaintext"]), bound)
        return {"CiphertextBlob": base64.b64encode(made).decode(), "KeyId": words["KeyId"]}

    def _decrypt(self, words: Any) -> dict[str, Any]:
        key, made = self._key(words["KeyId"]), base64.b64decode(words["CiphertextBlob"])
        bound = json.dumps(words.get("EncryptionContext", {}), sort_keys=True).encode()
        if made[:8] != hashlib.sha256(key).digest()[:8]:
            raise AnswerError(400, {"__type": "IncorrectKeyException", "message": "another key"})
        try:
            plain = AESGCM(key).decrypt(made[8:20], made[20:], bound)
        except InvalidTag:
            raise AnswerError(400, {"__type": "InvalidCiphertextException"}) from None
        return {"Plaintext": base64.b64encode(plain).decode(), "KeyId": words["KeyId"]}

    def _re_encrypt(self, words: Any) -> dict[str, Any]:
        old = {"KeyId": words["SourceKeyId"], "EncryptionContext": words.get("SourceEncryptionContext", {})}
        plain = self._decrypt({**old, "CiphertextBlob": words["CiphertextBlob"]})["Plaintext"]
        new = {"KeyId": words["DestinationKeyId"], "EncryptionContext": words.get("DestinationEncryptionContext", {})}
        return self._encrypt({**new, "Plaintext": plain})


def _signed(method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
    """Compute the signature (Signature Version 4) from what came and compare."""
    kind, _, rest = headers.get("authorization", "").partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if kind != "AWS4-HMAC-SHA256" or not fields.get("Credential", "").startswith(f"{ACCESS}/"):
        return False
    scope = fields["Credential"].removeprefix(f"{ACCESS}/")
    day, region, service, last = scope.split("/")
    names = fields["SignedHeaders"].split(";")
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    asked = f"{method}\n{path}\n\n{lines}\n{';'.join(names)}\n{hashlib.sha256(body).hexdigest()}"
    text = f"{kind}\n{headers['x-amz-date']}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, service, last):
        key = hmac.digest(key, part.encode(), "sha256")
    right = {"host", "x-amz-date", "x-amz-target"} <= set(names) and (region, service) == (REGION, "kms")
    return right and hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), fields["Signature"])


@contextmanager
def serving(service: Any) -> Iterator[Any]:
    """Serve on a free port; `address` is set meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told = service.handle(self.command, self.path, headers, body)
            written = json.dumps(told).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(written)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(written)
            except OSError:
                self.close_connection = True  # who asked has gone
            self.close_connection = True

        do_POST = do_PUT = do_GET = _do  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        service.address = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
