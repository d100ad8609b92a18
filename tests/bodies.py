"""Reads what a stored entry says."""

from typing import Any

from camket.ledger import entry
from camket.ledger.models import Entry


def body_of(row: Entry | None) -> dict[str, Any]:
    """The body of an entry, ids of its rows whole."""
    assert row is not None
    return entry.read(row.body, subject_id=row.subject_id.bytes, entry_id=row.id.bytes)
