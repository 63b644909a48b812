"""What every template keeps to: no inline script or style, all words through gettext, nothing marked safe."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from clozette.settings import ROOT
from tests.house import source

PAGES = [path for path in source.templates() if path.suffix == ".html" and "mail" not in path.parts]
MAILS = [path for path in source.templates() if "mail" in path.parts]
# Attributes that people read or hear.
WORDED = {"alt", "title", "placeholder", "aria-label", "aria-description", "label", "summary"}
# Words that are the same in every language: names, units, signs.
SAME_EVERYWHERE = {
    "Clozette",
    "JSON",
    "OpenAPI",
    "HTML",
    "API",
    "TOTP",
    "CSS",
    "Cookie",
    "PNG",
    "JPEG",
    "WebP",
    "AVIF",
    "HEIC",
    "GET",
    "POST",
}
UNTRANSLATED = {"code", "pre", "script", "style", "kbd", "samp"}

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_TRANS = re.compile(r"\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}", re.DOTALL)
_TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
_OUTPUT = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_POSTED = re.compile(r'<form[^>]*method="post"[^>]*? action="([^"]*)"')
_SAFE = re.compile(r"""(?<!['"])\s*\|\s*safe\b|\bautoescape\b""")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class _Reader(HTMLParser):
    """Collects words that no template expression made, and attributes that the policy would block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.blocked: list[str] = []
        self._quiet = 0

    def handle_starttag(self, tag, attrs):
        if tag in UNTRANSLATED:
            self._quiet += 1
        for name, value in attrs:
            if name == "style" or (name.startswith("on") and name != "on"):
                self.blocked.append(f"<{tag} {name}>")
            if str(value).strip().lower().startswith(("javascript:", "http://")):
                self.blocked.append(f'<{tag} {name}="{value}">')
            if name in WORDED and value:
                self._note(value, f"{tag} {name}=")
        if tag == "style" or (tag == "script" and "nonce" not in dict(attrs)):
            self.blocked.append(f"<{tag}>")

    def handle_endtag(self, tag):
        if tag in UNTRANSLATED and self._quiet:
            self._quiet -= 1

    def handle_data(self, data):
        if not self._quiet:
            self._note(data, "")

    def _note(self, text, where):
        words = [word for word in _LETTERS.findall(text) if word not in SAME_EVERYWHERE]
        if words:
            self.words.append(f"{where}{' '.join(text.split())}")


def read(text: str) -> _Reader:
    """Read a template with everything that Jinja makes taken out."""
    for pattern in (_COMMENT, _TRANS, _TAG):
        text = pattern.sub("", text)
    text = _OUTPUT.sub("0", text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_page(path):
    text = path.read_text(encoding="utf-8")
    reader = read(text)
    assert not reader.blocked, f"the content policy blocks: {reader.blocked}"
    if "{% macro" in text:  # a macro writes parts of tags, too, which look like words; those of people begin large
        reader.words = [words for words in reader.words if re.search(r"\b[A-Z]", words)]
    assert not reader.words, f"words that no translation reaches: {reader.words}"
    assert not _SAFE.search(text), (
        "only a literal may be marked safe; gettext escapes what it is given and is safe itself"
    )
    assert "_external" not in text, "an address made from the visitor's Host header"


@pytest.mark.parametrize("path", MAILS, ids=name_of)
def test_mail(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\burl_for\(|\brequest\.", text), "links in mail are made from BASE_URL alone"
    assert path.suffix != ".html" or path.name.startswith("_") or path.with_suffix(".txt").exists(), (
        "a mail needs its plain text"
    )
    words = read(text).words if path.suffix == ".html" else [*_LETTERS.findall(_without_jinja(text))]
    assert not [word for word in words if word not in SAME_EVERYWHERE], f"words that no translation reaches: {words}"


@pytest.mark.requirement(11)
def test_forms_around_payments_say_the_whole_https_address():
    """A form of a page that is guarded leads by ``secure_address``; what leads elsewhere begins with its path."""
    elsewhere = ("/shop", "/admin", "/settings", "/offers", "/selling/bundles", "{{ action }}")
    open_ = []
    for path in PAGES:
        if path.parent.name in ("shop", "selling", "swaps") and path.parent.parent.name != "admin":
            found = _POSTED.findall(path.read_text())
            whole = elsewhere + (("{{ here }}",) if path.name == "offer.html" else ())
            open_ += [f"{path.name}: {one}" for one in found if not one.startswith(("{{ secure_address(", *whole))]
    assert open_ == []


def test_there_are_templates():
    assert len(PAGES) > 10


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ('<p style="color: red">{{ _("Words") }}</p>', "blocked"),
        ('<button onclick="go()">{{ _("Go") }}</button>', "blocked"),
        ('<a href="javascript:go()">{{ _("Go") }}</a>', "blocked"),
        ("<script>go()</script>", "blocked"),
        ("<p>Words that stand alone</p>", "words"),
        ('<img alt="A dress" src="x">', "words"),
        ("<p>{{ _('Fine') }} but this</p>", "words"),
    ],
)
def test_a_planted_fault_is_seen(planted, kind):
    assert getattr(read(planted), kind)


@pytest.mark.parametrize(
    "sound",
    [
        "<p>{{ _('Words') }} · {% trans %}More words{% endtrans %}</p>",
        "<p title=\"{{ _('Words') }}\">1 × 2</p>",
        '<script nonce="{{ csp_nonce() }}">go()</script><code>GET /api</code>',
    ],
)
def test_what_is_sound_passes(sound):
    assert not read(sound).blocked
    assert not read(sound).words


def _without_jinja(text: str) -> str:
    for pattern in (_COMMENT, _TRANS, _TAG, _OUTPUT):
        text = pattern.sub("", text)
    return text
