"""Captions and comments as pages show them: hashtags and mentions become links."""

from urllib.parse import quote

from markupsafe import Markup, escape

from clozette.looks.rules import fold_tag, mention_places, tag_places


def linked(text: str) -> Markup:
    """Return a member's text as HTML: escaped, with links to the hashtags' pages and to mentioned members."""
    places = sorted(
        [(start, end, tag_address(text[start + 1 : end])) for start, end in tag_places(text)]
        + [(start, end, f"/@{text[start + 1 : end].lower()}") for start, end in mention_places(text)]
    )
    pieces, done = [], 0
    for start, end, address in places:
        pieces += [escape(text[done:start]), Markup('<a href="{}">{}</a>').format(address, text[start:end])]
        done = end
    return Markup().join([*pieces, escape(text[done:])])


def tag_address(tag: str) -> str:
    """Return the address of a hashtag's page."""
    return f"/tags/{quote(fold_tag(tag), safe='')}"
