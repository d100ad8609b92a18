from datetime import datetime

from camket.ledger import actions
from camket.ledger.models import Log

WHAT = ("ký mốc sổ cái và cất ra ngoài cơ sở dữ liệu", "sign the ledger and keep the checkpoint outside the database")
CRON = "* * * * *"


def run(*, now: datetime) -> int:
    """Find late entries of every shop's log, sign it, and tell how many logs have something to sign.

    An entry is late when its deed took longer than the second that others wait; those of more than an hour: `late`.
    """
    signed = 0
    for shop_id in list(Log.objects.values_list("shop_id", flat=True)):
        actions.sequence(shop_id=shop_id, now=now, wide=True)
        signed += actions.checkpoint(shop_id=shop_id, now=now) is not None
    return signed
