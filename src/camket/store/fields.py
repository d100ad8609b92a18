"""Column types that both databases store compactly and hand back alike."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models


class IdField(models.UUIDField):  # type: ignore[type-arg]  # generic to the stubs only
    """A UUID: the native type on PostgreSQL, 16 bytes on SQLite (Django's own would be 32 letters there)."""

    description = "UUID of 16 bytes"
    empty_strings_allowed = False

    def db_type(self, connection: Any) -> str:
        return "uuid" if connection.vendor == "postgresql" else "blob"

    def rel_db_type(self, connection: Any) -> str:
        return self.db_type(connection)

    def get_internal_type(self) -> str:
        return "IdField"

    def to_python(self, value: Any) -> UUID | None:
        if value is None or isinstance(value, UUID):
            return value
        try:
            return UUID(bytes=bytes(value)) if isinstance(value, bytes | memoryview) else UUID(value)
        except (AttributeError, TypeError, ValueError) as error:
            raise ValidationError("an id is 16 bytes or a UUID") from error

    def get_prep_value(self, value: Any) -> UUID | None:
        return self.to_python(super().get_prep_value(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ARG002 (Django's own)
        found = self.to_python(value)
        return found if found is None or connection.vendor == "postgresql" else found.bytes

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> UUID | None:
        return self.to_python(value)


class BytesField(models.BinaryField):  # type: ignore[type-arg]  # as above
    """Bytes that come back as `bytes` from either database."""

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> bytes | None:
        return None if value is None else bytes(value)
