"""What the import of a file leaves behind: its run, and marks of the rows it brought; and people kept in bulk."""

from datetime import datetime

from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.intake.models import ImportMark, ImportRun
from camket.ledger.actions import deed
from camket.vault.actions import Parcel, Value, open_many, put_many
from tests.cast import KHOI, THAO
from tests.world import World

SLUG = "comet"


def build(world: World, now: datetime) -> None:
    shop_id, run_id = world.shops[SLUG], uuid7(to_ms(now))
    with deed(shop_id=shop_id, event="import.begun", actor=world.hanh(SLUG), now=now) as begun:
        begun.insert(ImportRun(shop_id=shop_id, id=run_id, origin="sổ tay", basis="consent", begun_at=to_ms(now)))
        begun.insert(ImportMark(digest=bytes(16), shop_id=shop_id, run_id=run_id, ends_at=to_ms(now)))
    parcels = [
        Parcel(uuid7(to_ms(now)), [Value("phone", person.phone, ("order",))], new=True) for person in (KHOI, THAO)
    ]
    hanh = world.hanh(SLUG)
    put_many(shop_id=shop_id, parcels=parcels, source="purchase", actor=hanh, now=now)
    people = [parcel.subject_id for parcel in parcels]
    open_many(
        shop_id=shop_id, subject_ids=people, categories=("phone",), purpose="order", work=None, actor=hanh, now=now
    )
