"""The pattern page shows every component; a component that nobody sees there is not finished."""

import re

from django.test import Client

from camket.design.components import COMPONENTS, KINDS
from tests.pages.judge import open_page


def test_the_pattern_page_shows_every_component_and_kind(db, client: Client) -> None:
    page = open_page(client, "/_patterns")
    classes = {name for element in page.root.iter() for name in element.get("class", "").split()}
    assert {f"{name}-{kind}" for name in ("badge", "notice") for kind in KINDS} <= classes
    assert {"card", "facts", "fact"} <= classes


def test_no_component_is_missing_from_the_template() -> None:
    from camket.design import assets

    template = (assets.FOLDER.parent / "templates" / "design" / "patterns.html").read_text("utf-8")
    assert set(re.findall(r"{% (\w+)", template)) >= {component.name for component in COMPONENTS}
