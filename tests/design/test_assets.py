"""The style sheet is served by the application, kept for ever, and refused under an old digest."""

import re
from pathlib import Path

from django.test import Client

from camket.design import assets
from camket.design.components import KINDS
from camket.design.headers import POLICY

CSS = (assets.FOLDER / "camket.css").read_text("utf-8")


def test_a_file_is_served_for_ever_under_its_digest() -> None:
    response = Client().get(assets.url("camket.css"))
    assert response.content == CSS.encode()
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Security-Policy"] == POLICY


def test_another_digest_or_name_is_not_found() -> None:
    good = assets.url("camket.css")
    assert Client().get("/static/0000000000000000/camket.css").status_code == 404
    assert Client().get(good.replace("camket.css", "../settings.py")).status_code == 404
    assert Client().post(good).status_code == 405


def test_the_style_sheet_asks_nobody_else() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "http" not in re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)


def test_every_class_that_a_template_uses_is_styled_and_every_style_is_used() -> None:
    rooms = Path(assets.FOLDER).parents[1]
    used = set()
    for template in rooms.glob("*/templates/**/*.html"):
        for names in re.findall(r'class="([^"]*)"', template.read_text("utf-8")):
            used |= set(re.sub(r"{%.*?%}|\S*{{.*?}}", " ", names).split())
    kinds = {f"{name}-{kind}" for name in ("badge", "notice") for kind in KINDS}
    styled = set(re.findall(r"\.([a-z][a-z-]*)", re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)))
    assert used - styled == set()
    assert styled - used - kinds == {"page-narrow"}
