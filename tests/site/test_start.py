"""The start page lists the shops of the installation and leads to their policies, in both languages."""

from django.test import Client

from camket.base.clock import vietnam_day
from tests.pages.judge import open_page

SHOPS = {"comet", "shop-001", "khatra", "shop-003", "1stwatch"}


def test_the_start_page_lists_every_shop_with_its_policy(adopted, client: Client) -> None:
    page = open_page(client, "/")
    assert page.root.get("lang") == "vi"
    assert {card.get("aria-labelledby") for card in page.all("article", class_="card")} == SHOPS
    linked = {link.get("href") for link in page.root.iter("a")}
    assert {f"/{slug}/chinh-sach-bao-mat" for slug in SHOPS} <= linked
    assert {f"/en/{slug}/privacy-policy" for slug in SHOPS} <= linked
    assert page.text.count(f"{vietnam_day(adopted):%d/%m/%Y}") == len(SHOPS)


def test_the_start_page_stands_in_english_too(five, client: Client) -> None:
    page = open_page(client, "/en/")
    assert page.root.get("lang") == "en"
    assert "the program that runs" in page.text
    assert [link.get("href") for link in page.all("link", rel="alternate")] == ["/"]


def test_an_empty_installation_says_what_to_do(db, client: Client) -> None:
    assert "Chưa có cửa hàng nào" in open_page(client, "/").text
    assert "There is no shop yet" in open_page(client, "/en/").text


def test_the_start_page_costs_as_many_queries_as_shops_allow(five, client: Client, django_assert_num_queries) -> None:
    client.get("/")
    with django_assert_num_queries(11):
        client.get("/")


def test_only_reading_is_taken(db, client: Client) -> None:
    assert client.post("/").status_code == 405
