"""When a job is due, and which worker runs it.

A cron line is read in Vietnamese time. A job that was missed (the worker was down) runs once when a worker is back,
not once per missed time. Claiming is one conditional update: of several workers exactly one wins each time. A claim for
a time that is still to come was made by a clock that has been set back since, and holds nobody up; workers whose clocks
differ by a little do not take each other's claims for that.
"""

from datetime import UTC, datetime

from cronsim import CronSim
from django.db.models import Q

from camket.base.clock import VIETNAM, aware, to_ms
from camket.worker.models import Job

AHEAD_MS = 5 * 60 * 1000


def last_due(cron: str, now: datetime) -> datetime:
    """Tell the latest time at or before `now` that the cron line names."""
    local = aware(now).astimezone(VIETNAM).replace(tzinfo=None)
    # CronSim looks strictly before its start, and knows whole minutes.
    start = local.replace(second=59, microsecond=999_999)
    return next(CronSim(cron, start, reverse=True)).replace(tzinfo=VIETNAM).astimezone(UTC)


def claim(name: str, cron: str, now: datetime) -> bool:
    """Take the job for its latest due time; False when it was taken already, by this worker or another."""
    due = to_ms(last_due(cron, now))
    _, new = Job.objects.get_or_create(name=name, defaults={"claimed_for": due})
    open_ = Q(claimed_for__lt=due) | Q(claimed_for__gt=to_ms(now) + AHEAD_MS)
    return new or Job.objects.filter(open_, name=name).update(claimed_for=due) == 1
