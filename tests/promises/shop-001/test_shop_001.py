"""shop-001: sale and delivery, nothing sold or shared, only the staff assigned, and no consent by sending a form."""

from camket.vault.models import Item
from tests.cast import MINH
from tests.promises.desk import CONTACT, ORDER, Desk


def test_shop_001_1(desk: Desk) -> None:
    clause = desk.quote("để giao dịch mua bán giữa chúng tôi và khách hàng được thực hiện một cách thành công")
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("customer_service")
    desk.assign(lan, bought.subject_id, bought.work)
    for purpose in ("order", "delivery"):
        assert clause in desk.opened(lan, bought.subject_id, "phone", purpose, bought.work)
    refused = desk.closed(lan, bought.subject_id, "phone", "statistics", bought.work)
    assert (refused.verdict, refused.clauses) == ("gap", ("2.1",))


def test_shop_001_4(desk: Desk) -> None:
    clause = desk.quote("không thu thập thông tin cá nhân nhằm vào mục đích mua bán, trao đổi hoặc chia sẻ")
    for action in ("exchange", "share"):
        refused = desk.attempted(action, category="phone")
        assert refused.verdict == "deny"
        assert clause in refused.clauses
    # Selling and buying meet the law first, and the clause beside it.
    for action in ("sell", "buy"):
        refused = desk.attempted(action, category="phone")
        assert refused.clauses[0] == "PDPL-7.6"
        assert clause in refused.clauses
    assert clause in desk.turned_away("bought_list", CONTACT).clauses
    assert desk.denied("collect", category="phone", purpose="order", source="enrichment") == [clause]
    desk.taken("purchase", ORDER)


def test_shop_001_11(desk: Desk) -> None:
    clause = desk.quote("không chia sẻ hay trao đổi thông tin khách hàng cho bất kỳ bên thứ 3 nào trừ các trường hợp")
    refused = desk.attempted("disclose", category="phone", purpose="order", recipient="distributor")
    assert refused.verdict == "deny"
    assert clause in refused.clauses
    assert clause in desk.attempted("share", category="phone").clauses
    carrier = {"category": "receiver_phone", "purpose": "delivery", "recipient": "carrier"}
    assert {"1.2", "2.4"} <= set(desk.allowed("disclose", **carrier))
    # Truly necessary means: for an order in being, when it is needed.
    for fact in ("order", "necessity"):
        assert clause in desk.denied("disclose", without=[fact], **carrier)
    for recipient in ("partner", "advertiser", "parent_company", "marketplace"):
        assert desk.denied("disclose", category="phone", purpose="order", recipient=recipient) == [clause]


def test_shop_001_12(desk: Desk) -> None:
    clause = desk.quote("đúng mục đích công việc và chỉ các nhân viên được phân công phụ trách")
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("customer_service")
    refused = desk.closed(lan, bought.subject_id, "phone", "order", bought.work)
    assert (refused.verdict, refused.clauses, refused.lacking) == ("deny", (clause,), ("assignment",))
    desk.assign(lan, bought.subject_id, bought.work)
    assert desk.opened(lan, bought.subject_id, "phone", "order", bought.work)
    assert desk.closed(lan, bought.subject_id, "phone", "order", "order:another").clauses == (clause,)
    # The director is staff as well.
    director = {"role": "director", "category": "complaint_text", "purpose": "complaint"}
    assert desk.allowed("read", **director)
    assert desk.denied("read", without=["assignment"], **director) == [clause]


def test_shop_001_14(desk: Desk) -> None:
    clause = desk.quote("đồng nghĩa với việc khách hàng đã chấp thuận với các điều khoản")
    found = [one for one in desk.findings("overruled") if one["clauses"] == [clause]]
    assert [one["article"] for one in found] == ["PDPL-9.4"]
    page = desk.page()
    assert "vì trái PDPL-9.4, CPL-25.14" in page
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("customer_service")
    desk.assign(lan, bought.subject_id, bought.work)
    question = {"purpose": "customer_care", "work": bought.work}
    state = lan.post(f"subjects/{bought.subject_id}/consents/state", question)
    assert state.json()["state"] == "never_asked"
    refused = desk.closed(lan, bought.subject_id, "phone", "customer_care", bought.work)
    assert refused.verdict == "deny"
    assert "consent" in refused.lacking
    assert desk.opened(lan, bought.subject_id, "phone", "order", bought.work)


def test_shop_001_16(desk: Desk) -> None:
    clause = desk.quote("với mục đích phù hợp và hoàn toàn tuân thủ nội dung của “Chính sách bảo mật” này")
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("customer_service")
    desk.assign(lan, bought.subject_id, bought.work)
    assert desk.opened(lan, bought.subject_id, "phone", "delivery", bought.work)
    for purpose in ("product_information", "after_sales", "warranty"):
        refused = desk.closed(lan, bought.subject_id, "phone", purpose, bought.work)
        assert (refused.verdict, refused.clauses) == ("gap", (clause,))
    response = lan.post(f"subjects/{bought.subject_id}/look", {"categories": ["phone"], "work": bought.work})
    assert (response.status_code, response.json()["error"]["field"]) == (422, "purpose")


def test_shop_001_17(desk: Desk) -> None:
    shopping = desk.quote("khách hàng mua sắm trên website này")
    registering = desk.quote("tài khoản và mật khẩu đã đăng ký truy cập vào website của chúng tôi")
    bought = desk.taken("purchase", ORDER)
    assert {"name", "phone", "email"} <= {row.category for row in Item.objects.filter(subject_id=bought.subject_id)}
    desk.taken("account_registration", {**CONTACT, "user_name": "minh88"}, lines=())
    assert shopping in desk.allowed("collect", category="phone", purpose="order", source="purchase")
    account = {"category": "user_name", "purpose": "account", "source": "account_registration"}
    assert registering in desk.allowed("collect", **account)
    for source in ("order_phone", "chat_paste", "marketplace"):
        fields = {**ORDER, "order_number": "DH-17"}
        refused = desk.turned_away(source, fields)
        assert (refused.verdict, refused.clauses) == ("gap", ())
        assert "this source" in refused.said
    assert Item.objects.exclude(subject_id=bought.subject_id).filter(category="order_number").count() == 0
    assert MINH.name not in desk.page()
