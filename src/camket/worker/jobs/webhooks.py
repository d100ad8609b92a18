from datetime import datetime
from uuid import UUID

from django.conf import settings

from camket.outbox import delivering
from camket.outbox.models import WebhookPlace
from camket.outbox.wire import Wire
from camket.vault.models import Erasure

WHAT = ("báo sự kiện cho hệ thống của cửa hàng", "tell the shops' own systems what happened")
EVERY = 1.0


def run(*, now: datetime) -> int:
    """Queue what the logs say and send what is due; how many messages came to an end."""
    wire = Wire(private=settings.CAMKET_WEBHOOKS_PRIVATE)
    done = delivering.sweep(now=now)
    for shop_id in WebhookPlace.objects.order_by("shop_id").values_list("shop_id", flat=True):
        delivering.queue(shop_id=shop_id, now=now, erased=_erased)
        done += delivering.send(shop_id=shop_id, now=now, wire=wire, erased=_erased)
    return done


def _erased(people: set[UUID]) -> set[UUID]:
    return set(Erasure.objects.filter(subject_id__in=people).values_list("subject_id", flat=True))
