"""KHATRA: what already runs of the promises whose rooms are still to come."""

from tests.cast import MINH
from tests.promises.desk import ORDER, Desk


def test_khatra_4(desk: Desk) -> None:
    clause = desk.quote("nếu quý khách đăng kí nhận email thông báo")
    assert clause in desk.allowed("contact", purpose="marketing", channel="newsletter")
    # By email only, to those who registered only.
    for channel in ("sms", "phone", "zalo"):
        assert desk.denied("contact", purpose="marketing", channel=channel) == [clause]
    assert desk.denied("contact", purpose="marketing", channel="email", without=["consent"])
    assert "completion:c2" in desk.denied("contact", purpose="marketing", channel="email", without=["double_opt_in"])
    question = {"role": "marketing", "purpose": "marketing"}
    assert clause in desk.allowed("read", category="email", **question)
    assert desk.ask("read", category="phone", **question)["verdict"] == "deny"


def test_khatra_6(desk: Desk) -> None:
    clause = desk.quote("Mọi yêu cầu vui lòng gửi về địa chỉ tam@khatra.com.vn")
    only = desk.quote("KHATRA chỉ xóa dữ liệu này nếu nhận được yêu cầu từ phía khách hàng")
    for right in ("access", "copy", "correct", "erase", "restrict", "object", "withdraw"):
        assert clause in desk.allowed(right, role="customer", channel="email")
        assert desk.allowed(right, role="customer", channel="phone")
    assert desk.gap("erase", role="customer", channel="portal") == ["right"]
    assert [one["article"] for one in desk.findings("overruled") if one["clauses"] == [only]] == ["PDPL-3.3"]
    bought = desk.taken("order_email", ORDER)
    lan = desk.person("customer_service")
    seen = desk.look(lan, bought.subject_id, "phone", "order", bought.work).json()["items"]
    assert [item["expires_at"] is not None for item in seen] == [True]


def test_khatra_7(desk: Desk) -> None:
    partner = desk.quote("- Các đối tác có ký hợp động thực hiện 1 phần dịch vụ")
    agreed = desk.quote("sẽ nhận được những thông tin theo thỏa thuận hợp đồng")
    asked = {"category": "postal_address", "purpose": "order", "recipient": "partner"}
    assert {partner, agreed} <= set(desk.allowed("disclose", **asked))
    denied = desk.denied("disclose", without=["agreement"], **asked)
    assert {"D356-7.1", "1-1", "1-2"} <= set(denied)
    # Another purpose is refused even though the contract may list the field.
    for purpose in ("marketing", "product_information"):
        assert "1-1" in desk.denied("disclose", category="email", purpose=purpose, recipient="partner")


def test_khatra_10(desk: Desk) -> None:
    clause = desk.quote("để yêu cầu KHATRA chỉnh sửa thông tin dữ liệu cá nhân của mình")
    for channel in ("email", "mailbox", "phone", "hotline"):
        assert clause in desk.allowed("correct", role="customer", category="phone", channel=channel)
    assert desk.gap("correct", role="customer", category="phone", channel="portal") == ["right"]


def test_khatra_12(desk: Desk) -> None:
    clause = desk.quote("việc thông tin cá nhân bị sử dụng sai mục đích hay vượt quá phạm vi đã thông báo")
    for channel in ("hotline", "email"):
        assert clause in desk.allowed("complain", role="customer", channel=channel)
    told = desk.taken("complaint_desk", {"phone": MINH.phone, "complaint_text": "Tôi bị gọi điện quảng cáo."}, lines=())
    stranger = desk.person("marketing")
    refused = desk.closed(stranger, told.subject_id, "complaint_text", "complaint", told.work)
    assert (refused.verdict, refused.lacking) == ("gap", ("role",))
    lan = desk.person("customer_service")
    assert desk.opened(lan, told.subject_id, "complaint_text", "complaint", told.work)
