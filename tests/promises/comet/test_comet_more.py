"""COMET: what already runs of the promises whose rooms are still to come."""

from camket.vault.models import Item
from tests.cast import MINH
from tests.promises.desk import CONTACT, ORDER, Desk


def test_comet_4(desk: Desk) -> None:
    clause = desk.quote("gửi thư ngỏ, đơn đặt hàng, thư cảm ơn, tin nhắn SMS, thông tin về kỹ thuật và bảo mật…")
    for form in ("open_letter", "order_notice", "thank_you_letter", "sms", "technical_notice", "security_notice"):
        assert clause in desk.allowed("contact", purpose="after_sales", channel=form)
    assert desk.gap("contact", purpose="after_sales", channel="zalo") == ["channel"]
    # A promotional SMS needs its own opt-in, which the law asks before the clause is even read.
    assert clause in desk.allowed("contact", purpose="marketing", channel="sms")
    assert "SPAM-11.2" in desk.denied("contact", purpose="marketing", channel="sms", without=["consent"])


def test_comet_5(desk: Desk) -> None:
    clause = desk.quote("cho đến khi có yêu cầu hủy bỏ hoặc tự khách hàng đăng nhập và thực hiện hủy bỏ")
    for channel in ("portal", "email", "hotline"):
        assert clause in desk.allowed("erase", role="customer", channel=channel)
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("customer_service")
    refused = lan.post(f"subjects/{bought.subject_id}/shred", {"reason": "request"})
    assert refused.status_code == 403
    hanh = desk.person("director")
    done = hanh.post(f"subjects/{bought.subject_id}/shred", {"reason": "request"})
    assert done.status_code == 200, done.content.decode()
    assert done.json()["left"] == 0
    assert Item.objects.filter(subject_id=bought.subject_id).count() == 0
    code, printed = desk.run("explain", clause, "--lang", "en")
    assert code == 0
    assert "until:" in printed


def test_comet_8(desk: Desk) -> None:
    clause = desk.quote("toàn quyền có thể yêu cầu COMET kiểm tra, cập nhật, điều chỉnh hoặc huỷ bỏ")
    for right in ("access", "correct", "erase"):
        for channel in ("portal", "email", "hotline"):
            assert clause in desk.allowed(right, role="customer", channel=channel)
    # Unconditional cancelling is set aside where the law has data kept, and the page says so.
    found = [one["article"] for one in desk.findings("overruled") if one["clauses"] == [clause]]
    assert found == ["PDPL-14.2"]
    assert "vì trái PDPL-14.2, PDPL-14.5, ECL-16.2b, ACC-13" in desk.page()
    desk.taken("request", {**CONTACT, "message": "Xin sửa số điện thoại giúp tôi."}, lines=())


def test_comet_10(desk: Desk) -> None:
    clause = desk.quote("khách hàng có thể gửi khiếu nại của mình đến COMET qua các hình thức sau")
    for channel in ("email", "hotline"):
        assert clause in desk.allowed("complain", role="customer", channel=channel)
    complaint = {"email": MINH.email, "complaint_text": "Tôi nhận được quảng cáo dù chưa hề đăng ký."}
    told = desk.taken("complaint_desk", complaint, lines=())
    assert told.work.startswith("complaint:")
    lan = desk.person("customer_service")
    refused = desk.closed(lan, told.subject_id, "complaint_text", "complaint", told.work)
    assert refused.lacking == ("assignment",)
    desk.assign(lan, told.subject_id, told.work)
    assert desk.opened(lan, told.subject_id, "complaint_text", "complaint", told.work)
    page = desk.page()
    assert "cs@ktg.com.vn" in page
    assert "1800 6292" in page
