"""Reads the log from where the watch stopped, and counts. Bounded memory: a piece of the log at a time.

A piece is counted and its end remembered in one transaction under a lock on the place, so that an entry counts once
whatever happens: a worker that dies leaves the place where it was, and two workers take turns.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from camket.base.actor import Actor
from camket.ledger import entry, places
from camket.store.db import transaction
from camket.watch.models import Tally, Watched
from camket.watch.rules import REFUSALS, SUBJECTS, day_of, hour_of

PIECE: Final = 2_000
LOOKS: Final = frozenset({"item.looked", "item.exported", "order.looked", "consent.looked"})
# Of these the entry names everybody whose value was opened to find the one: they are counted, not told apart.
SEARCHES: Final = frozenset({"item.found"})
REFUSED: Final = frozenset({"gate.refused", "intake.refused"})
MOST_EVIDENCE: Final = 50
# Beyond this a day's subjects are counted no further: the alert has long been raised, at every doubling.
MOST_SEEN: Final = 20_000
_HALF: Final = 8
_ID: Final = 16


class Seen(NamedTuple):
    """What one entry says to the watch."""

    kind: str
    who: str
    since: int
    entry: bytes
    subject: bytes = b""
    more: int = 0
    given: int = 0


def read_on(shop_id: int) -> int:
    """Count the next piece of a shop's log; how many entries were read, 0 at the end of it."""
    with transaction():
        Watched.objects.get_or_create(shop_id=shop_id)
        place = Watched.objects.select_for_update().get(shop_id=shop_id)
        taken = list(places.between(shop_id, place.seq, place.seq + PIECE))
        if not taken:
            return 0
        bodies = places.entries(shop_id, [name for _, name in taken])
        _count(shop_id, (seen for _, name in taken if name in bodies for seen in _said(bodies[name], name)))
        Watched.objects.filter(shop_id=shop_id).update(seq=taken[-1][0] + 1)
    return len(taken)


def _said(row: Any, name: bytes) -> Iterator[Seen]:
    subject = row[1] if isinstance(row[1], bytes) else row[1].bytes
    body = entry.read(bytes(row[2]), subject_id=subject, entry_id=name)
    event, actor, at_ms = body["e"], entry.actor_of(body), int.from_bytes(name[:6], "big")
    who = _who(actor)
    if event == "work.assigned":
        given_to = entry.word(body.get("d", {}).get("staff", b""))
        if given_to and who != f"staff:{given_to}":
            yield Seen(SUBJECTS, f"staff:{given_to}", day_of(at_ms), name, given=1)
    if not who:
        return
    if event in LOOKS | SEARCHES:
        many = body.get("n")
        alone = event in LOOKS and many is None
        yield Seen(SUBJECTS, who, day_of(at_ms), name, subject=subject if alone else b"", more=many or 0)
    elif event in REFUSED:
        yield Seen(REFUSALS, who, hour_of(at_ms), name, more=1)


def _who(actor: Actor) -> str:
    """Name the person, or the key where nobody is named; owner, workers and customers are not watched here."""
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    if person:
        return f"staff:{person}"
    return f"key:{actor.id}" if actor.kind == "system" else ""


def _count(shop_id: int, found: Iterable[Seen]) -> None:
    tallies: dict[tuple[str, str, int], Tally] = {}
    halves: dict[tuple[str, str, int], set[bytes]] = {}
    for one in found:
        place = (one.kind, one.who, one.since)
        if place not in tallies:
            tallies[place], _ = Tally.objects.get_or_create(
                shop_id=shop_id, kind=one.kind, who=one.who, since=one.since
            )
            held = tallies[place].seen
            halves[place] = {held[at : at + _HALF] for at in range(0, len(held), _HALF)}
        _add(tallies[place], halves[place], one)
    for place, tally in tallies.items():
        tally.seen = b"".join(sorted(halves[place]))
        Tally.objects.filter(pk=tally.pk).update(
            count=tally.count, more=tally.more, given=tally.given, seen=tally.seen, evidence=tally.evidence
        )


def _add(tally: Tally, halves: set[bytes], one: Seen) -> None:
    tally.given += one.given
    tally.more += one.more
    if one.subject and len(halves) < MOST_SEEN:
        # The last eight bytes of a version 7 id are random.
        halves.add(one.subject[-_HALF:])
        tally.count = len(halves)
    if one.subject or one.more:
        tally.evidence = (tally.evidence + one.entry)[-MOST_EVIDENCE * _ID :]
