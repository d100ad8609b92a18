from collections.abc import Iterator

from django.db.models import Count, Min

from camket.outbox.actions import Opener
from camket.outbox.message import Message
from camket.outbox.models import Outbox, State


def on_page(opener: Opener, *, limit: int = 50) -> Iterator[tuple[Outbox, Message]]:
    """Open the newest messages that the local page took, for showing them on this machine only."""
    kept = Outbox.objects.filter(state=State.SENT).exclude(params=b"").order_by("-id")
    for row in kept[:limit]:
        message = opener(row)
        if message is not None:
            yield row, message


def overdue(*, before_ms: int) -> tuple[int, int | None]:
    """Count the messages that should have gone out before a moment, and tell since when the oldest waits (ms)."""
    found = Outbox.objects.filter(state=State.QUEUED, due__lt=before_ms).aggregate(count=Count("*"), oldest=Min("due"))
    return found["count"], found["oldest"]


def counts() -> dict[str, int]:
    """How many messages stand in each state."""
    return {state.value: Outbox.objects.filter(state=state.value).count() for state in State}
