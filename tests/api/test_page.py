"""The API's own page lists every operation in both languages, without script and without anybody else."""

import json

from django.test import Client

from tests.pages.judge import open_page, words


def test_the_page_lists_every_operation_in_both_languages(db, client: Client) -> None:
    paths = json.loads(client.get("/api/v1/openapi.json").content)["paths"]
    listed = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
    for address, lang in (("/api/v1/", "vi"), ("/api/v1/en", "en")):
        page = open_page(client, address)
        assert page.root.get("lang") == lang
        rows = [words(code) for row in page.all("li", class_="row-line") for code in row.iter("code")]
        assert set(rows) == listed
        assert len(rows) == len(listed)


def test_every_operation_is_named_in_both_languages(db, client: Client) -> None:
    paths = json.loads(client.get("/api/v1/openapi.json").content)["paths"]
    for verbs in paths.values():
        for operation in verbs.values():
            assert operation["summary"].count(" · ") == 1
            assert operation["description"]
