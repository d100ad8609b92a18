from datetime import datetime

from camket.outbox import actions
from camket.outbox.configured import providers
from camket.watch.messages import opened

WHAT = ("gửi tin đang chờ trong hộp chờ gửi", "send the messages that wait in the outbox")
EVERY = 1.0
AT_ONCE = 50


def run(*, now: datetime) -> int:
    """Send what is due; how many messages came to an end. Each try is claimed by one worker in its own deed."""
    done = actions.deliver(now=now, opener=opened, providers=providers(), limit=AT_ONCE)
    return done.sent + done.failed + done.expired
