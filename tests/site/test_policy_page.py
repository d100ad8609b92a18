"""Each shop's policy page is its policy file: every word in order, completions and overruled sentences marked."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from camket.base.clock import vietnam_day
from camket.policy import load
from camket.policy.render import anchor
from tests.pages.judge import open_page, words

SHOPS = ("comet", "shop-001", "khatra", "shop-003", "1stwatch")
VI, EN = "/{}/chinh-sach-bao-mat", "/en/{}/privacy-policy"


def policy_of(slug: str):
    return load(Path(settings.CAMKET_POLICIES) / f"{slug}.yaml")


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("slug", SHOPS)
def test_the_page_is_the_text_word_for_word_and_in_order(five, client: Client, slug: str) -> None:
    page = open_page(client, VI.format(slug))
    shown, at = page.text, 0
    for clause in policy_of(slug).clauses:
        for part in filter(None, (clause.heading, clause.text)):
            at = shown.index(squeezed(part), at)
        assert page.by_id(anchor(clause.id)) is not None


@pytest.mark.parametrize("slug", SHOPS)
def test_the_english_page_is_marked_as_our_translation(five, client: Client, slug: str) -> None:
    page = open_page(client, EN.format(slug))
    assert "Our translation" in page.text
    assert "The Vietnamese text prevails" in page.text
    translated = [clause.en for clause in policy_of(slug).clauses if clause.en]
    assert all(squeezed(text) in page.text for text in translated)


@pytest.mark.parametrize("slug", SHOPS)
def test_completions_stand_beside_the_text_and_never_in_it(five, client: Client, slug: str) -> None:
    page = open_page(client, VI.format(slug))
    text = words(page.one("article"))
    for completion in policy_of(slug).completions:
        block = page.by_id(anchor(completion.id, added=True))
        assert block.get("class") == "notice notice-completion"
        assert words(block).startswith(f"Phần bổ sung {completion.id} {squeezed(completion.because)}")
        assert squeezed(completion.because) not in text


@pytest.mark.parametrize("slug", SHOPS)
def test_overruled_sentences_name_the_article_and_what_runs_instead(five, client: Client, slug: str) -> None:
    page = open_page(client, VI.format(slug))
    overruled = [clause for clause in policy_of(slug).clauses if clause.overruled]
    marked = page.all("div", class_="notice notice-overruled")
    assert len(marked) == len(overruled) > 0
    for clause, mark in zip(overruled, marked, strict=True):
        assert "Bị luật thay thế" in words(mark)
        assert [words(code) for code in mark.iter("code")] == list(clause.overruled.law)
        assert [link.get("href") for link in mark.iter("a")] == [
            "#" + anchor(one, added=True) for one in clause.overruled.instead
        ]


@pytest.mark.parametrize("slug", SHOPS)
def test_the_contents_lead_to_every_heading(five, client: Client, slug: str) -> None:
    page = open_page(client, VI.format(slug))
    linked = [words(link) for link in page.one("nav").iter("a")]
    headings = [words(heading) for heading in page.one("article").iter("h2")]
    assert linked == [*headings[1:], "Phần bổ sung", "Kiểm tra bản này"]


@pytest.mark.parametrize("slug", SHOPS)
def test_version_date_and_digest_are_those_of_the_file(adopted, client: Client, slug: str) -> None:
    page = open_page(client, VI.format(slug))
    assert f"Phiên bản 1 có hiệu lực từ {vietnam_day(adopted):%d/%m/%Y}" in page.text
    file = client.get(f"/{slug}/chinh-sach-bao-mat.yaml")
    assert file.content == (Path(settings.CAMKET_POLICIES) / f"{slug}.yaml").read_bytes()
    assert hashlib.sha256(file.content).hexdigest() in page.text
    assert client.get(f"/{slug}/chinh-sach-bao-mat.json").content == policy_of(slug).canonical
    assert json.loads(policy_of(slug).canonical)["shop"] == slug


def test_khatra_8_the_controller_stands_on_the_page(five, client: Client) -> None:
    """khatra-8: the controller's name, address, phone, website, email."""
    page = open_page(client, VI.format("khatra"))
    facts = {words(term): words(value) for term, value in (list(row) for row in page.all("div", class_="fact"))}
    assert facts["Tên"] == "CTY TNHH THƯƠNG MẠI KHÁNH HỘI (KHATRA)"
    assert facts["Địa chỉ"] == "8G2 Đường số 52, P. Tân Phong, Quận 7, TP. HCM"
    assert facts["Điện thoại"] == "0933 588 655"
    assert facts["Trang mạng"] == "khatra.com.vn"
    assert facts["Thư điện tử"] == "tam@khatra.com.vn"


def test_khatra_13_the_published_english_title_stands_on_both_pages(five, client: Client) -> None:
    """khatra-13: the title stands in English and Vietnamese."""
    assert words(open_page(client, VI.format("khatra")).by_id(anchor("0-1"))) == "PRIVACY POLICY"
    english = open_page(client, EN.format("khatra"))
    assert words(english.one("h1")) == "PRIVACY POLICY"
    assert words(english.by_id(anchor("0-1"))) == "CHÍNH SÁCH BẢO MẬT"


def test_comet_14_an_address_that_nobody_has_published_is_said_to_be_missing(five, client: Client) -> None:
    page = open_page(client, VI.format("comet"))
    facts = {words(term): words(value) for term, value in (list(row) for row in page.all("div", class_="fact"))}
    assert facts["Địa chỉ"] == "chưa công bố"
    assert "[" not in "".join(facts.values())


@pytest.mark.parametrize("path", ["/nobody/chinh-sach-bao-mat", "/en/nobody/privacy-policy", "/comet", "/en"])
def test_a_strangers_address_answers_404(five, client: Client, path: str) -> None:
    open_page(client, path, status=404)


def test_a_version_adopted_ahead_is_not_shown_before_its_day(adopted) -> None:
    from camket.site import policies

    assert policies.find(slug="comet", lang="vi", now=adopted - timedelta(seconds=1)) is None
    assert policies.every(lang="vi", now=adopted - timedelta(seconds=1)) == []
    assert policies.find(slug="comet", lang="vi", now=adopted).version == 1


def test_the_page_links_both_languages_to_each_other(five, client: Client) -> None:
    page = open_page(client, VI.format("comet"))
    assert page.one("link", rel="alternate", hreflang="en").get("href") == EN.format("comet")
    assert {link.get("type") for link in page.all("link", rel="alternate")} == {
        None,
        "application/json",
        "application/yaml",
    }
