"""Colours that are used together can be told apart: WCAG 2.2 contrast of every pair, in light and in dark."""

import re

import pytest

from clozette.settings import ROOT

TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
PAIRS = {
    name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
}

TEXT = [  # 1.4.3: 4.5 to 1
    *((front, back) for front in ("ink", "soft") for back in ("paper", "mist", "raised", "well")),
    *((front, back) for front in ("accent", "wrong") for back in ("paper", "mist", "raised")),
    ("on-ink", "ink"),
    ("on-ink", "ink-hover"),
    ("on-accent", "accent"),
    ("paper", "wrong"),
    ("good", "good-mist"),
    ("warn", "warn-mist"),
    ("wrong", "wrong-mist"),
    *(("ink", back) for back in ("good-mist", "warn-mist", "wrong-mist", "accent-mist")),
]
SHAPES = [  # 1.4.11: 3 to 1
    *(("edge", back) for back in ("paper", "mist", "raised")),
    *((front, "paper") for front in ("accent", "good", "warn", "wrong")),
]


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_is_readable(front, back, theme):
    assert contrast(PAIRS[front][theme], PAIRS[back][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_edges_are_seen(front, back, theme):
    assert contrast(PAIRS[front][theme], PAIRS[back][theme]) >= 3


def test_theme_colours_of_the_frame_are_the_paper():
    base = (ROOT / "templates" / "base.html").read_text()
    manifest = (ROOT / "static" / "manifest.webmanifest").read_text()
    for colour in PAIRS["paper"]:
        assert f'content="{colour}"' in base
    assert f'"theme_color": "{PAIRS["paper"][0]}"' in manifest
