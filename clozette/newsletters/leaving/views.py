"""``/u/<token>``: POST ends the subscription (RFC 8058), everything else changes nothing.

No cookie is read or set here, no session, form token, origin or limit asked for, and nobody is led anywhere else: whoever
has the token may leave. Our own page answers the same POST with a field of its own.
"""

from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from flask_wtf import CSRFProtect

from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import GUEST
from clozette.kernel.web import door, gate
from clozette.newsletters.leaving import bodies, services

blueprint = Blueprint("leaving", __name__)


def init_app(app: Flask) -> None:
    """Open the leave links to mail programs: to posts without a token, and from anywhere."""
    protection: CSRFProtect = app.extensions["csrf"]
    protection.exempt(blueprint)
    door.open_to_others(app, "leaving.leave")
    app.register_blueprint(blueprint)


@blueprint.get("/u/<token>", strict_slashes=False, merge_slashes=False)
@gate.everyone()
def ask(token: str) -> Any:
    """Show one button. Programs that follow every link of a mail end nothing by that."""
    return _ask(token, 200)


@blueprint.post("/u/<token>", strict_slashes=False, merge_slashes=False)
@gate.everyone()
def leave(token: str) -> Any:
    """End the subscription; again and again the same answer."""
    said = bodies.said()
    if said is None:
        return _ask(token, 422)
    how = services.ONE_CLICK if said == "one-click" else services.PAGE
    left = services.act(token, how, clock.now(), everything=said == "all")
    if left is None:
        return _gone()
    return render_template("newsletters/left.html", token=token, left=left, everything=said == "all")


@blueprint.post("/u/<token>/undo", strict_slashes=False, merge_slashes=False)
@gate.everyone()
def undo(token: str) -> Any:
    """Take the leaving back, by the stamp that its answer carried; the token alone can't."""
    found = services.standing(token)
    if found is None:
        return _gone()
    try:
        back = services.undo(request.form.get("undo", ""), clock.now())
    except Refused as refused:
        still = found[0] if found[1] == "confirmed" else None
        return render_template("newsletters/back.html", token=token, back=[], still=still, refusal=refused.refusal), 409
    return render_template("newsletters/back.html", token=token, back=back)


@blueprint.before_request
def _know_nobody() -> None:
    """Whoever is signed in here is not asked about: the token says whose subscription it is."""
    g.viewer = GUEST
    request.max_content_length = bodies.MOST


@blueprint.after_request
def _keep_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _ask(token: str, status: int) -> Any:
    found = services.standing(token)
    if found is None:
        return _gone()
    newsletter, state = found
    page = render_template("newsletters/leave.html", token=token, newsletter=newsletter, state=state)
    return page, status


def _gone() -> Response:
    """Answer every token that is not ours with the very same page."""
    return current_app.make_response((render_template("newsletters/leave_gone.html"), 404))
