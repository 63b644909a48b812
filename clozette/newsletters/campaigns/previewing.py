"""A mail filled for somebody who does not exist."""

from dataclasses import dataclass

from flask_babel import gettext as _

from clozette.kernel.viewer import GUEST
from clozette.looks import queries as looks
from clozette.newsletters.campaigns import digests, kinds, tags
from clozette.newsletters.campaigns.blocks import Paper
from clozette.newsletters.campaigns.rendering import Rendered, base, html_escaped
from clozette.newsletters.campaigns.slots import PERSONAL, PIXEL, Value, fill, names_in

FIRST, LAST = "Ada", "Lovelace"
_DARK = "@media (prefers-color-scheme: dark)"


@dataclass(frozen=True)
class Sample:
    """A mail without slots."""

    subject: str
    preview: str
    html: str
    text: str


def filled(rendered: Rendered) -> Sample:
    """Return a mail as somebody with made-up names gets it; its personal links lead nowhere."""
    values: dict[str, Value] = {"first_name": FIRST, "last_name": LAST, PIXEL: "", **dict.fromkeys(tags.ADDRESSES, "#")}
    for name in names_in(rendered.subject + rendered.preview + rendered.html + rendered.text):
        if name.startswith(PERSONAL):
            values[name] = _personal(name)
        values.setdefault(name, "#")
    return Sample(
        fill(rendered.subject, values),
        fill(rendered.preview, values),
        fill(rendered.html, values, escape=html_escaped),
        fill(rendered.text, values),
    )


def on_screen(html: str, screen: str) -> str:
    """Return a mail as a ``dark`` or a ``light`` screen shows it; as this one does by default."""
    said = {"dark": "@media all", "light": "@media not all"}.get(screen)
    return html.replace(_DARK, said).replace("color-scheme: light dark", f"color-scheme: {screen}") if said else html


def _personal(name: str) -> Value:
    said = name.removeprefix(PERSONAL)
    if not said.isdecimal():
        return FIRST if said.startswith("first") else LAST
    newest = [look.id for look in looks.newest(GUEST, size=digests.SHOWN).items]
    shown = kinds.look_cards(base(), newest)
    if not shown:
        nothing = _("Here each reader sees what is new from those they follow.")
        return html_escaped(nothing), nothing
    piece = kinds.cards(Paper(base()), shown)
    return str(piece.html), piece.text
