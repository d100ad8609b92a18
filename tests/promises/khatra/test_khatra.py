"""KHATRA: mail and phone only, one partner clause beside a general ban, and two lists of purposes."""

import pytest

from camket.shops.actions import adopt_policy
from camket.shops.errors import PolicyRefusedError
from camket.vault.models import Item
from tests.promises.desk import ORDER, OWNER, THEN, Desk


def test_khatra_1(desk: Desk) -> None:
    inside = desk.quote("chỉ sử dụng trong nội bộ công ty")
    desk.quote("không mua bán, chia sẻ hay trao đổi thông tin cá nhân của khách hàng")
    renting = desk.quote("KHATRA không chia sẻ, bán hoặc cho thuê thông tin cá nhân của bạn cho bất kỳ người nào khác")
    for action, clauses in (("share", ("1-1", renting)), ("exchange", ("1-1",)), ("rent", (renting,))):
        assert desk.attempted(action, category="phone").clauses == clauses
    assert set(desk.attempted("sell", category="phone").clauses) == {"PDPL-7.6", "1-1", renting}
    refused = desk.attempted("disclose", category="phone", purpose="order", recipient="distributor")
    assert refused.verdict == "deny"
    assert {"1-1", inside, "1.1-1"} <= set(refused.clauses)
    # The partners of a contract in force are the exception that the same text names; the clash is reported.
    partner = {"category": "phone", "purpose": "order", "recipient": "partner"}
    assert {"2-3", "2-4"} <= set(desk.allowed("disclose", **partner))
    clashes = {tuple(one["clauses"]) for one in desk.findings("clash")}
    assert {("2-3", "1-1"), ("2-3", inside)} <= clashes


def test_khatra_2(desk: Desk) -> None:
    desk.quote("thông tin cá nhân mà KHATRA thu thập sẽ bao gồm:")
    product = desk.quote("- Sản phẩm: mô tả, mẫu mã, phân loại, yêu cầu chất lượng, xuất sứ sản phẩm…")
    amount = desk.quote("- Số lượng: tính theo đơn vị mét / viên / thùng")
    lines = [
        {"description": "Gạch granite", "design": "vân mây", "class": "loại 1", "quality": "không cong vênh",
         "origin": "Việt Nam", "quantity": str(number), "unit": unit}
        for number, unit in ((12, "m"), (50, "viên"), (3, "thùng"))
    ]  # fmt: skip
    bought = desk.taken("order_phone", {**ORDER, "product_requirement": "giao trước 20/12"}, lines=lines)
    kept = {row.category for row in Item.objects.filter(subject_id=bought.subject_id)}
    assert {"name", "phone", "order", "product_requirement"} <= kept
    for category, clause in (("product_requirement", product), ("order", amount)):
        cited = desk.allowed("collect", category=category, purpose="order", source="order_phone")
        assert clause in cited
    # "When you visit the website" stands against 2.2: a visit brings nothing, and the checker says so.
    refused = desk.turned_away("visit", {"network_trace": "203.0.113.7"})
    assert "2.2-1" in refused.clauses
    assert ("1-3", "2.2-1") in {tuple(one["clauses"]) for one in desk.findings("clash")}


def test_khatra_3(desk: Desk) -> None:
    care = desk.quote("- Hỗ trợ chăm sóc khách hàng")
    information = desk.quote("- Cung cấp thông tin liên quan đến sản phẩm, dịch vụ")
    order = desk.quote("- Xử lý đơn đặt hàng, cung cấp dịch vụ và thông tin qua website khatra.com.vn")
    bought = desk.taken("order_email", ORDER, agreed=["customer_care"])
    lan = desk.person("customer_service")
    for purpose, clause in (("order", order), ("product_information", information), ("customer_care", care)):
        assert clause in desk.opened(lan, bought.subject_id, "phone", purpose, bought.work)
    refused = desk.closed(lan, bought.subject_id, "phone", "statistics", bought.work)
    assert (refused.verdict, refused.clauses) == ("deny", ("3-2",))


