"""What can be said of the templates, styles and scripts by reading them."""

import json
import re

import pytest

from clozette.settings import ROOT

STATIC = ROOT / "static"
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "mail" not in path.parts)
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons" / "sprite.svg").read_text()))
SHEETS = re.findall(r'"(\w+)"', (ROOT / "templates" / "parts" / "links.html").read_text().split("%}")[0])
"""The style sheets that every page loads."""
ART = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons" / "art.svg").read_text()))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
class TestTemplates:
    def test_its_icons_are_drawn(self, template):
        text = template.read_text()
        named = re.findall(r'\bicon\("([\w-]+)"', text) + re.findall(r'icon_name="([\w-]+)"', text)
        assert set(named) <= ICONS
        assert set(re.findall(r"""\bart=["']([\w-]+)""", text)) <= ART

    def test_pictures_say_what_they_are_and_how_large(self, template):
        for picture in re.findall(r"<img\b[^>]*>", template.read_text()):
            for attribute in ("alt=", "width=", "height="):
                assert attribute in picture, picture


def test_sizes_stay_small():
    def size(*paths):
        return sum(path.stat().st_size for path in paths)

    everywhere = [STATIC / "css" / f"{sheet}.css" for sheet in SHEETS]
    assert len(everywhere) > 1
    rooms = set(STATIC.glob("css/*.css")) - set(everywhere)
    assert size(*everywhere) < 45_000, "what every page loads"
    assert all(size(sheet) < 8_000 for sheet in rooms), "what the pages of a room load besides"
    assert size(STATIC / "js" / "base.js") < 15_000
    assert size(STATIC / "js" / "forms.js") < 15_000
    assert size(*STATIC.glob("icons/*.svg")) < 30_000


@pytest.mark.parametrize("script", sorted(STATIC.glob("js/*.js")), ids=lambda path: path.name)
def test_scripts_build_no_markup_from_strings(script):
    text = script.read_text()
    for sink in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "DOMParser",
        "createContextualFragment",
    ):
        assert sink not in text, f"{sink}: Trusted Types stop it"


def test_styles_follow_the_reading_direction():
    physical = re.compile(
        r"(?<![\w-])(margin|padding|border)-(left|right|top|bottom)\b|(?<![\w-])(left|right|top|bottom|width|height):"
    )
    for sheet in STATIC.glob("css/*.css"):
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        found = [line for line in rules.splitlines() if physical.search(line)]
        assert not found, f"{sheet.name}: {found}"


def test_every_colour_is_a_token():
    for sheet in STATIC.glob("css/*.css"):
        if sheet.name != "tokens.css":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text()), sheet.name


def test_manifest_names_files_that_are_there():
    manifest = json.loads((STATIC / "manifest.webmanifest").read_text())
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert (ROOT / icon["src"].lstrip("/")).is_file()
