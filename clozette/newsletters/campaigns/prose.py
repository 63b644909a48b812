"""Markdown as mails and pages show it: HTML with the styles of a mail on each element, and plain text.

HTML typed into it stays text. A link leads to an https or mail address, to a page of ours, or to a merge tag's address.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from clozette.newsletters.campaigns import tags
from clozette.newsletters.campaigns.slots import CLOSE, OPEN

_SCHEMES = frozenset({"https", "mailto"})
_ADDRESS_SLOTS = frozenset(f"{OPEN}{name}{CLOSE}" for name in tags.ADDRESSES)
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
STYLES: dict[str, tuple[str, str]] = {
    "p": ("ink", f"margin:0 0 16px;{_FONT};font-size:16px;line-height:25px;color:#171315"),
    "h1": ("ink", f"margin:0 0 16px;{_FONT};font-size:28px;line-height:34px;font-weight:600;color:#171315"),
    "h2": ("ink", f"margin:0 0 12px;{_FONT};font-size:22px;line-height:28px;font-weight:600;color:#171315"),
    "h3": ("ink", f"margin:0 0 8px;{_FONT};font-size:18px;line-height:24px;font-weight:600;color:#171315"),
    "ul": ("ink", f"margin:0 0 16px;padding:0 0 0 24px;{_FONT};font-size:16px;line-height:25px;color:#171315"),
    "ol": ("ink", f"margin:0 0 16px;padding:0 0 0 24px;{_FONT};font-size:16px;line-height:25px;color:#171315"),
    "li": ("ink", "margin:0 0 6px"),
    "blockquote": ("line", "margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid #dedadb"),
    "hr": ("line", "margin:24px 0;border:0;border-top:1px solid #dedadb"),
    "a": ("link", "color:#c2004f;text-decoration:underline"),
}
"""For each element its class (what changes in the dark) and its style."""


@dataclass(frozen=True)
class Prose:
    """Markdown, read."""

    html: Markup
    text: str


class _Reader(MarkdownIt):
    """Markdown without pictures, whose links are judged by us."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.disable(["image", "html_block", "html_inline"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Take every link; what is wrong with it is said, not passed over."""
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """Leave merge tags as they are."""
        return url if OPEN in url else super().normalizeLink(url)

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        """Leave merge tags as they are."""
        return link if OPEN in link else super().normalizeLinkText(link)


_READER = _Reader()


def read(markdown: str, *, base: str, wrong: Callable[[str], None], link: Callable[[str], str] | None = None) -> Prose:
    """Return Markdown (merge tags already slots) as HTML and text.

    :param wrong: told of each link that leads nowhere good.
    :param link: what a link's address becomes in a mail; without it this is for a page, and carries no styles.
    """
    tokens = _READER.parse(markdown)
    for token in _flat(tokens):
        if token.type == "link_open":
            token.attrSet("href", resolve(str(token.attrGet("href") or ""), base, wrong))
    text = _text_of(tokens)
    for token in _flat(tokens):
        if link is not None:
            _dress(token, link)
    return Prose(Markup(_READER.renderer.render(tokens, _READER.options, {})), text)  # noqa: S704 - made of escaped pieces


def resolve(address: str, base: str, wrong: Callable[[str], None]) -> str:
    """Return a link's full address; say what is wrong with it."""
    if OPEN in address:
        if address not in _ADDRESS_SLOTS:
            wrong(_("A name can't be part of a link's address."))
        return address
    full = ""
    try:
        full = urljoin(f"{base}/", address)
        given, parts = urlsplit(address), urlsplit(full)
        good = parts.scheme in _SCHEMES and bool(parts.hostname or parts.scheme == "mailto")
        good = good and not (given.scheme in {"http", "https"} and not given.hostname)
    except ValueError:
        good = False
    if not good or not address.strip():
        wrong(_("The link “%(address)s” does not lead anywhere: it must begin with https://.", address=address[:80]))
    return full


def style(element: str) -> Markup:
    """Return the attributes of an element of a mail."""
    kind, rules = STYLES[element]
    return Markup('class="{}" style="{}"').format(f"c-{kind}", rules)


def _flat(tokens: Sequence[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *_flat(token.children or ()))]


def _dress(token: Token, link: Callable[[str], str]) -> None:
    if token.nesting >= 0 and token.tag in STYLES and not token.hidden:
        kind, rules = STYLES[token.tag]
        token.attrSet("class", f"c-{kind}")
        token.attrSet("style", rules)
    if token.type == "link_open":
        token.attrSet("href", link(str(token.attrGet("href"))))


def _text_of(tokens: Sequence[Token]) -> str:
    """Return what a reader without HTML sees: one blank line between blocks, marks before what stands in lists.

    The items of a list that was written without blank lines stand under one another.
    """
    said, is_tight = "", False
    for text, tight in _blocks_of(tokens):
        said += ("" if not said else "\n" if tight and is_tight else "\n\n") + text
        is_tight = tight
    return said


def _blocks_of(tokens: Sequence[Token]) -> Iterator[tuple[str, bool]]:
    """Give the text of each block, and whether it belongs to such a list."""
    tight = False
    lists: list[int | None] = []
    marks: list[str] = []
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
        elif token.type == "list_item_open":
            number = lists[-1]
            marks.append("  " * (len(lists) - 1) + ("- " if number is None else f"{number}. "))
            lists[-1] = None if number is None else number + 1
        elif token.type == "blockquote_open":
            marks.append("> ")
        elif token.type == "paragraph_open":
            tight = token.hidden
        elif token.type == "heading_open":
            tight = False
        elif token.type == "hr":
            yield "-" * 30, False
        elif token.type in {"inline", "fence", "code_block"}:
            said = _line_of(token.children or ()) if token.type == "inline" else token.content.rstrip()
            yield "".join(marks) + said, tight
            marks.clear()


def _line_of(tokens: Sequence[Token]) -> str:
    said, address, begun = "", "", 0
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            said += "\n" if token.type == "hardbreak" else " "
        elif token.type == "link_open":
            address, begun = str(token.attrGet("href")), len(said)
        elif token.type == "link_close":
            said += "" if said[begun:] == address else f" ({address})"
        else:
            said += token.content
    return said
