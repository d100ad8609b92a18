"""The watch's deeds: look through what was counted, raise alerts, let a director say that one was seen."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.ledger.actions import deed
from camket.shops import managers
from camket.store.db import transaction
from camket.watch import messages, rules
from camket.watch.errors import own_alert, unknown_alert
from camket.watch.models import Alert, KeyPlace, Tally
from camket.watch.reading import read_on
from camket.watch.rules import DAY_MS, HOUR_MS, PLACE, REFUSALS, SUBJECTS, Verdict

WORKER = Actor.worker("watch")
# How long counts are kept: habits are made of them.
KEPT_MS = 90 * DAY_MS
_LENGTH = {SUBJECTS: DAY_MS, REFUSALS: HOUR_MS, PLACE: DAY_MS}


def watch(*, shop_id: int, now: datetime) -> int:
    """Read the shop's log on to its end and raise what is out of the ordinary; how many alerts.

    Run twice, or by two workers at once, it raises nothing twice.
    """
    while read_on(shop_id):
        pass
    raised = sum(_raise(alert, now) for alert in [*_of_tallies(shop_id, now), *_of_places(shop_id, now)])
    _sweep(shop_id, now)
    return raised


def _of_tallies(shop_id: int, now: datetime) -> Iterator[Alert]:
    """Judge the windows of the last two days."""
    limits = rules.thresholds()
    recent = Tally.objects.filter(shop_id=shop_id, since__gte=to_ms(now) - 2 * DAY_MS)
    for tally in recent.order_by("since", "kind", "who"):
        count = tally.count + tally.more
        verdict: Verdict | None
        if tally.kind == REFUSALS:
            verdict = rules.many_refusals(count, limits=limits)
        elif count <= limits.subjects:
            continue  # no habit needs to be asked for
        else:
            verdict = rules.many_subjects(count, given=tally.given, usual=_usual(tally), limits=limits)
        if verdict is not None:
            yield _alert(tally, count, verdict, now)


def _usual(tally: Tally) -> int:
    before = Tally.objects.filter(
        shop_id=tally.shop_id, kind=SUBJECTS, since__lt=tally.since, since__gte=tally.since - KEPT_MS
    )
    days = before.exclude(count=0, more=0).order_by("-since")
    own = [day.count + day.more for day in days.filter(who=tally.who).only("count", "more")[: rules.DAYS]]
    if len(own) >= rules.ENOUGH_DAYS:
        return rules.habit(own, ())
    others = days.exclude(who=tally.who).filter(since__gte=tally.since - rules.DAYS * DAY_MS)
    return rules.habit(own, [day.count + day.more for day in others.only("count", "more")[:1000]])


def _alert(tally: Tally, count: int, verdict: Verdict, now: datetime) -> Alert:
    return Alert(
        shop_id=tally.shop_id,
        id=uuid7(to_ms(now)),
        kind=tally.kind,
        who=tally.who,
        since=tally.since,
        until=tally.since + _LENGTH[tally.kind],
        level=verdict.level,
        count=count,
        usual=verdict.usual,
        ceiling=verdict.ceiling,
        evidence=tally.evidence,
        raised_at=to_ms(now),
    )


def _of_places(shop_id: int, now: datetime) -> Iterator[Alert]:
    """Tell of new places of keys, one alert per key and day."""
    fresh: dict[tuple[UUID, int], int] = {}
    for place in KeyPlace.objects.filter(shop_id=shop_id, known=False).order_by("first_at"):
        window = (place.key_id, rules.day_of(place.first_at))
        fresh[window] = fresh.get(window, 0) + 1
    for (key_id, since), count in fresh.items():
        tally = Tally(shop_id=shop_id, kind=PLACE, who=f"key:{key_id}", since=since)
        yield _alert(tally, count, Verdict(0, 0, 0), now)


def _raise(alert: Alert, now: datetime) -> int:
    """Raise an alert once; 1 when it was raised now."""
    same = Alert.objects.filter(
        shop_id=alert.shop_id, kind=alert.kind, who=alert.who, since=alert.since, level__gte=alert.level
    )
    raised = 0
    if not same.exists():
        try:
            with deed(shop_id=alert.shop_id, event="alert.raised", actor=WORKER, now=now) as made:
                made.detail.update(alert=alert.id, kind=alert.kind, count=alert.count, level=alert.level)
                made.insert(alert)
                made.detail["told"] = messages.tell_directors(alert, now=now, within=made)
            raised = 1
        except IntegrityError:
            raised = 0  # another worker was faster
    if alert.kind == PLACE:
        places = KeyPlace.objects.filter(shop_id=alert.shop_id, key_id=UUID(alert.who.partition(":")[2]), known=False)
        places.filter(first_at__lt=alert.until).update(known=True)
    return raised


def _sweep(shop_id: int, now: datetime) -> None:
    """Forget whom somebody looked at when the day is over, and counts that no habit is made of any more."""
    old = Tally.objects.filter(shop_id=shop_id, since__lt=to_ms(now) - KEPT_MS)
    done = Tally.objects.filter(shop_id=shop_id, since__lt=to_ms(now) - 2 * DAY_MS).exclude(seen=b"", evidence=b"")
    if old.exists() or done.exists():
        with transaction():
            old.delete()
            done.update(seen=b"", evidence=b"")


def acknowledge(*, shop_id: int, alert_id: UUID, actor: Actor, now: datetime) -> Alert:
    """Record that a director (or the owner) has looked into an alert; done twice, it changes nothing.

    Nobody closes an alert about themselves. Errors: WatchError, NotAllowedError.
    """
    managers.require(shop_id=shop_id, actor=actor, now=now)
    row = Alert.objects.filter(shop_id=shop_id, id=alert_id).first()
    if row is None:
        raise unknown_alert()
    person = actor.id if actor.kind == "staff" else actor.on_behalf
    if row.who == f"staff:{person}":
        raise own_alert()
    if row.seen_at is not None:
        return row
    with deed(shop_id=shop_id, event="alert.acknowledged", actor=actor, now=now) as made:
        made.detail["alert"] = alert_id
        return made.update(row, seen_at=to_ms(now), seen_by=person or actor.kind)
