"""The shop of this campaign, seen from a process of its own: its customers by number, and what is done with them."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError

from camket.base.actor import Actor
from camket.base.ids import uuid7
from camket.shops.actions import assign_work
from camket.shops.queries import shop_by_slug
from camket.subjects.errors import TakenError
from camket.vault.actions import Value, find, look, put, show
from camket.vault.bulk import Parcel, put_many

SLUG = "comet"
WORK = "order:1042"
_STEP = 7919  # walks through all endings of a phone number without one beside the next
_NAMES = ("An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Khánh", "Linh", "Nam", "Oanh", "Phúc", "Quỳnh", "Sơn", "Tú")


def phone_of(number: int) -> str:
    """Make a phone number that no other number below ten million gives."""
    return f"+8491{2_345_678 + number * _STEP % 7_000_000:07d}"


def values_of(number: int) -> list[Value]:
    name = f"Nguyễn {_NAMES[number // 14 % 14]} {_NAMES[number % 14]}"
    kept = (("name", name), ("phone", phone_of(number)), ("email", f"khach{number}@example.com"))
    return [Value(kind, text, ("order",), verified=kind == "phone") for kind, text in kept]


class Shop:
    """Its customers' desk: a clerk who looks and finds, and the owner's system that takes people in."""

    def __init__(self, clerk: str) -> None:
        self.id = shop_by_slug(slug=SLUG).pk
        self.clerk = Actor(kind="staff", id=clerk)
        self.owner = Actor(kind="owner")

    def load(self, numbers: range) -> list[UUID]:
        """Bring in many people at once, each with a proven phone."""
        now = datetime.now(UTC)
        ids = [uuid7(int(now.timestamp() * 1000)) for _ in numbers]
        parcels = [Parcel(one, values_of(number), new=True) for one, number in zip(ids, numbers, strict=True)]
        where = {"shop_id": self.id, "source": "legacy", "actor": self.owner, "now": now}
        made = put_many(parcels=parcels, legacy="danh sách cũ", basis="hợp đồng", prepared=True, **where)
        refused = [one.refused for one in made if one.refused is not None]
        if refused:
            raise refused[0]
        return ids

    def create(self, number: int) -> UUID | None:
        """Take somebody in with a proven phone; None when it is proven for somebody else."""
        now = datetime.now(UTC)
        subject_id = uuid7(int(now.timestamp() * 1000))
        where = {"shop_id": self.id, "source": "legacy", "actor": self.owner, "now": now}
        parcel = Parcel(subject_id, values_of(number), new=True)
        try:
            (made,) = put_many(parcels=[parcel], legacy="danh sách cũ", basis="hợp đồng", prepared=True, **where)
        except IntegrityError as error:  # two at the same moment: the unique index refuses the second
            if "camket_identifier" not in str(error):
                raise
            return None
        if isinstance(made.refused, TakenError):
            return None
        if made.refused is not None:
            raise made.refused
        return subject_id

    def add(self, subject_id: UUID, number: int) -> None:
        """Put one more value to somebody: the hot path of a single deed."""
        put(
            shop_id=self.id,
            subject_id=subject_id,
            values=[Value("email", f"them{number}@example.com", ("order",))],
            source="legacy",
            actor=self.owner,
            now=datetime.now(UTC),
            legacy="danh sách cũ",
            basis="hợp đồng",
        )

    def find(self, number: int) -> list[UUID]:
        where = {"shop_id": self.id, "purpose": "order", "work": None, "actor": self.clerk}
        found = find(kind="phone", text=phone_of(number), now=datetime.now(UTC), **where)
        return [one.subject_id for one in found]

    def assign(self, subject_id: UUID) -> None:
        where = {"shop_id": self.id, "subject_id": subject_id, "staff_id": UUID(self.clerk.id)}
        assign_work(work=WORK, actor=self.owner, now=datetime.now(UTC), **where)

    def look(self, subject_id: UUID) -> str:
        where = {"shop_id": self.id, "subject_id": subject_id, "actor": self.clerk, "now": datetime.now(UTC)}
        seen = look(categories=["phone"], purpose="order", work=WORK, **where)
        return show(seen.values[0])
