"""``/why/<token>``: the yes that a mail rests on. It changes nothing, and says nothing about who the reader is."""

from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template

from clozette.kernel.viewer import GUEST
from clozette.kernel.web import gate
from clozette.newsletters import keys
from clozette.newsletters.reports import grounds

blueprint = Blueprint("why", __name__)


@blueprint.get("/why/<token>", strict_slashes=False, merge_slashes=False)
@gate.everyone()
def why(token: str) -> Any:
    """Show the yes, its words, its day and how it was given."""
    link = keys.read("why", token)
    if link is None:
        return _gone()
    return _page(link, grounds.of(link))


@blueprint.before_request
def _know_nobody() -> None:
    """Whoever is signed in here is not asked about: the token says which mail it is about."""
    g.viewer = GUEST


@blueprint.after_request
def _keep_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(link: keys.Link, found: grounds.Grounds) -> Response:
    ways = {}
    if found.subscription is not None:
        ways = {
            "leave": f"/u/{keys.token('leave', link)}",
            "choices": f"/preferences/{keys.token('preferences', link)}",
        }
    is_test = link.subscription_id == 0
    return make_response(render_template("newsletters/why.html", found=found, ways=ways, is_test=is_test))


def _gone() -> Response:
    return current_app.make_response((render_template("newsletters/why_gone.html"), 404))
