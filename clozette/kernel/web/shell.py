"""Pages that one viewer gets over and over, alike but for a few holes: the template is rendered once, then only filled.

``render("looks/feed.html", {"cards": cards, "after": cursor}, more=True)`` gives the template ``cards`` and ``after`` as
marks that it must print as they are, once or more, and ``more`` as it is. What is kept belongs to one viewer at one
address; the nonce, the form token and the holes are filled in anew for every answer.

A page that each viewer opens but seldom is kept by ``common`` for all of them together: the frame around it is a hole too.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from flask import Flask, g, render_template, request, session
from markupsafe import Markup, escape

from clozette.kernel import context as asking
from clozette.kernel.kept import Kept
from clozette.kernel.web import headers, pages

_KEY = "clozette.shells"
MOST_SHELLS, MOST_PARTS = 1000, 4000
_NONCE, _TOKEN, _FLASHES, _FRAME = "nonce", "token", "flashes", "frame_"
_OWN: Mapping[str, Callable[[], str | Markup]] = {
    _NONCE: headers.csp_nonce,
    _TOKEN: pages.csrf_token,
    _FLASHES: pages.flashes,
}

Shell = Sequence[str]
"""Text and names of holes in turn: the odd ones are names."""


class Shells:
    """One application's shells. The marks are random, so that nothing that anybody writes can be one."""

    def __init__(self) -> None:
        self.kept: Kept[Shell] = Kept(MOST_SHELLS)
        self.parts: Kept[Shell] = Kept(MOST_PARTS)
        self._word, self._end = f"hole{secrets.token_hex(16)}", f"end{secrets.token_hex(8)}"
        self._mark = re.compile(f"{self._word}([a-z0-9_]+?){self._end}")

    def mark(self, name: str) -> Markup:
        """Return what stands for a hole while the template is rendered."""
        return Markup(f"{self._word}{name}{self._end}")  # noqa: S704 - letters and digits

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
    if "_flashes" in session or request.args.keys() - {"after"} or asking.app().config["TEMPLATES_AUTO_RELOAD"]:
        return render_template(template, **holes, **values)
    shells: Shells = asking.app().extensions[_KEY]
    key = (template, at or request.path, pages.viewer_key(), *sorted(values.items()))
    shell = shells.kept.get(key)
    if shell is None:
        shell = _make(shells, template, holes, values)
        shells.kept.put(key, shell)
    filled = {_NONCE: headers.csp_nonce(), _TOKEN: pages.csrf_token(), **holes}
    return "".join([escape(filled[part]) if number % 2 else part for number, part in enumerate(shell)])


def common(
    template: str,
    holes: Mapping[str, str | Markup],
    context: Callable[[Mapping[str, str | Markup]], Mapping[str, Any]] = dict,
    **values: Hashable,
) -> str:
    """Return a page that is kept once for all members who speak a language, with its holes filled.

    Nothing of the viewer may stand in it but what is in the frame, in flashed messages, and in the holes.

    :param context: makes of the holes what the template is given, if that is not the holes themselves; it gets marks for
        what is kept. It may not depend on anything but them and ``values``.
    :param values: what the page depends on besides, small; the template is given them too.
    """
    if asking.app().config["TEMPLATES_AUTO_RELOAD"]:
        return render_template(template, **context(holes), **values)
    shells: Shells = asking.app().extensions[_KEY]
    key = (template, pages.language(), *sorted(values.items()))
    shell = shells.kept.get(key)
    if shell is None:
        marks = {name: shells.mark(name) for name in holes}
        shell = _make_common(shells, template, {**context(marks), **values})
        shells.kept.put(key, shell)
    return _filled(shell, holes)


def part(template: str, key: Hashable, **given: Any) -> Markup:
    """Return a part of a page that is kept under ``key``, all that it shows, and the language; form tokens in it are new."""
    if asking.app().config["TEMPLATES_AUTO_RELOAD"]:
        return Markup(render_template(template, **given))  # noqa: S704 - made by a template
    shells: Shells = asking.app().extensions[_KEY]
    whole = (template, pages.language(), key)
    shell = shells.parts.get(whole)
    if shell is None:
        shell = _make_common(shells, template, given)
        shells.parts.put(whole, shell)
    return Markup(_filled(shell, {}))  # noqa: S704 - made by a template


def _filled(shell: Shell, holes: Mapping[str, str | Markup]) -> str:
    """Put into each hole what belongs there: what is given, or what every page has."""
    filled: list[str] = list(shell)
    own: dict[str, str | Markup] = {}
    for place in range(1, len(filled), 2):
        name = filled[place]
        value = holes.get(name)
        if value is None:
            value = own.get(name)
        if value is None:
            value = own[name] = _own(name)
        filled[place] = escape(value)
    return "".join(filled)


def _own(name: str) -> str | Markup:
    return pages.frame(name.removeprefix(_FRAME)) if name.startswith(_FRAME) else _OWN[name]()


def _make_common(shells: Shells, template: str, given: Mapping[str, Any]) -> Shell:
    """Render with marks for what every page has: ``pages`` and ``headers`` give what ``g`` holds."""
    marks: dict[str, Any] = {
        "csp_nonce": shells.mark(_NONCE),
        "csrf_token": shells.mark(_TOKEN),
        "flashes": shells.mark(_FLASHES),
        "frame_hole": lambda name: shells.mark(f"{_FRAME}{name}"),
    }
    before = {name: g.pop(name) for name in marks if name in g}
    try:
        for name, mark in marks.items():
            setattr(g, name, mark)
        return shells.split(render_template(template, **given))
    finally:
        for name in marks:
            g.pop(name)
        for name, value in before.items():
            setattr(g, name, value)


def _make(
    shells: Shells, template: str, holes: Mapping[str, str | Markup], values: Mapping[str, bool | int | str]
) -> Shell:
    g.csp_nonce, g.csrf_token = shells.mark(_NONCE), shells.mark(_TOKEN)
    try:
        return shells.split(render_template(template, **{name: shells.mark(name) for name in holes}, **values))
    finally:
        del g.csp_nonce, g.csrf_token
