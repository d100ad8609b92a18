"""COMET: after-sales care on consent, two sources, its own server, and headings that name nobody."""

from django.db import connection

from camket.vault.models import Item
from tests.cast import MINH
from tests.promises.desk import CONTACT, ORDER, Desk


def test_comet_1(desk: Desk) -> None:
    clause = desk.quote("phục vụ cho việc chăm sóc sau khi mua hàng và trao đổi thông tin khi cần thiết")
    bought = desk.taken("purchase", ORDER, agreed=["after_sales"])
    lan = desk.person("customer_service")
    desk.assign(lan, bought.subject_id, bought.work)
    assert clause in desk.opened(lan, bought.subject_id, "phone", "after_sales", bought.work)
    refused = desk.closed(lan, bought.subject_id, "phone", "product_information", bought.work)
    assert (refused.verdict, refused.clauses) == ("gap", ("1.3",))
    for purpose in ("after_sales", "answer_enquiry"):
        assert clause in desk.allowed("collect", category="phone", purpose=purpose, source="purchase")
    other = desk.ask("collect", category="phone", purpose="product_information", source="purchase")
    assert (other["verdict"], other["citations"]) == ("gap", ["1.3"])


def test_comet_2(desk: Desk) -> None:
    clause = desk.quote("thông qua giao dịch mua hàng và tham gia bình luận, đánh giá sản phẩm qua website")
    for source, category in (("purchase", "phone"), ("product_review", "review")):
        cited = desk.allowed("collect", category=category, purpose="after_sales", source=source)
        assert clause in cited
    desk.taken("purchase", ORDER)
    desk.taken("product_review", {"name": "Minh", "review": "Nhẫn đẹp, giao nhanh."}, agreed=["moderation"], lines=())
    for source in ("order_phone", "chat_paste", "contact_form"):
        refused = desk.turned_away(source, ORDER)
        assert (refused.verdict, refused.clauses) == ("deny", ("3.2",))


def test_comet_3(desk: Desk) -> None:
    clause = desk.quote("với mục đích phù hợp và hoàn toàn tuân thủ nội dung của “Chính sách bảo mật” này")
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("customer_service")
    desk.assign(lan, bought.subject_id, bought.work)
    assert desk.opened(lan, bought.subject_id, "phone", "order", bought.work)
    refused = desk.closed(lan, bought.subject_id, "phone", "statistics", bought.work)
    assert (refused.verdict, refused.clauses) == ("gap", (clause,))
    # Without a purpose nothing is read at all.
    response = lan.post(f"subjects/{bought.subject_id}/look", {"categories": ["phone"], "work": bought.work})
    assert (response.status_code, response.json()["error"]["field"]) == (422, "purpose")


