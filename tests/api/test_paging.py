"""Pages: stable order, nothing twice, nothing lost, and a cursor that says nothing new."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from camket.api import paging
from camket.api.errors import DoorError
from camket.base.clock import to_ms
from camket.base.ids import uuid7
from camket.intake.models import Order
from camket.ledger.actions import deed
from camket.ledger.models import Entry
from tests.api.conftest import THEN
from tests.cast import THAO
from tests.world import OWNER

WORK = {"purpose": "order", "work": "order:1042"}
DAY = date(2026, 3, 2)
FIELDS = [{"category": "name", "value": THAO.name}, {"category": "phone", "value": THAO.phone}]


def _order(doors, subject_id: UUID, day: date) -> str:
    order_id = uuid7(to_ms(THEN))
    with deed(shop_id=doors.shop_id, event="order.placed", actor=OWNER, subject_id=subject_id, now=THEN) as made:
        made.insert(
            Order(
                subject_id=subject_id,
                id=order_id,
                shop_id=doors.shop_id,
                source="purchase",
                channel="website",
                outlet="",
                status="placed",
                placed_on=day,
                made_at=to_ms(THEN),
                lines=1,
                legacy="",
            )
        )
    return str(order_id)


def _pages(door, path: str, body: dict, name: str) -> list[list[dict]]:
    pages, after = [], None
    while True:
        answer = door.post(path, body | ({"after": after} if after else {}))
        assert answer.status_code == 200, answer.content
        pages.append(answer.json()[name])
        after = answer.json()["next"]
        if after is None:
            return pages


def test_orders_come_page_by_page_newest_first(doors, minh) -> None:
    made = [_order(doors, minh, DAY - timedelta(days=number // 2)) for number in range(5)]
    before = Entry.objects.count()
    pages = _pages(doors.clerk, f"subjects/{minh}/orders", {**WORK, "limit": 2}, "orders")
    assert [len(page) for page in pages] == [2, 2, 1]
    seen = [(order["placed_on"], order["order_id"]) for page in pages for order in page]
    assert sorted(seen, reverse=True) == seen
    assert {order_id for _, order_id in seen} == set(made)
    assert Entry.objects.count() == before + 3  # each page is a look


def test_a_page_that_is_exactly_full_is_the_last(doors, minh) -> None:
    for _ in range(2):
        _order(doors, minh, DAY)
    assert [len(page) for page in _pages(doors.clerk, f"subjects/{minh}/orders", {**WORK, "limit": 2}, "orders")] == [2]


def test_an_order_that_comes_in_between_moves_nothing(doors, minh) -> None:
    for number in range(3):
        _order(doors, minh, DAY - timedelta(days=number))
    first = doors.clerk.post(f"subjects/{minh}/orders", {**WORK, "limit": 2}).json()
    new = _order(doors, minh, DAY + timedelta(days=1))
    second = doors.clerk.post(f"subjects/{minh}/orders", {**WORK, "limit": 2, "after": first["next"]}).json()
    assert len(second["orders"]) == 1
    assert new not in {order["order_id"] for order in second["orders"]}


def test_people_found_come_page_by_page(doors) -> None:
    made = {doors.clerk.post("intake/purchase", {"fields": FIELDS}).json()["subject_id"] for _ in range(3)}
    asked = {"category": "phone", "value": THAO.phone, **WORK, "limit": 1}
    pages = _pages(doors.clerk, "subjects/find", asked, "found")
    assert [len(page) for page in pages] == [1, 1, 1]
    assert {page[0]["subject_id"] for page in pages} == made


@pytest.mark.parametrize("limit", [0, 201, "2", True])
def test_a_page_has_one_to_two_hundred_rows(doors, minh, limit) -> None:
    answer = doors.clerk.post(f"subjects/{minh}/orders", {**WORK, "limit": limit})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "limit")


@pytest.mark.parametrize("after", ["", "x", "_" * 48, "é" * 48])
def test_a_cursor_that_is_none_is_refused(doors, minh, after) -> None:
    answer = doors.clerk.post(f"subjects/{minh}/orders", {**WORK, "after": after})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "after")


def test_a_cursor_holds_what_the_row_showed() -> None:
    at = paging.by_day(DAY, UUID(int=7))
    assert paging.read(paging.cursor(at)) == at
    assert paging.day_of(at) == DAY
    with pytest.raises(DoorError):
        paging.day_of(paging.place(0, UUID(int=7)))
