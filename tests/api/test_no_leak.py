"""What a person sends through the door stands nowhere but inside a seal: not in addresses, not in logs."""

import logging

from tests.cast import MINH, THAO

SECRET = "Chìa khóa dưới chậu lan"


def knock_at_everything(doors, minh) -> list[str]:
    """Send Thảo's values the good and the bad way through every operation that takes any; give the addresses used."""
    order = {
        "fields": [
            {"category": "name", "value": THAO.name},
            {"category": "phone", "value": THAO.phone},
            {"category": "email", "value": THAO.email},
            {"category": "postal_address", "value": THAO.address},
            {"category": "order_note", "value": SECRET},
        ]
    }
    work = {"purpose": "order", "work": "order:1042"}
    sent = [
        ("intake/purchase", order),
        ("intake/bought_list", order),
        ("intake/purchase", {**order, THAO.phone: 1}),
        ("intake/purchase", {"fields": [{"category": "phone", "value": THAO.email}]}),
        ("chat-proposals", {"text": f"{THAO.name} {THAO.phone} {SECRET}"}),
        ("contact-codes", {"kind": "phone", "value": THAO.phone}),
        ("contact-codes", {"kind": "email", "value": THAO.email}),
        ("subjects/find", {"category": "phone", "value": THAO.phone, **work}),
        ("subjects/find", {"category": "name", "value": THAO.name, "purpose": "marketing", "work": "order:1042"}),
        (f"subjects/{minh}/look", {"categories": ["name", "phone"], **work}),
        (f"subjects/{minh}/look", {"categories": [THAO.phone], **work}),
        (f"subjects/{minh}/look", {"categories": ["name"], "purpose": "order", "work": f"order:{THAO.phone}"}),
        (f"subjects/{minh}/break-glass", {"work": "order:7", "explanation": f"{SECRET} của {THAO.name}", "minutes": 5}),
    ]
    for path, data in sent:
        doors.clerk.post(path, data)
    return [path for path, _ in sent]


def test_values_stand_in_no_address_no_log_and_no_column(doors, minh, caplog, all_bytes) -> None:
    with caplog.at_level(logging.DEBUG):
        paths = knock_at_everything(doors, minh)
    canaries = (*THAO.canaries, *MINH.canaries, SECRET)
    assert [canary for canary in canaries if any(canary in path for path in paths)] == []
    assert [canary for canary in canaries if canary in caplog.text] == []
    everything = all_bytes()
    assert [canary for canary in canaries if canary.encode() in everything] == []
