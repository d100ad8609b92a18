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
from camket.subjects import blind
from camket.subjects.models import Identifier, NameToken, Subject

# By what rows and people are matched; a customer code is the shop's own and needs no second look.
MATCHED_BY: Final = ("customer_code", "phone", "email", "user_name")
# An erased person is known by these too.
_ALSO_BURIED: Final = ("order_number", "receiver_phone")
_MOST_PROPOSALS: Final = 5
_AT_ONCE: Final = 2000


@dataclass(slots=True, eq=False)
class Person:
    """Somebody whom rows of this batch may be about."""

    subject_id: UUID
    known: bool
    joinable: bool
    names: set[bytes] = field(default_factory=set)
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
    digests: list[tuple[str, bytes]] = [
        (kind, digest)
        for kind in MATCHED_BY
        if kind in values
        for value in values[kind]
        for digest in blind.identifiers(shop_id, kind, value)
    ]
    buried_by = [
        digest
        for kind in (*MATCHED_BY, *_ALSO_BURIED)
        if kind in values
        for value in values[kind]
        for digest in blind.ever(shop_id, kind, value)
    ]
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
        wanted = list({digest for row in rows for _, digest in row.digests})
        self._found: list[Identifier] = []
        for start in range(0, len(wanted), _AT_ONCE):
            piece = wanted[start : start + _AT_ONCE]
            self._found += Identifier.objects.filter(digest__in=piece, shop_id=self._shop_id)
        return sorted({row.subject_id for row in self._found})

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
        for row in sorted(self._found, key=lambda row: (not row.verified, row.subject_id)):
            joinable = row.verified or row.subject_id in legacy
            person = people.setdefault(
                (row.subject_id, joinable),
                Person(row.subject_id, True, joinable, names.get(row.subject_id, set()), proven=row.verified),
            )
            self._by_digest.setdefault(bytes(row.digest), []).append(person)
        return list(people.values())

    def person(self, row: Named) -> tuple[Person, list[tuple[UUID, str]]]:
        """Find or make the person of a row; other people with the same contact become proposals of the new one."""
        names = {token for name in row.draft.values.get("name", ())[:1] for token in self._whole_name(name)}
        others: dict[UUID, str] = {}
        for kind, digest in row.digests:
            for person in self._by_digest.get(digest, ()):
                agree = kind == "customer_code" or not names or not person.names or names & person.names
                if person.joinable and agree and not self._adds_contact(row, person):
                    self._remember(row, person, names)
                    return person, []
                others.setdefault(person.subject_id, kind)
        person = Person(self._new_id(), known=False, joinable=True)
        self.made.append(person)
        self._remember(row, person, names)
        return person, list(others.items())[:_MOST_PROPOSALS]

    def _adds_contact(self, row: Named, person: Person) -> bool:
        """INVARIANT 13: whom a proven contact knows gets no other contact from a file; that is a proposal."""
        return person.proven and any(
            person.subject_id not in {one.subject_id for one in self._by_digest.get(digest, ())}
            for kind, digest in row.digests
            if kind != "customer_code"
        )

    def _whole_name(self, name: str) -> list[bytes]:
        return blind.name_tokens(self._shop_id, name)[:1]

    def _remember(self, row: Named, person: Person, names: set[bytes]) -> None:
        person.names |= names
        for _, digest in row.digests:
            held = self._by_digest.setdefault(digest, [])
            if person not in held:
                held.insert(0, person)

    def _new_id(self) -> UUID:
        if not self._ids:
            self._ids = uuid7s(self._at, 256)[::-1]
        return UUID(bytes=self._ids.pop())
