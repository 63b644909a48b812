"""Pages for finding looks: the front page of visitors, discovery, hashtags, search."""

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from clozette.kernel import clock
from clozette.kernel.paging import read_cursor
from clozette.kernel.web import gate
from clozette.looks import discovery, queries
from clozette.looks.rules import fold_tag, is_tag
from clozette.looks.schemas import SearchIn
from clozette.looks.text import tag_address
from clozette.looks.views import feed

blueprint = Blueprint("finding", __name__)
ON_FRONT_PAGE = 12


@blueprint.route("/")
@gate.everyone()
def home() -> ResponseReturnValue:
    """Show visitors what this is, and members their feed."""
    viewer = gate.viewer()
    if viewer.is_member:
        return feed.show()
    looks = queries.covers(viewer, queries.newest(viewer, size=ON_FRONT_PAGE).items)
    return render_template("home.html", looks=looks)


@blueprint.route("/discover")
@gate.everyone()
def discover() -> str:
    """Show the newest looks, and on the first page those that were loved most this week."""
    viewer = gate.viewer()
    after = read_cursor(request.args.get("after"))
    loved = [] if after else discovery.most_loved(viewer, now=clock.now())
    page = queries.newest(viewer, after)
    return render_template(
        "looks/discover.html", page=page, looks=queries.covers(viewer, page.items), loved=queries.covers(viewer, loved)
    )


@blueprint.route("/tags/<tag>")
@gate.everyone()
def tag(tag: str) -> ResponseReturnValue:
    """Show the newest looks with a hashtag; another spelling of it leads to the one that is kept."""
    folded = fold_tag(tag)
    if not is_tag(folded):
        abort(404)
    if folded != tag:
        return redirect(tag_address(folded), 301)
    viewer = gate.viewer()
    page = queries.newest_tagged(viewer, folded, read_cursor(request.args.get("after")))
    return render_template("looks/tag.html", tag=folded, page=page, looks=queries.covers(viewer, page.items))


@blueprint.route("/search")
@gate.everyone()
def search() -> ResponseReturnValue:
    """Find members, hashtags and looks."""
    viewer = gate.viewer()
    words = _words()
    found = queries.find_looks(viewer, words)
    return render_template(
        "looks/search.html",
        words=words,
        members=queries.find_members(viewer, words),
        tags=queries.find_tags(viewer, words),
        looks=queries.covers(viewer, found),
        tag_address=tag_address,
    )


def _words() -> str:
    """Read what is looked for; what can't be looked for finds nothing."""
    schema = SearchIn()
    asked = {"q": request.args.get("q", "")}
    words: str = "" if schema.validate(asked) else schema.load(asked)["q"]
    return words
