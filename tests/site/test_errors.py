"""Error pages speak both languages, repeat nothing of what was sent, and belong to the door that was knocked at."""

import pytest
from django.test import Client, RequestFactory

from camket.project import errors
from tests.pages.judge import judge, open_page, words

CANARY = "0912345678"


@pytest.mark.parametrize("path", ["/nope", f"/{CANARY}", "/en/nope", "/static/x/y", "/nope?phone=" + CANARY])
def test_404_is_a_page_in_both_languages(db, client: Client, path: str) -> None:
    page = open_page(client, path, status=404)
    other = page.one("section")
    assert {page.root.get("lang"), other.get("lang")} == {"vi", "en"}
    assert "404." in page.text
    assert CANARY not in page.response.content.decode()


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, lambda request: errors.bad_request(request, ValueError(CANARY))),
        (403, lambda request: errors.forbidden(request, ValueError(CANARY))),
        (403, lambda request: errors.csrf_failed(request, reason=CANARY)),
        (500, errors.failed),
    ],
)
def test_every_error_page_is_judged(db, client: Client, status: int, answer) -> None:
    response = answer(RequestFactory().get("/comet/" + CANARY))
    assert response.status_code == status
    for name, value in client.get("/healthz").headers.items():
        response.headers.setdefault(name, value)
    page = judge(client, response, "/")
    assert CANARY not in response.content.decode()
    assert words(page.one("h1")) in words(page.root.find("head/title"))


def test_an_unknown_host_is_refused_without_repeating_it(db, client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


def test_405_keeps_what_is_allowed(db, client: Client) -> None:
    response = client.post("/healthz", data={"phone": CANARY})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert CANARY not in response.content.decode()


def test_a_fault_of_ours_answers_500_with_a_page(db, client: Client, monkeypatch) -> None:
    from camket.site import policies

    def broken(**_given: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(policies, "every", broken)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Máy chủ gặp lỗi" in response.content.decode()
    assert CANARY not in response.content.decode()


def test_a_form_without_its_token_is_refused_with_a_page(db) -> None:
    response = Client(enforce_csrf_checks=True).post("/", data={"phone": CANARY})
    assert response.status_code == 403
    assert "Không được phép mở trang này" in response.content.decode()
    assert CANARY not in response.content.decode()


def test_the_api_needs_no_token_because_it_knows_no_cookie(db) -> None:
    response = Client(enforce_csrf_checks=True).post("/api/v1/decide", data="{}", content_type="application/json")
    assert response.status_code == 401
