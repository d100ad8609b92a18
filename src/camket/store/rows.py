"""Digests of rows: what a ledger entry commits to and what the replay compares (design, invariant 4).

A digest is keyed, so that an old one in the ledger lets nobody guess what an erased row held.
"""

import hashlib
import hmac
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from django.db import models

from camket.store import canonical
from camket.store.columns import Record

DIGEST_BYTES = 16


def digest(obj: Record, key: bytes) -> bytes:
    """16 bytes over the table code and every column of the row that is not NULL (canonical.py)."""
    content: list[Any] = [obj.table_code]
    for name, encode in canonical.plan(type(obj)):
        value = getattr(obj, name)
        if value is not None:
            content += (name, encode(value))
    return _mac(key, content)


def digest_of(model: type[Record], values: Mapping[str, Any], key: bytes) -> bytes:
    """Digest of a row given as values by attribute name, for SQL written by hand. Every column must be given."""
    content: list[Any] = [model.table_code]
    for name, encode in canonical.plan(model):
        value = values[name]
        if value is not None:
            content += (name, encode(value))
    return _mac(key, content)


def key_of(obj: models.Model) -> list[Any]:
    """Primary key values of a row, encoded, in order."""
    return [encode(getattr(obj, name)) for name, encode in canonical.key_plan(type(obj))]


def key_from(model: type[models.Model], pk: Any) -> list[Any]:
    """Primary key values from `obj.pk` or a tuple."""
    plan = canonical.key_plan(model)
    values = pk if isinstance(pk, tuple | list) else (pk,)
    return [encode(value) for (_, encode), value in zip(plan, values, strict=True)]


def row_key(obj: models.Model) -> bytes:
    """Canonical CBOR of the primary key."""
    return canonical.dumps(key_of(obj))


def concrete_names(model: type[models.Model]) -> list[str]:
    """List the columns of a table by attribute name, in alphabetical order."""
    return [name for name, _ in canonical.plan(model)]


def values_of(obj: models.Model) -> dict[str, Any]:
    """Every column of a row by attribute name."""
    names = concrete_names(type(obj))
    found = attrgetter(*names)(obj)
    return dict(zip(names, found if len(names) > 1 else (found,), strict=True))


def _mac(key: bytes, content: list[Any]) -> bytes:
    return hmac.digest(key, canonical.dumps(content), hashlib.sha256)[:DIGEST_BYTES]
