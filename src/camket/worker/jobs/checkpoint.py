from datetime import date, datetime

from camket.ledger import actions
from camket.ledger.models import Log

WHAT = ("ký mốc sổ cái và cất ra ngoài cơ sở dữ liệu", "sign the ledger and keep the checkpoint outside the database")
CRON = "* * * * *"

# When this process last looked through a shop's whole log for late entries: at its start, then once a day. Every
# other minute looks through the last hour.
_whole: dict[int, date] = {}


def run(*, now: datetime) -> int:
    """Find late entries of every shop's log, sign it, and tell how many logs have something to sign."""
    signed = 0
    for shop_id in list(Log.objects.values_list("shop_id", flat=True)):
        actions.sequence(shop_id=shop_id, now=now, full=_whole.get(shop_id) != now.date(), wide=True)
        _whole[shop_id] = now.date()
        signed += actions.checkpoint(shop_id=shop_id, now=now) is not None
    return signed
