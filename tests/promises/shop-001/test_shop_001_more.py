"""shop-001: what already runs of the promises whose rooms are still to come."""

from tests.promises.desk import ORDER, Desk

CARRIER = {"purpose": "delivery", "recipient": "carrier"}
PAYMENT = {"purpose": "payment", "recipient": "payment_provider"}


def test_shop_001_2(desk: Desk) -> None:
    clause = desk.quote("cung cấp thông tin đơn hàng cho đơn vị vận chuyển hoặc đơn vị cung cấp dịch vụ thanh toán")
    assert clause in desk.allowed("disclose", category="order_number", **CARRIER)
    assert clause in desk.allowed("disclose", category="payment_fact", **PAYMENT)
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("customer_service")
    desk.assign(lan, bought.subject_id, bought.work)
    assert clause in desk.opened(lan, bought.subject_id, "phone", "notify", bought.work)
    assert "4.3" in desk.denied("disclose", category="order_number", purpose="delivery", recipient="advertiser")


def test_shop_001_3(desk: Desk) -> None:
    clause = desk.quote("để chăm sóc, giải đáp mọi thắc mắc của khách hàng cũng như dùng để nghiên cứu thị trường")
    agreed = desk.taken("purchase", {**ORDER, "gender": "nữ"}, agreed=["customer_care", "market_research"])
    lan, marketer = desk.person("customer_service"), desk.person("marketing")
    for person in (lan, marketer):
        desk.assign(person, agreed.subject_id, agreed.work)
    for purpose in ("customer_care", "answer_enquiry"):
        assert clause in desk.opened(lan, agreed.subject_id, "phone", purpose, agreed.work)
    assert clause in desk.opened(marketer, agreed.subject_id, "gender", "market_research", agreed.work)
    # Without consent research takes nothing and opens nothing; the order goes on.
    silent = desk.taken("purchase", {**ORDER, "phone": "0987654321", "email": "thao@example.vn", "gender": "nữ"})
    assert set(silent.dropped) == {"gender"}
    desk.assign(marketer, silent.subject_id, silent.work)
    refused = desk.closed(marketer, silent.subject_id, "gender", "market_research", silent.work)
    assert "consent" in refused.lacking


def test_shop_001_5(desk: Desk) -> None:
    clause = desk.quote("gọi điện thoại xác nhận đơn hàng, nghiên cứu thị trường, nhân khẩu học, quảng cáo, tiếp thị….")
    for channel in ("email", "sms", "open_letter", "thank_you_letter"):
        assert clause in desk.allowed("contact", purpose="customer_care", channel=channel)
    assert clause in desk.allowed("contact", purpose="order", channel="phone")
    # Named without a way of their own: a gap until the owner completes it, and each by its own opt-in.
    for purpose in ("market_research", "demographics", "advertising", "marketing"):
        for channel in ("email", "sms", "phone"):
            assert desk.gap("contact", purpose=purpose, channel=channel) == ["channel"]
        denied = desk.denied("contact", purpose=purpose, channel="email", without=["consent"])
        assert "PDPL-9.4a" in denied


def test_shop_001_6(desk: Desk) -> None:
    clause = desk.quote("cần các thông tin cơ bản để hoàn thành đơn hàng, việc cung cấp thông tin trên cơ sở hợp lý")
    for category in ("receiver_name", "receiver_phone", "receiver_address", "order_number"):
        assert clause in desk.allowed("disclose", category=category, **CARRIER)
    assert clause in desk.allowed("disclose", category="payment_fact", **PAYMENT)
    for category in ("email", "birth_date", "order_note", "user_name"):
        assert desk.denied("disclose", category=category, **CARRIER) == ["4.3"]
    for category in ("phone", "postal_address"):
        assert desk.denied("disclose", category=category, **PAYMENT) == ["4.3"]
    for fact in ("order", "necessity"):
        assert clause in desk.denied("disclose", category="receiver_phone", without=[fact], **CARRIER)


def test_shop_001_7(desk: Desk) -> None:
    clause = desk.quote("• Khi có yêu cầu của các cơ quan có thẩm quyền.")
    asked = {"category": "phone", "purpose": "legal_request", "recipient": "authority"}
    assert clause in desk.allowed("disclose", **asked)
    # Not before the request is filed and a director has approved it; the try is recorded.
    for fact in ("authority_request", "approval"):
        assert clause in desk.denied("disclose", without=[fact], **asked)
    assert clause in desk.attempted("disclose", **asked).clauses


def test_shop_001_8(desk: Desk) -> None:
    clause = desk.quote("• Nhằm bảo vệ quyền và lợi ích chính đáng của chúng tôi trước pháp luật.")
    asked = {"category": "order", "purpose": "legal_defence", "recipient": "court"}
    assert clause in desk.allowed("disclose", **asked)
    for fact in ("case_file", "approval"):
        assert clause in desk.denied("disclose", without=[fact], **asked)


def test_shop_001_15(desk: Desk) -> None:
    clause = desk.quote("Khách hàng hoàn toàn chịu trách nhiệm và tổn thất (nếu có) khi vô tình hay cố ý")
    assert [one["article"] for one in desk.findings("overruled") if one["clauses"] == [clause]] == ["CPL-25.1"]
    page = desk.page("en")
    assert "it is set aside by CPL-25.1, CPL-69" in page
    assert "a stolen account the shop locks it, ends its sessions and opens an incident" in page
