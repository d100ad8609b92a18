"""Whom the rows of a file are about: read for a whole batch at once, matched row by row.

INVARIANT 13: somebody who is known already is joined only where they came in by an import too or have proven that very
contact; any other match is a proposal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from camket.base.ids import uuid7s
from camket.intake.rows import Draft
from camket.store import among
from camket.store.db import read_id
from camket.store.secrets import index_keys
from camket.subjects import blind
from camket.subjects.models import NameToken, Subject

# By what rows and people are matched; a customer code is the shop's own and needs no second look.
MATCHED_BY: Final = ("customer_code", "phone", "email", "user_name")
# An erased person is known by these too.
_ALSO_BURIED: Final = ("order_number", "receiver_phone")
_MOST_PROPOSALS: Final = 5
_AT_ONCE: Final = 500
_HAVING: Final = (
    "SELECT i.digest, i.subject_id, i.verified FROM camket_identifier i WHERE i.digest {among} AND i.shop_id = %(shop)s"
)


@dataclass(slots=True, eq=False)
class Person:
    """Somebody whom rows of this batch may be about."""

    subject_id: UUID
    known: bool
    joinable: bool
    names: set[bytes] = field(default_factory=set)
    said: list[str] = field(default_factory=list, repr=False)
    proven: bool = False
    held: set[bytes] = field(default_factory=set)
    brought: set[bytes] = field(default_factory=set)
    text: str = ""

    def __post_init__(self) -> None:
        self.text = str(self.subject_id)


@dataclass(slots=True, eq=False)
class Named:
    """A draft with the digests of what it may be recognised by."""

    draft: Draft
    mark: bytes
    digests: list[tuple[str, bytes]]
    buried_by: list[bytes]
    numbers: tuple[bytes, ...]


def named(shop_id: int, draft: Draft, mark: bytes) -> Named:
    """Work out what a draft may be recognised by."""
    values = draft.values
    one_key = len(index_keys(shop_id).held) == 1
    digests: list[tuple[str, bytes]] = [
        (kind, digest)
        for kind in MATCHED_BY
        if kind in values
        for value in values[kind]
        for digest in blind.identifiers(shop_id, kind, value)
    ]
    buried_by = [
        digest
        for kind in (_ALSO_BURIED if one_key else (*MATCHED_BY, *_ALSO_BURIED))
        if kind in values
        for value in values[kind]
        for digest in blind.ever(shop_id, kind, value)
    ]
    if one_key:
        buried_by += [digest for _, digest in digests]
    numbers = blind.ever(shop_id, "order_number", values["order_number"][0]) if "order_number" in values else ()
    return Named(draft, mark, digests, buried_by, numbers)


class People:
    """Finds or makes the person of each row."""

    def __init__(self, shop_id: int, at_ms: int) -> None:
        self._shop_id = shop_id
        self._at = at_ms
        self._by_digest: dict[bytes, list[Person]] = {}
        self._ids: list[bytes] = []
        self.made: list[Person] = []

    def known(self, rows: Iterable[Named]) -> list[UUID]:
        """Find who has a contact of these rows already; to be locked before `read`."""
        wanted = {digest for row in rows for _, digest in row.digests}
        found = among.fetch(_HAVING, wanted, {"shop": self._shop_id})
        self._found = sorted((not verified, read_id(subject), bytes(digest)) for digest, subject, verified in found)
        return sorted({subject for _, subject, _ in self._found})

    def read(self, ids: Sequence[UUID]) -> list[Person]:
        """Read what tells the known people apart: where they came from, and their names."""
        legacy: set[UUID] = set()
        names: dict[UUID, set[bytes]] = {}
        for start in range(0, len(ids), _AT_ONCE):
            piece = ids[start : start + _AT_ONCE]
            came = Subject.objects.filter(subject_id__in=piece).exclude(legacy="")
            legacy |= set(came.values_list("subject_id", flat=True))
            for token in NameToken.objects.filter(subject_id__in=piece, shop_id=self._shop_id):
                names.setdefault(token.subject_id, set()).add(bytes(token.token))
        people: dict[tuple[UUID, bool], Person] = {}
        for unproven, subject_id, digest in self._found:
            joinable = not unproven or subject_id in legacy
            person = people.setdefault(
                (subject_id, joinable),
                Person(subject_id, True, joinable, names.get(subject_id, set()), proven=not unproven),
            )
            held = self._by_digest.setdefault(digest, [])
            if person not in held:
                held.append(person)
        return list(people.values())

    def person(self, row: Named) -> tuple[Person, list[tuple[UUID, str]]]:
        """Find or make the person of a row; other people with the same contact become proposals of the new one."""
        others: dict[UUID, str] = {}
        for kind, digest in row.digests:
            for person in self._by_digest.get(digest, ()):
                agree = kind == "customer_code" or self._names_agree(row.draft, person)
                if person.joinable and agree and not self._adds_contact(row, person):
                    self._remember(row, person)
                    return person, []
                others.setdefault(person.subject_id, kind)
        person = Person(self._new_id(), known=False, joinable=True)
        self.made.append(person)
        self._remember(row, person)
        return person, list(others.items())[:_MOST_PROPOSALS]

    def _names_agree(self, draft: Draft, person: Person) -> bool:
        """Compare by the names' tokens; they are worked out when somebody with the same contact turns up."""
        names = {token for name in draft.values.get("name", ())[:1] for token in self._whole_name(name)}
        for name in person.said:
            person.names.update(self._whole_name(name))
        person.said.clear()
        return not names or not person.names or not names.isdisjoint(person.names)

    def _adds_contact(self, row: Named, person: Person) -> bool:
        """INVARIANT 13: whom a proven contact knows gets no other contact from a file; that is a proposal."""
        return person.proven and any(
            person.subject_id not in {one.subject_id for one in self._by_digest.get(digest, ())}
            for kind, digest in row.digests
            if kind != "customer_code"
        )

    def _whole_name(self, name: str) -> list[bytes]:
        return blind.name_tokens(self._shop_id, name)[:1]

    def _remember(self, row: Named, person: Person) -> None:
        person.said += row.draft.values.get("name", ())[:1]
        for _, digest in row.digests:
            held = self._by_digest.setdefault(digest, [])
            if person not in held:
                held.insert(0, person)

    def _new_id(self) -> UUID:
        if not self._ids:
            self._ids = uuid7s(self._at, 256)[::-1]
        return UUID(bytes=self._ids.pop())
