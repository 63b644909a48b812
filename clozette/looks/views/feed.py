"""The feed's page."""

from flask import Blueprint, render_template, request

from clozette.kernel import clock
from clozette.kernel.paging import read_cursor
from clozette.kernel.web import gate
from clozette.looks import cards, feed

blueprint = Blueprint("feed", __name__)


@blueprint.route("/feed")
@gate.members()
def show() -> str:
    """Show the looks of those the viewer follows, newest first."""
    viewer = gate.viewer()
    after = read_cursor(request.args.get("after"))
    page = feed.page(viewer, after)
    is_empty = not page.items and after is None
    return render_template(
        "looks/feed.html",
        page=page,
        cards=cards.render(page.items, now=clock.now()),
        later=after is not None,
        suggestions=feed.suggestions(viewer) if is_empty else (),
    )
