"""The policy answers through the door in the words of the list, as the command does."""

from camket.policy import words


def test_the_same_question_has_the_answer_of_the_shop_that_is_asked(doors) -> None:
    question = {"action": "read", "role": "customer_service", "category": "phone", "purpose": "marketing"}
    comet = doors.clerk.post("decide", question).json()
    khatra = doors.stranger.post("decide", question).json()
    assert {comet["verdict"], khatra["verdict"]} <= {"allow", "deny", "gap"}
    assert comet["citations"] != khatra["citations"]
    assert comet["reason"]["vi"] != comet["reason"]["en"]


def test_a_fact_that_is_missing_is_named(doors) -> None:
    question = {"action": "read", "role": "customer_service", "category": "phone", "purpose": "order"}
    assert doors.clerk.post("decide", question).json()["verdict"] == "allow"
    refused = doors.clerk.post("decide", {**question, "without": ["assignment"]}).json()
    assert (refused["verdict"], refused["lacking"]) == ("deny", ["assignment"])


def test_an_unknown_word_is_named_by_its_field(doors) -> None:
    response = doors.clerk.post("decide", {"action": "read", "purpose": "fun"})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["field"]) == (422, "word.unknown", "purpose")


def test_the_word_list_is_the_one_of_the_policy_room(doors) -> None:
    listed = {
        one["family"]: [word["id"] for word in one["words"]] for one in doors.clerk.get("words").json()["families"]
    }
    assert listed == {name: list(family) for name, family in words().families()}


def test_the_policy_in_force_is_named(doors) -> None:
    shown = doors.clerk.get("policy").json()
    assert (shown["shop"], shown["version"], shown["title"]) == ("comet", 1, "Chính sách bảo mật")
    assert {"purchase", "product_review"} <= set(shown["sources"])
    assert "order" in shown["purposes"]