def test_khatra_8(desk: Desk) -> None:
    desk.quote("- Địa chỉ: 8G2 Đường số 52, P. Tân Phong, Quận 7, TP. HCM")
    page = desk.page()
    top = page[: page.index("Mục lục")]
    for fact in ("8G2 Đường số 52", "0933 588 655", "khatra.com.vn", "tam@khatra.com.vn", "KHÁNH HỘI"):
        assert fact in top
    assert desk.findings("blocking") == []
    # A new version has to say who answers for the data: with these lines it is adopted, without the address it is not.
    text = desk.path.read_text("utf-8")
    adopted = adopt_policy(shop_id=desk.shop_id, text=text + "\n", actor=OWNER, now=THEN)
    assert adopted.version == 2
    homeless = desk.text_without("2.1-2")
    with pytest.raises(PolicyRefusedError) as refused:
        adopt_policy(shop_id=desk.shop_id, text=homeless, actor=OWNER, now=THEN)
    assert "the controller has no address" in refused.value.en


def test_khatra_9(desk: Desk) -> None:
    clause = desk.quote("KHATRA không thu thập thông tin khách hàng thông qua website")
    for source in ("order_email", "order_phone"):
        desk.taken(source, ORDER)
        assert clause in desk.allowed("collect", category="phone", purpose="order", source=source)
    for source in ("purchase", "contact_form", "account_registration", "newsletter"):
        sent = {"email": ORDER["email"]} if source == "newsletter" else {**ORDER, "enquiry": "Còn gạch 60x60 không?"}
        refused = desk.turned_away(source, sent)
        assert (refused.verdict, refused.clauses) == ("deny", (clause,))
    # The sentence closes the website; of a chat it is silent.
    assert desk.turned_away("chat_paste", ORDER).verdict == "gap"
    assert "source" in desk.gap("collect", category="phone", purpose="order", source="chat_paste")


def test_khatra_11(desk: Desk) -> None:
    clause = desk.quote("KHATRA cam kết chỉ sử dụng các thông tin cá nhân của bạn vào trường hợp sau:")
    after_sales = desk.quote("- Nâng cao chất lượng dịch vụ hậu mãi cho khách hàng")
    dispute = desk.quote("- Giải quyết các tranh chấp, khiếu nại khi cơ quan pháp luật có yêu cầu")
    unsigned = desk.variant("c2")
    order = {"category": "phone", "purpose": "order", "source": "order_phone"}
    assert unsigned.denied("collect", **order) == [clause]
    care = {"category": "phone", "purpose": "after_sales", "source": "order_phone"}
    assert after_sales in unsigned.allowed("collect", **care)
    complaint = {"category": "complaint_text", "purpose": "dispute", "source": "complaint_desk"}
    assert dispute in unsigned.allowed("collect", **complaint)
    assert dispute in unsigned.denied("collect", without=["authority_request"], **complaint)
    # With the owner's signature the union of both lists runs, and nothing beyond it.
    assert "completion:c2" in desk.allowed("collect", **order)
    assert desk.allowed("collect", **complaint)
    bought = desk.taken("order_phone", ORDER)
    lan = desk.person("customer_service")
    refused = desk.closed(lan, bought.subject_id, "phone", "statistics", bought.work)
    assert refused.clauses == (clause,)
    assert desk.opened(lan, bought.subject_id, "phone", "order", bought.work)
    assert ("1.1-4", clause) in {tuple(one["clauses"]) for one in desk.findings("clash")}


def test_khatra_13(desk: Desk) -> None:
    desk.quote("PRIVACY POLICY")
    desk.quote("CHÍNH SÁCH BẢO MẬT")
    vietnamese, english = desk.page(), desk.page("en")
    for page in (vietnamese, english):
        assert "PRIVACY POLICY" in page
        assert "CHÍNH SÁCH BẢO MẬT" in page
    assert "KHATRA pledges not to buy and sell, share or exchange customers' personal information" in english
    assert "KHATRA pledges" not in vietnamese
    assert "The Vietnamese text prevails" in english
    assert "a translation stands beside it and the Vietnamese text prevails" in english
    # A refusal quotes the text in Vietnamese; the English beside it says that it is a translation.
    refused = desk.ask("share", category="phone")
    assert desk.denied("share", category="phone") == ["1-1", "3-1"]
    assert "KHATRA cam kết không mua bán" in refused["reason"]["vi"]
    assert "KHATRA pledges not to buy and sell" in refused["reason"]["en"]
    assert "(our translation)" in refused["reason"]["en"]
    assert "cam kết" not in refused["reason"]["en"]
