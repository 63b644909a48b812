"""Pages that one viewer gets over and over, alike but for a few holes: the template is rendered once, then only filled.

``render("looks/feed.html", {"cards": cards, "after": cursor}, more=True)`` gives the template ``cards`` and ``after`` as
marks that it must print as they are, once or more, and ``more`` as it is. What is kept belongs to one viewer at one
address; the nonce, the form token and the holes are filled in anew for every answer.
"""

import re
import secrets
from collections.abc import Mapping, Sequence

from flask import Flask, current_app, g, render_template, request, session
from markupsafe import Markup, escape

from clozette.kernel.kept import Kept
from clozette.kernel.web import headers, pages

_KEY = "clozette.shells"
MOST_SHELLS = 1000
_NONCE, _TOKEN = "nonce", "token"

Shell = Sequence[str]
"""Text and names of holes in turn: the odd ones are names."""


class Shells:
    """One application's shells. The marks are random, so that nothing that anybody writes can be one."""

    def __init__(self) -> None:
        self.kept: Kept[Shell] = Kept(MOST_SHELLS)
        self._word = f"hole{secrets.token_hex(16)}"
        self._mark = re.compile(f"{self._word}([a-z_]+)z")

    def mark(self, name: str) -> Markup:
        """Return what stands for a hole while the template is rendered."""
        return Markup(f"{self._word}{name}z")  # noqa: S704 - letters and digits

    def split(self, page: str) -> Shell:
        """Cut a page at its marks."""
        return self._mark.split(page)


def init_app(app: Flask) -> None:
    """Give ``app`` a place to keep shells."""
    app.extensions[_KEY] = Shells()


def render(template: str, holes: Mapping[str, str | Markup], *, at: str = "", **values: bool | int | str) -> str:
    """Return a template with its holes filled; ``values`` are few and small, for each combination is kept.

    :param at: one name for many addresses whose pages differ by their holes alone, none of them a place of the frame.

    An answer that has a message to flash or further things in its query is rendered as any other.
    """
    if "_flashes" in session or request.args.keys() - {"after"} or current_app.config["TEMPLATES_AUTO_RELOAD"]:
        return render_template(template, **holes, **values)
    shells: Shells = current_app.extensions[_KEY]
    key = (template, at or request.path, pages.viewer_key(), *sorted(values.items()))
    shell = shells.kept.get(key)
    if shell is None:
        shell = _make(shells, template, holes, values)
        shells.kept.put(key, shell)
    filled = {_NONCE: headers.csp_nonce(), _TOKEN: pages.csrf_token(), **holes}
    return "".join([escape(filled[part]) if number % 2 else part for number, part in enumerate(shell)])


def _make(
    shells: Shells, template: str, holes: Mapping[str, str | Markup], values: Mapping[str, bool | int | str]
) -> Shell:
    g.csp_nonce, g.csrf_token = shells.mark(_NONCE), shells.mark(_TOKEN)
    try:
        return shells.split(render_template(template, **{name: shells.mark(name) for name in holes}, **values))
    finally:
        del g.csp_nonce, g.csrf_token
