"""Counted links (``/c/…``) and pictures (``/o/…``) of mails. They lead to where the campaign leads, and nowhere else."""

import base64
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request

from clozette.kernel import clock
from clozette.kernel.viewer import GUEST
from clozette.kernel.web import gate
from clozette.newsletters.reports import tracking

blueprint = Blueprint("touches", __name__)
_DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@blueprint.get("/c/<token>/<int(max=9999):number>")
@gate.everyone()
def follow(token: str, number: int) -> Any:
    """Lead to where a link of a mail leads, and note it if the reader agreed to that."""
    to = tracking.target(token, number)
    if to is None:
        return current_app.make_response((render_template("newsletters/why_gone.html"), 404))
    tracking.clicked(token, number, _seen(), clock.now())
    return redirect(to, 302)


@blueprint.get("/o/<token>")
@gate.everyone()
def picture(token: str) -> Response:
    """Return a picture of one clear point, and note it if the reader agreed to that."""
    if not tracking.opened(token, _seen(), clock.now()):
        abort(404)
    return Response(_DOT, mimetype="image/gif")


@blueprint.before_request
def _know_nobody() -> None:
    """Whoever is signed in here is not asked about, and no cookie read."""
    g.viewer = GUEST


@blueprint.after_request
def _keep_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _seen() -> tracking.Request:
    return tracking.Request(request.method, dict(request.headers))
