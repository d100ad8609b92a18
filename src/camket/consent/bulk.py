"""Answers of many people in one bulk deed: a wording is checked and kept once, each answer is a row of its person."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db.models import Max

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7s
from camket.consent.actions import (
    Value,
    _impersonal,
    _known,
    _may_speak,
    _one_purpose,
    _shown,
    _who,
)
from camket.consent.models import ConsentEvent, ConsentText
from camket.ledger.actions import Deed
from camket.ledger.bulk import BulkRows, Shape
from camket.store import vouch

_AT_ONCE: Final = 500
_VARYING: Final = ("id", "mark", "number", "subject_id")


@dataclass(frozen=True, slots=True)
class Wording:
    """What was asked and how the answer came in; see `record` for the parts."""

    purpose: str
    value: Value
    how: str
    text: str
    language: str = "vi"
    channel: str = ""
    category: str = ""
    policy_version: int = 0


class Answers:
    """Records answers within a bulk deed. Their people are in the database, or go in by the same deed before them."""

    def __init__(self, rows: BulkRows, *, actor: Actor, now: datetime, within: Deed) -> None:
        self._rows = rows
        self._actor = actor
        self._now = now
        self._deed = within
        self._shapes: dict[Wording, Shape] = {}
        self._numbers: dict[UUID, int] = {}

    def count(self, known: Collection[UUID]) -> None:
        """Read how many answers people have who were there before this deed. The caller has locked them."""
        ids = list(known)
        for start in range(0, len(ids), _AT_ONCE):
            rows = ConsentEvent.objects.filter(subject_id__in=ids[start : start + _AT_ONCE])
            self._numbers |= dict(rows.values_list("subject_id").annotate(last=Max("number")))

    def record(self, given: Mapping[UUID, Collection[Wording]]) -> None:
        """Add each person's answers, in order. ConsentError for a wording that `record` would refuse."""
        ids = iter(uuid7s(to_ms(self._now), sum(map(len, given.values()))))
        for subject_id, wordings in given.items():
            for wording in wordings:
                shape = self._shapes.get(wording) or self._shape(wording, subject_id)
                self._add(shape, wording, subject_id, next(ids))

    def _add(self, shape: Shape, wording: Wording, subject_id: UUID, event_id: bytes) -> None:
        number = self._numbers[subject_id] = self._numbers.get(subject_id, 0) + 1
        whose = subject_id.bytes
        mark = vouch.made(
            self._deed.shop_id,
            ConsentEvent.table_code,
            *(whose, number, wording.value, wording.channel, wording.category, wording.purpose, wording.how),
        )
        self._rows.add(shape, whose, (event_id, mark, number, whose))

    def _shape(self, wording: Wording, subject_id: UUID) -> Shape:
        """Check a wording once, keep its text once."""
        _one_purpose(wording.purpose)
        _known(wording.how, wording.channel, wording.category)
        if wording.value == "given":
            _shown(wording.text)
        _impersonal(wording.text, self._deed.shop_id)
        _may_speak(self._actor, subject_id, self._deed)
        digest = sha256(wording.text.encode()).digest() if wording.text else None
        if digest is not None:
            self._keep_text(ConsentText(shop_id=self._deed.shop_id, digest=digest, text=wording.text))
        row = ConsentEvent(
            shop_id=self._deed.shop_id,
            purpose=wording.purpose,
            channel=wording.channel,
            category=wording.category,
            value=wording.value,
            how=wording.how,
            who=_who(self._actor),
            text_digest=digest,
            language=wording.language,
            policy_version=wording.policy_version,
            at=to_ms(self._now),
        )
        shape = self._shapes[wording] = self._rows.shape_like(row, _VARYING)
        return shape

    def _keep_text(self, row: ConsentText) -> None:
        """Keep a wording once: a row is its own content, so that two deeds that write it at once write the same."""
        if not ConsentText.objects.filter(shop_id=row.shop_id, digest=row.digest).exists():
            self._deed.insert(row, once=True)
