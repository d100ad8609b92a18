"""The orders that rows of a batch tell of: rows of one number and one person are one order; each adds its line."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db import connection

from camket.base.clock import to_ms, vietnam_day
from camket.base.ids import uuid7
from camket.intake.models import Order
from camket.intake.people import Named, Person
from camket.intake.planning import SOURCE
from camket.intake.task import Context
from camket.ledger.actions import Deed
from camket.ledger.bulk import BulkRows, Shape
from camket.store.db import is_sqlite, raw_id
from camket.store.rows import values_of

_AT_ONCE: Final = 1000
_UPDATE: Final = "UPDATE camket_order SET lines = %s, total = %s WHERE subject_id = %s AND id = %s"


class Orders:
    """Finds or makes the order of each row."""

    def __init__(self, task: Context) -> None:
        self._task = task
        self._held: dict[tuple[UUID, bytes], Order] = {}
        self._before: dict[UUID, Order] = {}

    def read(self, rows: Iterable[Named], known: Sequence[UUID]) -> None:
        """Read known people's orders that the rows name; locked until the deed ends."""
        numbers = {number: row.numbers[0] for row in rows for number in row.numbers}
        if not numbers:
            return
        for start in range(0, len(known), _AT_ONCE):
            found = Order.objects.filter(subject_id__in=known[start : start + _AT_ONCE], number__isnull=False)
            for order in (found if is_sqlite() else found.select_for_update()).order_by("subject_id", "id"):
                if (number := numbers.get(bytes(order.number))) is not None:
                    self._held[order.subject_id, number] = order
                    self._before[order.id] = Order(**values_of(order))

    def of(self, row: Named, person: Person) -> tuple[UUID, bool]:
        """Give the order that a row belongs to, and whether it was made for it."""
        draft = row.draft
        place = (person.subject_id, row.numbers[0] if row.numbers else uuid7(to_ms(self._task.now)).bytes)
        found = self._held.get(place)
        order = found or self._made(row, person)
        if draft.line is not None:
            cost = draft.line.cost
            order.lines += 1
            whole = order.lines == 1 or order.total is not None
            if cost is not None and whole and draft.total is None:
                order.total = (order.total or 0) + cost
        if draft.total is not None:
            order.total = draft.total
        self._held[place] = order
        return order.id, found is None

    def _made(self, row: Named, person: Person) -> Order:
        task, draft = self._task, row.draft
        return Order(
            subject_id=person.subject_id,
            id=uuid7(to_ms(task.now)),
            shop_id=task.shop_id,
            number=row.numbers[0] if row.numbers else None,
            source=SOURCE,
            channel=draft.channel,
            outlet=draft.outlet,
            status=draft.status,
            placed_on=draft.placed_on or vietnam_day(task.collected or task.now),
            lines=0,
            total=None,
            legacy=task.legacy,
            made_at=to_ms(task.now),
        )

    def write(self, rows: BulkRows, within: Deed) -> None:
        """Add the new orders; of the known ones only lines and total change."""
        shapes: dict[tuple[object, ...], Shape] = {}
        changed: list[Order] = []
        for order in self._held.values():
            before = self._before.get(order.id)
            if before is None:
                _add(rows, shapes, order)
            elif (before.lines, before.total) != (order.lines, order.total):
                changed.append(order)
        if changed:
            with connection.cursor() as cursor:
                cursor.executemany(
                    _UPDATE, [(one.lines, one.total, raw_id(one.subject_id), raw_id(one.id)) for one in changed]
                )
        for order in changed:
            within.wrote(order, before=self._before[order.id])


def _add(rows: BulkRows, shapes: dict[tuple[object, ...], Shape], order: Order) -> None:
    """Add a row of its kind: orders that differ in person, id, number, day, lines and total only share a shape."""
    some = [name for name in ("number", "total") if getattr(order, name) is not None]
    place = (order.channel, order.outlet, order.status, *some)
    varying = sorted(["id", "lines", "placed_on", "subject_id", *some])
    shape = shapes.get(place) or shapes.setdefault(place, rows.shape_like(order, varying))
    values = {name: getattr(order, name) for name in varying}
    values |= {"id": order.id.bytes, "subject_id": order.subject_id.bytes}
    rows.add(shape, order.subject_id.bytes, [values[name] for name in varying])
