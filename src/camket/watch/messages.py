"""What a director is told of an alert. Its outbox row holds ids only; the words are made at the moment of sending."""

from datetime import datetime
from uuid import UUID

import cbor2

from camket.base.clock import VIETNAM, from_ms
from camket.ledger.actions import Deed
from camket.ledger.entry import shop_uuid
from camket.outbox.actions import enqueue
from camket.outbox.message import Message
from camket.outbox.models import Outbox
from camket.shops.models import ApiKey, Staff, StaffRole
from camket.store import canonical, vouch
from camket.vault.messages import opened as opened_by_vault
from camket.watch.models import Alert
from camket.watch.rules import KINDS

KIND = "alert"
_TITLE = "Cảnh báo truy cập bất thường · Unusual access"


def tell_directors(alert: Alert, *, now: datetime, within: Deed) -> int:
    """Queue one message for each director with an email, but not for whom it is about; how many."""
    holding = StaffRole.objects.filter(shop_id=alert.shop_id, role="director").values_list("staff_id", flat=True)
    told = Staff.objects.filter(id__in=list(holding), shop_id=alert.shop_id, left_at=None).exclude(email="")
    people = [person for person in told.order_by("id") if alert.who != f"staff:{person.id}"]
    for person in people:
        params = canonical.dumps({"alert": alert.id.bytes, "staff": person.id.bytes})
        enqueue(within, subject_id=shop_uuid(alert.shop_id), kind=KIND, channel="email", params=params, now=now)
    return len(people)


def opened(row: Outbox) -> Message | None:
    """Open any message of the outbox at the moment of sending (its `Opener`); None when it shall not go."""
    if row.kind != KIND:
        return opened_by_vault(row)
    params = cbor2.loads(row.params)
    alert = Alert.objects.filter(shop_id=row.shop_id, id=UUID(bytes=params["alert"])).first()
    person = Staff.objects.filter(shop_id=row.shop_id, id=UUID(bytes=params["staff"]), left_at=None).first()
    if alert is None or person is None or not person.email or not _directs(row.shop_id, person.id):
        return None
    return Message(to=person.email, title=_TITLE, text=describe(alert))


def describe(alert: Alert) -> str:
    """Say in both languages what an alert is about: who, how much, against what, when, and where to look."""
    vi, en = KINDS[alert.kind]
    begun, ended = (from_ms(at).astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y") for at in (alert.since, alert.until))
    who = _name(alert)
    return (
        f"{who}: {vi}: {alert.count} (mức báo {alert.ceiling}, thói quen {alert.usual}), {begun} – {ended}. "
        f"Xem: camket alerts list\n"
        f"{who}: {en}: {alert.count} (limit {alert.ceiling}, habit {alert.usual}), {begun} – {ended}. "
        f"See: camket alerts list"
    )


def _name(alert: Alert) -> str:
    """Name a person of the staff, or a key by its system."""
    kind, _, name = alert.who.partition(":")
    if kind == "staff":
        person = Staff.objects.filter(shop_id=alert.shop_id, id=UUID(name)).first()
        return person.name if person else name
    key = ApiKey.objects.filter(shop_id=alert.shop_id, id=UUID(name)).first()
    return f"`{key.system}`" if key and key.system else f"khóa · key {name}"


def _directs(shop_id: int, staff_id: UUID) -> bool:
    held = StaffRole.objects.filter(shop_id=shop_id, staff_id=staff_id, role="director").first()
    if held is None:
        return False
    vouch.require(held)
    return True
