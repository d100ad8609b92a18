"""shop-003: one purpose, four sources, two roles, nobody without an undertaking."""

from uuid import UUID

from camket.vault.models import Item
from tests.cast import MINH, THAO
from tests.promises.desk import CONTACT, Desk

ASKED = {**CONTACT, "enquiry": "Bên mình còn bán sỉ đèn ngủ không?"}
ORDERED = {
    **CONTACT,
    "postal_address": MINH.address,
    "receiver_name": THAO.name,
    "receiver_phone": THAO.phone,
    "receiver_address": THAO.address,
}


def test_shop_003_1(desk: Desk) -> None:
    clause = desk.quote("chỉ có một chức năng duy nhất chính là giúp cho chúng tôi liên hệ giải đáp thắc mắc")
    asked = desk.taken("contact_mail", ASKED, lines=())
    lan = desk.person("operations")
    assert clause in desk.opened(lan, asked.subject_id, "phone", "answer_enquiry", asked.work)
    for purpose in ("statistics", "product_information"):
        refused = desk.closed(lan, asked.subject_id, "phone", purpose, asked.work)
        assert refused.verdict == "deny"
        assert clause in refused.clauses
    # What customers may ask for under article 4 opens by completion only, and the checker reports it.
    order = {"category": "phone", "purpose": "order", "source": "transaction_contact"}
    assert "completion:c2" in desk.allowed("collect", **order)
    assert clause in desk.variant("c2").denied("collect", **order)
    assert ("4.1", clause) in {tuple(one["clauses"]) for one in desk.findings("clash")}
    promotion = {"category": "email", "purpose": "marketing", "role": "director"}
    assert desk.allowed("read", **promotion)
    assert desk.ask("read", without=["consent"], **promotion)["verdict"] == "deny"


def test_shop_003_2(desk: Desk) -> None:
    clause = desk.quote("thông qua các phần liên hệ qua mail , phản hồi của bạn , liên hệ bán sỉ , liên hệ bán lại")
    for source in ("contact_mail", "feedback", "wholesale_enquiry", "resale_enquiry"):
        desk.taken(source, {**ASKED, "feedback": "Giao hàng nhanh."}, lines=())
        assert clause in desk.allowed("collect", category="phone", purpose="answer_enquiry", source=source)
    for source in ("contact_form", "chat_paste", "marketplace"):
        desk.turned_away(source, {**ASKED, "order_number": "S-1"}, lines=())
        question = {"category": "phone", "purpose": "answer_enquiry", "source": source}
        assert desk.gap("collect", **question) == ["source", "category"]


def test_shop_003_4(desk: Desk) -> None:
    clause = desk.quote("chỉ có Ban giám đốc cùng nhân viên phụ trách điều hành có quyền khai thác")
    asked = desk.taken("contact_mail", ASKED, lines=())
    for role in ("director", "operations"):
        person = desk.person(role)
        assert clause in desk.opened(person, asked.subject_id, "email", "answer_enquiry", asked.work)
    for role in ("customer_service", "sales", "information", "data_department"):
        person = desk.person(role)
        refused = desk.closed(person, asked.subject_id, "email", "answer_enquiry", asked.work)
        assert (refused.verdict, refused.clauses) == ("deny", (clause,))


def test_shop_003_5(desk: Desk) -> None:
    clause = desk.quote("đều có trách nhiệm và nghĩa vụ bảo mật thông tin")
    asked = desk.taken("contact_mail", ASKED, lines=())
    unsigned = desk.person("operations", signed=False)
    refused = desk.closed(unsigned, asked.subject_id, "phone", "answer_enquiry", asked.work)
    assert (refused.verdict, refused.clauses, refused.lacking) == ("deny", (clause,), ("undertaking",))
    signed = desk.person("operations")
    assert desk.opened(signed, asked.subject_id, "phone", "answer_enquiry", asked.work)
    # Each look is traceable to the one person who did it.
    response = desk.look(signed, asked.subject_id, "phone", "answer_enquiry", asked.work)
    assert desk.entry(UUID(response.json()["entry"])).actor.on_behalf == str(signed.staff_id)


def test_shop_003_10(desk: Desk) -> None:
    clause = desk.quote("Khách hàng có trách nhiệm khai đúng thông tin của mình")
    told = desk.taken("contact_mail", ASKED, lines=(), declared=["truthful_data"])
    assert desk.entry(told.entry).detail["declared"] == ["truthful_data"]
    refused = desk.turned_away("contact_mail", ASKED, lines=(), declared=[])
    assert refused.verdict == "deny"
    assert clause in refused.clauses
    assert "has not stated that the information is true" in refused.said
    # A complaint is never turned away for it.
    desk.taken("complaint_desk", {**CONTACT, "complaint_text": "Giao sai hàng."}, lines=(), declared=[])
    # A contact that nobody has proven is shown as unverified.
    lan = desk.person("operations")
    seen = desk.look(lan, told.subject_id, "phone", "answer_enquiry", told.work).json()
    assert [item["verified"] for item in seen["items"]] == [False]


def test_shop_003_11(desk: Desk) -> None:
    clause = desk.quote("không được tự ý sử dụng thông tin của người khác để đăng ký nếu chưa có sự đồng ý")
    account = {"category": "name", "purpose": "account", "source": "account_registration"}
    assert desk.allowed("collect", **account)
    assert desk.denied("collect", without=["third_party_consent"], **account) == [clause]
    stated = desk.taken("transaction_contact", ORDERED, declared=["truthful_data", "third_party_consent"])
    kept = {row.category: row.third_party for row in Item.objects.filter(subject_id=stated.subject_id)}
    assert (kept["receiver_phone"], kept["phone"]) == (True, False)
    # Without the statement the other person's data is dropped; the customer's own order goes on.
    silent = desk.taken("transaction_contact", ORDERED)
    assert set(silent.dropped) == {"receiver_name", "receiver_phone", "receiver_address"}
    assert {one["verdict"] for one in silent.dropped.values()} == {"deny"}
    assert all(clause in one["clauses"] for one in silent.dropped.values())
    assert desk.entry(silent.entry).detail["dropped"].keys() == silent.dropped.keys()
