from uuid import UUID

from camket.watch.models import Alert

_ID = 16


def alerts(*, shop_id: int, every: bool = False, limit: int = 200) -> list[Alert]:
    """List alerts, the newest first: those nobody has looked into, or every one."""
    found = Alert.objects.filter(shop_id=shop_id)
    return list((found if every else found.filter(seen_at=None)).order_by("-id")[:limit])


def evidence(alert: Alert) -> list[UUID]:
    """List the ledger entries that an alert rests on (the last fifty of its window when it was raised)."""
    held = alert.evidence
    return [UUID(bytes=held[at : at + _ID]) for at in range(0, len(held), _ID)]
