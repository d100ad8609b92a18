"""shop-003: what already runs of the promises whose rooms are still to come."""

from tests.cast import MINH
from tests.promises.desk import CONTACT, Desk

ASKED = {**CONTACT, "enquiry": "Bên mình còn bán sỉ đèn ngủ không?"}


def test_shop_003_3(desk: Desk) -> None:
    clause = desk.quote("được Phòng thông tin lưu giữ dưới hình thức thống kê trên hệ thống quản trị và máy chủ thư")
    custodian = {"role": "information", "category": "email", "purpose": "answer_enquiry"}
    assert clause in desk.allowed("store", **custodian)
    for action in ("read", "edit", "manage", "publish"):
        assert desk.denied(action, **custodian) == ["2.2"]
    asked = desk.taken("contact_mail", ASKED, lines=())
    keeper = desk.person("information")
    refused = desk.closed(keeper, asked.subject_id, "email", "answer_enquiry", asked.work)
    assert refused.clauses == ("2.2",)


def test_shop_003_6(desk: Desk) -> None:
    clause = desk.quote("được lưu trữ vô thời hạn trên hệ thống quản trị và máy chủ thư điện tử")
    assert [one["article"] for one in desk.findings("overruled") if one["clauses"] == [clause]] == ["PDPL-3.3"]
    assert "no_period" not in {one["code"] for one in desk.findings("blocking")}
    assert "it is set aside by PDPL-3.3, PDPL-14.1, CPL-16.1, CPL-20.3" in desk.page("en")
    asked = desk.taken("contact_mail", ASKED, lines=())
    lan = desk.person("operations")
    seen = desk.look(lan, asked.subject_id, "phone", "answer_enquiry", asked.work).json()["items"]
    assert [item["expires_at"] is not None for item in seen] == [True]


def test_shop_003_7(desk: Desk) -> None:
    clause = desk.quote("nhận thông tin khuyến mãi , bình luận có kiểm duyệt trên website")
    told = desk.taken("complaint_desk", {**CONTACT, "complaint_text": "Giao sai màu."}, lines=())
    claimed = desk.taken("warranty_claim", {**CONTACT, "warranty_fact": "đèn không sáng"}, lines=())
    suggested = desk.taken("feedback", {**CONTACT, "feedback": "Nên có thêm màu vàng."}, lines=())
    assert len({told.work.split(":")[0], claimed.work.split(":")[0], suggested.work.split(":")[0]}) == 3
    assert clause in desk.allowed("complain", role="customer", channel="web")
    assert clause in desk.allowed("read", role="operations", category="phone", purpose="warranty")
    published = {"role": "operations", "category": "comment", "purpose": "moderation"}
    assert clause in desk.allowed("publish", **published)
    assert clause in desk.denied("publish", without=["moderated"], **published)


def test_shop_003_8(desk: Desk) -> None:
    clause = desk.quote("không được thay đổi tên đăng nhập , giới tính , không thể tự hủy tài khoản sau khi đăng ký")
    portal = {"role": "customer", "channel": "portal"}
    assert clause in desk.allowed("correct", category="phone", **portal)
    for locked in ("user_name", "gender"):
        assert desk.denied("correct", category=locked, **portal) == [clause]
    assert desk.denied("close_account", **portal) == [clause]
    # The law: a wrong gender is corrected on request, by staff.
    assert desk.allowed("correct", role="customer", category="gender", channel="email") == ["completion:c7"]


def test_shop_003_9(desk: Desk) -> None:
    clause = desk.quote("vui lòng liên hệ chúng tôi qua email để được hủy tài khoản đăng ký")
    assert clause in desk.allowed("close_account", role="customer", channel="email")
    assert clause in desk.allowed("close_account", role="customer", channel="mailbox")
    assert desk.denied("close_account", role="customer", channel="portal") == ["4.2"]
    desk.taken("request", {"email": MINH.email, "message": "Xin hủy tài khoản."}, lines=(), declared=[])


def test_shop_003_12(desk: Desk) -> None:
    clause = desk.quote("Trường hợp khách hàng khai không đúng thông tin của mình")
    assert [one["article"] for one in desk.findings("overruled") if one["clauses"] == [clause]] == ["CPL-25.1"]
    assert "it is set aside by CPL-25.1, PDPL-37.1" in desk.page("en")


def test_shop_003_13(desk: Desk) -> None:
    clause = desk.quote("Bảo mật hoàn toàn thông tin khách hàng trong bất cứ trường hợp nào")
    for recipient in ("partner", "distributor", "advertiser", "host", "parent_company"):
        refused = desk.attempted("disclose", category="email", purpose="answer_enquiry", recipient=recipient)
        assert clause in refused.clauses
    carrier = {"category": "receiver_phone", "purpose": "delivery", "recipient": "carrier"}
    assert "completion:c12" in desk.allowed("disclose", **carrier)
    assert clause in desk.variant("c12").denied("disclose", **carrier)


def test_shop_003_16(desk: Desk) -> None:
    clause = desk.quote("nằm trong chính sách nội bộ của công ty và là chính sách tuyệt mật")
    blocking = {tuple(one["clauses"]): one["article"] for one in desk.findings("blocking")}
    assert blocking.get((clause,)) == "CPL-16.2"
    question = {"role": "operations", "category": "phone", "purpose": "answer_enquiry"}
    assert desk.allowed("read", **question)
    assert desk.denied("read", without=["circulating"], **question) == ["completion:c14"]
    assert "18 months after collection the data is only stored" in desk.page("en")
