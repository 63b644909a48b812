"""Pages and files about browsers."""

from email.utils import parseaddr
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template

from clozette.kernel.web.gate import everyone
from clozette.privacy.browsers import signals, stored
from clozette.settings import Settings

blueprint = Blueprint("browsers", __name__)

# When what we say about the signal last changed; not today's date.
GPC_SINCE = "2026-11-22"
# Before this day somebody reads security.txt again and sets a later one, less than a year ahead; the suite and the
# doctor say so in time.
SECURITY_EXPIRES = "2027-10-31T00:00:00Z"


@blueprint.get("/cookies")
@everyone()
def cookies() -> Any:
    """List what this site keeps in a browser, from the list that the program works by."""
    response = current_app.make_response(
        render_template(
            "privacy/cookies.html", stored=stored.STORED, lifetime=stored.lifetime, has_signal=signals.is_on()
        )
    )
    response.vary.add("Sec-GPC")
    return response


@blueprint.get("/.well-known/gpc.json")
@everyone()
def gpc() -> Response:
    """Say that the signal is honoured."""
    return jsonify({"gpc": True, "lastUpdate": GPC_SINCE})


@blueprint.get("/.well-known/security.txt")
@everyone()
def security() -> Response:
    """Say whom to tell of a hole (RFC 9116)."""
    settings: Settings = current_app.extensions["clozette.settings"]
    home = settings.base_url.rstrip("/")
    lines = (
        f"Contact: mailto:{parseaddr(settings.mail_from)[1]}",
        f"Contact: {home}/contact",
        f"Expires: {SECURITY_EXPIRES}",
        "Preferred-Languages: en, id",
        f"Canonical: {home}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
