"""Orders through the door: listed for a purpose and a piece of work, moved on by whom the policy lets."""

from uuid import uuid4

from tests.cast import THAO

ORDER = {
    "fields": [{"category": "name", "value": THAO.name}, {"category": "phone", "value": THAO.phone}],
    "lines": [{"description": "Máy khoan", "quantity": "2", "unit": "cái"}],
}


def _sold(doors):
    made = doors.clerk.post("intake/purchase", ORDER)
    assert made.status_code == 201, made.content.decode()
    return made.json()


def test_an_order_is_listed_and_moved_on(doors) -> None:
    sold = _sold(doors)
    path = f"subjects/{sold['subject_id']}/orders"
    listed = doors.clerk.post(path, {"purpose": "order", "work": sold["work"]})
    assert listed.status_code == 200, listed.content.decode()
    (order,) = listed.json()["orders"]
    assert (order["order_id"], order["status"], order["ended_at"]) == (sold["order_id"], "placed", None)
    moved = doors.clerk.post(f"{path}/{order['order_id']}/status", {"status": "confirmed", "was": "placed"})
    assert (moved.status_code, moved.json()["status"]) == (200, "confirmed")
    late = doors.clerk.post(f"{path}/{order['order_id']}/status", {"status": "cancelled", "was": "placed"})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")
    illegal = doors.clerk.post(f"{path}/{order['order_id']}/status", {"status": "placed"})
    assert (illegal.status_code, illegal.json()["error"]["code"]) == (422, "order_status")


def test_orders_are_refused_to_whom_the_policy_names_not(doors) -> None:
    sold = _sold(doors)
    path = f"subjects/{sold['subject_id']}/orders"
    asked = {"purpose": "order", "work": sold["work"]}
    assert doors.director.post(path, asked).status_code == 403
    assert doors.system.post(path, asked).status_code == 403
    assert doors.stranger.post(path, asked).status_code == 404
    assert doors.director.post(f"{path}/{sold['order_id']}/status", {"status": "confirmed"}).status_code == 403
    assert (
        doors.clerk.post(f"{path}/{uuid4()}/status", {"status": "confirmed", "work": sold["work"]}).status_code == 404
    )
