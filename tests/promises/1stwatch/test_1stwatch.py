"""1stwatch: sales, delivery and statistics inside the company, and one department that reads, edits and manages."""

from tests.promises.desk import ORDER, Desk


def test_1stwatch_3(desk: Desk) -> None:
    clause = desk.quote("chỉ sử dụng thông tin cá nhân của khách hàng trong phạm vi mục đích nói trên")
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("data_department")
    for purpose in ("order", "delivery"):
        assert clause in desk.opened(lan, bought.subject_id, "phone", purpose, bought.work)
    refused = desk.closed(lan, bought.subject_id, "phone", "product_information", bought.work)
    assert refused.verdict == "deny"
    assert clause in refused.clauses
    # Inside the company only: but for the carrier, whom a completion names.
    refused = desk.attempted("disclose", category="phone", purpose="order", recipient="partner")
    assert clause in refused.clauses
    carrier = {"category": "receiver_phone", "purpose": "delivery", "recipient": "carrier"}
    assert "completion:c10" in desk.allowed("disclose", **carrier)
    assert clause in desk.variant("c10").denied("disclose", **carrier)


def test_1stwatch_4(desk: Desk) -> None:
    clause = desk.quote("Chỉ có những người có thẩm quyền mới có thể tiếp cận, chỉnh sửa, quản lý")
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("data_department")
    work = {"purpose": "order", "work": bought.work}
    assert clause in desk.opened(lan, bought.subject_id, "phone", "order", bought.work)
    item = desk.look(lan, bought.subject_id, "phone", "order", bought.work).json()["items"][0]
    path, wanted = f"subjects/{bought.subject_id}/items/{item['item_id']}/change", {**work, "version": item["version"]}
    # Reading is not editing: that needs the piece of work.
    refused = lan.post(path, {**wanted, "value": "0387654321"})
    assert (refused.status_code, refused.json()["error"]["verdict"]) == (403, "deny")
    assert clause in refused.json()["error"]["clauses"]
    desk.assign(lan, bought.subject_id, bought.work)
    assert lan.post(path, {**wanted, "value": "0387654321"}).status_code == 200
    for role in ("customer_service", "sales", "operations", "director"):
        for action in ("read", "edit", "manage"):
            denied = desk.denied(action, role=role, category="phone", purpose="order")
            assert clause in denied
    assert clause in desk.allowed("manage", role="data_department", category="phone", purpose="order")


def test_1stwatch_7(desk: Desk) -> None:
    clause = desk.quote("Những người thuộc bộ phận thu thập và quản lý thông tin mới được quyền tiếp cận với thông tin")
    bought = desk.taken("purchase", ORDER)
    inside = desk.person("data_department")
    assert clause in desk.opened(inside, bought.subject_id, "name", "order", bought.work)
    for role in ("customer_service", "accountant", "director"):
        outside = desk.person(role)
        refused = desk.closed(outside, bought.subject_id, "name", "order", bought.work)
        assert refused.verdict == "deny"
        assert clause in refused.clauses


def test_1stwatch_12(desk: Desk) -> None:
    clause = desk.quote("không để thông tin bị rò rỉ hay sử dụng vào mục đích bất hợp pháp nào")
    bought = desk.taken("purchase", ORDER)
    lan = desk.person("data_department")
    assert desk.opened(lan, bought.subject_id, "phone", "order", bought.work)
    for purpose in ("product_information", "after_sales", "account"):
        refused = desk.closed(lan, bought.subject_id, "phone", purpose, bought.work)
        assert refused.verdict == "deny"
        assert clause in refused.clauses
    # What a completion opens besides the three purposes of the text is open to this clause as well.
    assert clause not in desk.allowed("read", role="data_department", category="phone", purpose="warranty")
