from django.test import Client


def test_the_health_page_says_ok_while_the_database_answers(db, client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"
