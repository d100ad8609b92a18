"""1stwatch: what already runs of the promises whose rooms are still to come."""

from camket.vault.models import Item
from tests.promises.desk import CONTACT, ORDER, Desk


def test_1stwatch_1(desk: Desk) -> None:
    clause = desk.quote(
        "mục đích bán hàng, vận chuyển hàng hóa chính xác, cũng như lưu trữ những thông tin để thống kê"
    )
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("data_department")
    for purpose in ("order", "delivery", "statistics"):
        assert clause in desk.opened(lan, bought.subject_id, "phone", purpose, bought.work)
    refused = desk.closed(lan, bought.subject_id, "phone", "after_sales", bought.work)
    assert refused.clauses == ("b.1", "f.1")


def test_1stwatch_2(desk: Desk) -> None:
    clause = desk.quote(
        "cho phép khách hàng có thể rà soát và xác nhận thông tin chi tiết về từng giao dịch thanh toán"
    )
    payment = {"role": "customer", "category": "payment_fact", "channel": "portal"}
    assert clause in desk.allowed("access", **payment)
    # Card numbers stay with the payment provider: they are refused at the door and never stored.
    response = desk.website.post(
        "intake/purchase", {"fields": [*_fields(ORDER), {"category": "order_note", "value": "thẻ 4111 1111 1111 1111"}]}
    )
    assert response.status_code == 422
    assert "4111 1111" not in response.content.decode()
    assert Item.objects.count() == 0
    assert "PDPL-3.2" in desk.denied("collect", category="card_number", purpose="payment", source="purchase")


def test_1stwatch_6(desk: Desk) -> None:
    clause = desk.quote("sẽ được lưu trữ vĩnh viễn trong hệ thống phần mềm của chúng tôi")
    assert [one["article"] for one in desk.findings("overruled") if one["clauses"] == [clause]] == ["PDPL-3.3"]
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("data_department")
    seen = desk.look(lan, bought.subject_id, "phone", "order", bought.work).json()["items"]
    assert [item["expires_at"] is not None for item in seen] == [True]


def test_1stwatch_8(desk: Desk) -> None:
    software = desk.quote("thực hiện công việc thu thập, quản lý thông tin thông qua phần mềm của công ty")
    editing = desk.quote("người có thẩm quyền sẽ thực hiện các thao tác ngay trên phần mềm")
    edit = {"role": "data_department", "category": "phone", "purpose": "order"}
    assert editing in desk.allowed("edit", **edit)
    assert editing in desk.denied("edit", without=["assignment"], **edit)
    # Exports are off: they open on approval only, to answer a request or an authority.
    assert software in desk.denied("export", **edit)
    answer = {"role": "data_department", "category": "phone", "purpose": "rights_fulfilment"}
    assert "completion:c9" in desk.allowed("export", **answer)
    assert software in desk.denied("export", without=["approval"], **answer)


def test_1stwatch_9(desk: Desk) -> None:
    clause = desk.quote("khách hàng hoàn toàn có thể liên hệ với chúng tôi để khiếu nại")
    for channel in ("email", "phone", "web", "counter"):
        assert clause in desk.allowed("complain", role="customer", channel=channel)
    told = desk.taken("complaint_desk", {**CONTACT, "complaint_text": "Lộ số điện thoại của tôi."}, lines=())
    lan, outside = desk.person("data_department"), desk.person("customer_service")
    assert desk.opened(lan, told.subject_id, "complaint_text", "complaint", told.work)
    assert "d.1" in desk.closed(outside, told.subject_id, "complaint_text", "complaint", told.work).clauses


def test_1stwatch_11(desk: Desk) -> None:
    desk.quote("không ngừng củng cố và nâng cao chính sách bảo mật thông tin cá nhân")
    assert {"no_name", "no_address"} <= {one["code"] for one in desk.findings("blocking")}
    page = desk.page()
    top = page[: page.index("Mục lục")]
    assert "chưa công bố" in top
    assert "https://1stwatch.vn/" in top
    assert "chủ cửa hàng phải thay phần trong ngoặc vuông" in page


def _fields(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"category": name, "value": value} for name, value in values.items()]
