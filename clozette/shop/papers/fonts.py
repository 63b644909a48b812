"""Fonts for papers, and text marked up so that every letter has one that knows it.

Latin, Greek and Cyrillic letters and Thai are embedded, from packages; Chinese, Japanese and Korean ones are named only, and
every reader of PDF brings its own for them. Text of people is never markup here.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

BASE = "Paper"
_EMBEDDED = {BASE: ("fontpkg_noto_sans", "NotoSans"), "PaperThai": ("fontpkg_noto_sans_thai", "NotoSansThai")}
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
Knows = Callable[[str], bool]


def marked(text: str) -> str:
    """Return text as a paragraph takes it, each run in a font that knows its letters."""
    kanji = _JAPANESE if any("\u3040" <= letter <= "\u30ff" for letter in text) else _CHINESE
    return "".join(_run(font, "".join(run)) for font, run in groupby(text, lambda letter: _font_of(letter, kanji)))


def _run(font: str, text: str) -> str:
    plain = escape(text).replace("\n", "<br/>")
    return plain if font == BASE else f'<font name="{font}">{plain}</font>'


def _font_of(letter: str, kanji: str) -> str:
    return next((font for font, knows in _fonts() if knows(letter)), kanji if _is_wide(letter) else BASE)


def _is_wide(letter: str) -> bool:
    return "\u2e80" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" or "\uff00" <= letter <= "\uffef"


def _is_korean(letter: str) -> bool:
    return "\uac00" <= letter <= "\ud7af" or "\u1100" <= letter <= "\u11ff" or "\u3130" <= letter <= "\u318f"


@cache
def _fonts() -> tuple[tuple[str, Knows], ...]:
    """Register the fonts, once in a process; return those that know what they know."""
    for name in (_CHINESE, _JAPANESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return (*_embedded(), (_KOREAN, _is_korean))


def _embedded() -> Iterator[tuple[str, Knows]]:
    for name, (package, file) in _EMBEDDED.items():
        font = TTFont(name, str(files(package) / "files" / f"{file}[wdth,wght].ttf"))
        pdfmetrics.registerFont(font)
        pdfmetrics.registerFontFamily(name, normal=name, bold=name, italic=name, boldItalic=name)
        yield name, _knower(frozenset(font.face.charToGlyph) | {0x0A})


def _knower(known: frozenset[int]) -> Knows:
    return lambda letter: ord(letter) in known