def test_comet_6(desk: Desk) -> None:
    clause = desk.quote("thông tin cá nhân thành viên sẽ được bảo mật trên máy chủ của COMET")
    bought = desk.taken("purchase", ORDER)
    rows = Item.objects.filter(subject_id=bought.subject_id)
    assert {row.category for row in rows} >= set(CONTACT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM camket_item")
        dump = repr([[bytes(x) if isinstance(x, memoryview) else x for x in row] for row in cursor.fetchall()])
    assert [canary for canary in MINH.canaries if canary in dump] == []
    assert desk.allowed("store", role="system", category="phone", purpose="order")
    assert clause in desk.denied("store", role="system", category="phone", purpose="order", without=["own_server"])
    assert desk.denied("disclose", category="order", purpose="order", recipient="host") == [clause]
    assert desk.allowed("disclose", category="receiver_phone", purpose="delivery", recipient="carrier")


def test_comet_7(desk: Desk) -> None:
    clause = desk.quote("dựa trên sự đồng ý của khách hàng tham gia mua hàng tại COMET")
    agreed = desk.taken("purchase", ORDER, agreed=["after_sales"])
    lan = desk.person("customer_service")
    desk.assign(lan, agreed.subject_id, agreed.work)
    assert clause in desk.opened(lan, agreed.subject_id, "phone", "after_sales", agreed.work)
    # Who did not agree can buy all the same: the order rests on the contract. Only the care is closed.
    silent = desk.taken("purchase", {**ORDER, "phone": "0987654321", "email": "thao@example.vn"})
    desk.assign(lan, silent.subject_id, silent.work)
    assert clause not in desk.opened(lan, silent.subject_id, "phone", "order", silent.work)
    refused = desk.closed(lan, silent.subject_id, "phone", "after_sales", silent.work)
    assert clause in refused.clauses
    assert "consent" in refused.lacking
    question = {"category": "phone", "purpose": "after_sales", "source": "purchase"}
    assert clause in desk.denied("collect", without=["consent"], **question)


def test_comet_9(desk: Desk) -> None:
    clause = desk.quote("COMET sẽ không thu thập bất kỳ thông tin từ các phương tiện khác của khách hàng")
    desk.taken("purchase", ORDER)
    for source in ("device", "visit"):
        for category in ("behaviour", "network_trace"):
            question = {"category": category, "purpose": "after_sales", "source": source}
            assert desk.denied("collect", **question) == [clause]
    refused = desk.turned_away("device", {"behaviour": "xem trang nhẫn cưới 5 phút"})
    assert clause in refused.clauses
    # What the law asks is open, and only that.
    assert desk.allowed("collect", category="login_log", purpose="security", source="login") == ["completion:c11"]
    assert "googletagmanager" not in desk.page()


def test_comet_11(desk: Desk) -> None:
    clause = desk.quote("sẽ phụ thuộc vào quy định riêng của Nhà phân phối, đại lý và các trang thương mại điện tử")
    code, printed = desk.run("explain", clause, "--lang", "en")
    assert code == 0
    assert "the rules of the seller apply" in printed
    assert "marketplaces" in printed
    # What COMET itself receives of such an order stays under its own policy, and under nobody else's purposes.
    number = {"order_number": "SP-220101", "receiver_name": MINH.name, "receiver_phone": MINH.phone}
    bought = desk.taken("marketplace", number, channel="marketplace", declared=["third_party_consent"])
    assert desk.entry(bought.entry).detail["seller_rules"] == [clause]
    assert "seller_rules" not in desk.entry(desk.taken("purchase", ORDER).entry).detail
    lan = desk.person("customer_service")
    desk.assign(lan, bought.subject_id, bought.work)
    assert desk.opened(lan, bought.subject_id, "receiver_phone", "delivery", bought.work)
    refused = desk.closed(lan, bought.subject_id, "receiver_phone", "advertising", bought.work)
    assert refused.verdict == "deny"
    assert "phone" not in {one.category for one in Item.objects.filter(subject_id=bought.subject_id)}


def test_comet_12(desk: Desk) -> None:
    clause = desk.quote("Đăng ký nhận tin khuyến mãi")
    against = {other for one in desk.findings("clash") if one["clauses"][0] == clause for other in one["clauses"][1:]}
    assert {"1.1", "1.2", "3.2"} <= against
    signed = desk.taken("newsletter", {"email": MINH.email}, agreed=["marketing"], lines=())
    marketer = desk.person("marketing")
    # Until its own mailbox confirms it, a sign-up is no consent: anybody can type an address.
    assert desk.closed(marketer, signed.subject_id, "email", "marketing", "newsletter:1").lacking == ("consent",)
    desk.confirm(signed.subject_id)
    assert "completion:c9" in desk.opened(marketer, signed.subject_id, "email", "marketing", "newsletter:1")
    # Signing up for nothing but the box left empty is no consent.
    refused = desk.turned_away("newsletter", {"email": MINH.email}, lines=())
    assert {"CPL-18.4b", "PDPL-9.4a"} <= set(refused.clauses)
    assert "consent" in refused.said
    assert "completion:c9" in desk.allowed("contact", purpose="marketing", channel="newsletter")


def test_comet_13(desk: Desk) -> None:
    desk.quote("Những người hoặc tổ chức có thể được tiếp cận với thông tin")
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("customer_service")
    desk.assign(lan, bought.subject_id, bought.work)
    assert "completion:c14" in desk.opened(lan, bought.subject_id, "phone", "order", bought.work)
    assert desk.allowed("disclose", category="receiver_phone", purpose="delivery", recipient="carrier") == [
        "completion:c2",
        "completion:c16",
    ]
    # Whom no completion names has no access, and the answer offers to name one.
    ops = desk.person("operations")
    desk.assign(ops, bought.subject_id, bought.work)
    refused = desk.closed(ops, bought.subject_id, "phone", "order", bought.work)
    assert (refused.verdict, refused.lacking) == ("gap", ("role",))
    assert desk.gap("disclose", category="receiver_phone", purpose="delivery", recipient="partner") == ["recipient"]


def test_comet_14(desk: Desk) -> None:
    desk.quote("Địa chỉ của đơn vị thu thập và quản lý thông tin")
    assert "no_address" in {one["code"] for one in desk.findings("blocking")}
    page = desk.page()
    assert "chưa công bố" in page
    assert "Mục 5 có tiêu đề “Địa chỉ của đơn vị” nhưng không ghi tên pháp lý" in page
    assert desk.run("check")[0] == 1
