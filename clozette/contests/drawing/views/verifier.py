"""``/contests/verify``: whether a file of a draw, of votes or of ballots is right; and the script that says it without us."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge

from clozette.contests.drawing import verify_draw
from clozette.contests.drawing.verifying import files
from clozette.contests.drawing.verifying.findings import Findings, TooLong, Unreadable
from clozette.kernel.web import limits
from clozette.kernel.web.gate import everyone

blueprint = Blueprint("verifier", __name__)
HERE = "/contests/verify"
_LIMIT = "verify-file"
_BESIDE = 64 * 1024
"""What a form brings besides a file."""
_SCRIPT = Path(verify_draw.__file__)

limits.declare(_LIMIT, "20 per 10 minutes")


@blueprint.get(HERE)
@everyone()
def verifier() -> str:
    """Ask for a file."""
    return render_template("contests/draw/verify.html", found=None, wrong="")


@blueprint.post(HERE)
@everyone()
def verify() -> Any:
    """Check a file; nothing of it is kept."""
    request.max_content_length = files.MOST_BYTES + _BESIDE
    limits.check(_LIMIT, limits.address_key())
    found: Findings | None = None
    try:
        found, wrong, status = files.check(_sent()), "", 200
    except Unreadable:
        wrong, status = "odd", 422
    except (TooLong, RequestEntityTooLarge):
        wrong, status = "long", 413
    return render_template("contests/draw/verify.html", found=found, wrong=wrong), status


@blueprint.get("/contests/verifier.py")
@everyone()
def script() -> Response:
    """Give the script."""
    return send_file(_SCRIPT, mimetype="text/x-python", as_attachment=True, download_name="verify_draw.py")


def _sent() -> bytes:
    """Return the file, or what was pasted instead."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return sent.stream.read()
    return request.form.get("text", "").encode()
