"""AWS KMS closes and opens the wrapping keys; the encryption context binds each to its version and public id.

Credentials and region come from where AWS programs look: environment, `~/.aws`, the role of the machine. The role
needs `kms:Encrypt` and `kms:Decrypt` on the one key; the context can be made a condition of its policy. The service
rotates its own key material without anybody noticing; after a change of the key itself run `camket keys rewrap`.
"""

from typing import Any

from camket.crypto.errors import KeyServiceError
from camket.crypto.providers import service
from camket.crypto.providers.custody import bytes_of, context, text_of

_EXTRA = "aws"
_TRIES = 4
# What the service answers when the closed key was not made by this key and context, or was changed.
_NOT_OURS = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
_BUSY = frozenset(
    {"ThrottlingException", "KMSInternalException", "DependencyTimeoutException", "LimitExceededException"}
)


class AwsCustody:
    """One KMS key, by id, ARN or alias. Asks over the network only when a key is closed or opened."""

    kind = "awskms"
    entry = "closed"

    def __init__(self, *, key: str, region: str | None = None, endpoint: str | None = None) -> None:
        self._key = key
        self._region = region or _region_of(key)
        self._endpoint = endpoint
        self._session: Any = None

    def __repr__(self) -> str:
        return f"AwsCustody({self._key})"

    def close(self, key: bytes, *, version: int, key_id: str) -> str:
        told = self._ask("encrypt", Plaintext=key, version=version, key_id=key_id)
        return text_of(bytes(told["CiphertextBlob"]))

    def open(self, closed: str, *, version: int, key_id: str) -> bytes:
        told = self._ask("decrypt", CiphertextBlob=bytes_of(closed), version=version, key_id=key_id)
        return bytes(told["Plaintext"])

    def _ask(self, call: str, *, version: int, key_id: str, **words: Any) -> Any:
        errors = service.part("botocore.exceptions", _EXTRA)
        try:
            client = self._client()
            try:
                bound = dict(context(version=version, key_id=key_id))
                return getattr(client, call)(KeyId=self._key, EncryptionContext=bound, **words)
            finally:
                client.close()
        except errors.ClientError as error:
            raise self._fault(str(error.response.get("Error", {}).get("Code", "")), error.response) from None
        except (
            errors.NoCredentialsError,
            errors.PartialCredentialsError,
            errors.NoRegionError,
            errors.TokenRetrievalError,
        ):
            raise service.no_login(self._key, "`AWS_ACCESS_KEY_ID` … `AWS_REGION`, `AWS_PROFILE`") from None
        except errors.BotoCoreError:
            raise service.unreachable(self._key) from None

    def _client(self) -> Any:
        config = service.part("botocore.config", _EXTRA)
        patience = config.Config(
            connect_timeout=service.CONNECT_SECONDS,
            read_timeout=service.ANSWER_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _TRIES},
        )
        if self._session is None:
            self._session = service.part("boto3", _EXTRA).session.Session(region_name=self._region)
        return self._session.client("kms", endpoint_url=self._endpoint, config=patience)

    def _fault(self, code: str, response: Any) -> KeyServiceError:
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _NOT_OURS:
            return service.not_opened(self._key)
        if code in _BUSY or status >= 500:  # noqa: PLR2004 (server's faults)
            return service.unreachable(self._key)
        return service.refused(self._key)


def _region_of(key: str) -> str | None:
    """Read the region out of an ARN: `arn:aws:kms:REGION:…`."""
    parts = key.split(":")
    return parts[3] if parts[0] == "arn" and len(parts) > 4 else None  # noqa: PLR2004 (parts of an ARN)
