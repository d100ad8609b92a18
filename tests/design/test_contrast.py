"""Every colour says in the style sheet what it is read on and how much contrast that takes; both modes keep it."""

import re

import pytest

from camket.design import assets

CSS = (assets.FOLDER / "camket.css").read_text("utf-8")
PAIRS = [
    (name, ground, float(least))
    for name, note in re.findall(r"--([\w-]+): #[0-9a-f]{6};\s*/\*[^*]*?on: ([^*]+?) \*/", CSS)
    for ground, least in re.findall(r"([\w-]+) ([\d.]+)", note)
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


LIGHT = tokens(CSS[: CSS.index("@media (prefers-color-scheme: dark)")])
DARK = tokens(CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("*, *::before")])


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_modes_name_the_same_tokens() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert len(PAIRS) == 18


@pytest.mark.parametrize(("name", "ground", "least"), PAIRS)
@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_a_colour_can_be_read_on_its_ground(mode: dict[str, str], name: str, ground: str, least: float) -> None:
    assert contrast(mode[name], mode[ground]) >= least
