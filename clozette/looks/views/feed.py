"""The feed's page."""

from flask import Blueprint, render_template, request

from clozette.kernel import clock
from clozette.kernel.paging import read_cursor
from clozette.kernel.viewer import Viewer
from clozette.kernel.web import gate, shell
from clozette.looks import cards, feed

blueprint = Blueprint("feed", __name__)


@blueprint.route("/feed")
@gate.members()
def show() -> str:
    """Show the looks of those the viewer follows, newest first."""
    viewer = gate.viewer()
    after = read_cursor(request.args.get("after"))
    page = feed.page(viewer, after)
    if not page.items and page.after is None:
        return _empty(viewer, later=after is not None)
    shown = {"cards": cards.render(page.items, now=clock.now()), "after": page.after or ""}
    return shell.render("looks/feed.html", shown, more=page.after is not None)


def _empty(viewer: Viewer, *, later: bool) -> str:
    suggestions = () if later else feed.suggestions(viewer)
    return render_template("looks/feed_empty.html", later=later, suggestions=suggestions)
